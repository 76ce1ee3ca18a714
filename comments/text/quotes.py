"""What somebody wrote, for places where none of it may lead anywhere: mails."""

import re

# Mail programs make links of what looks like one, whether we do or not. Two letters are a country's; of the
# others those that are much used, and those of the most spam.
_ENDINGS = (
    r"(?!js\b)[a-z]{2}|com|net|org|info|biz|name|edu|gov|mil|int|aero|asia|coop|museum|jobs|mobi|tel|travel|cat|post|app|"
    "dev|xyz|top|site|online|shop|store|club|icu|vip|win|bid|loan|date|review|men|party|trade|stream|download|"
    "work|works|click|link|buzz|fun|space|website|tech|cloud|blog|page|news|live|life|world|today|email|agency|"
    "company|media|digital|network|systems|solutions|services|center|group|team|zone|guru|expert|academy|cash|"
    "money|finance|loans|credit|bet|casino|poker|games|game|cam|sex|sexy|porn|adult|dating|chat|health|pharmacy|"
    "pro|ltd|inc|llc|one|art|design|studio|photos|video|music|radio|tube|monster|cyou|rest|bar|quest|beauty|hair|"
    r"skin|makeup|sbs|lol|wtf|ninja|rocks|social|zip|mov|xn--[a-z0-9-]+|рф|中国|中國|香港|台灣|한국|भारत|みんな"
)
LONGEST_WORD = 300
"""Longer ones are not looked into: the patterns' time grows with its square."""

_WORD = re.compile(r"\S+")
_SIGNS = frozenset(".:@")
_ADDRESS = re.compile(r"[^\s@<>()\[\]]+@[^\s@<>()\[\]]+\.[^\s@<>()\[\]]+")
_SCHEME = re.compile(
    r"\b[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b(?:mailto|tel|sms|javascript|data):\S+", re.IGNORECASE
)
_HOST = re.compile(rf"(?<![\w@.-])(?:[\w-]+\.)+(?:{_ENDINGS})(?![\w-])(?:[:/?#]\S*)?", re.IGNORECASE)


def without_links(text: str, instead: str = "[…]") -> str:
    """Return plain text with `instead` in the place of all that a mail program would make a link of."""

    def left(word: re.Match[str]) -> str:
        found = word[0]
        if len(found) > LONGEST_WORD:
            return instead if _SIGNS.intersection(found) else found
        for looks_like_one in (_ADDRESS, _SCHEME, _HOST):
            found = looks_like_one.sub(lambda _: instead, found)
        return found

    return _WORD.sub(left, text)
