"""Which characters look like a Latin letter or a digit: data for `plain.skeleton`, and nothing else.

Source: confusables.txt of Unicode 15.1 (UTS #39, Unicode License V3), reduced to single characters that look
like one of a–z and 0–9 and that NFKC does not fold already. Added are small capitals, letters with a stroke,
and the other case of a letter where that is not like something else. I, l, L and 1 are one; O and 0 are one.
"""

LOOKALIKES: dict[int, str] = {
    ord(char): latin
    for latin, chars in {
        "2": "ƧƨϨϩᒿꙄꙅꛯꝚꝛ",
        "3": "ƷȜȝɜʒЗзӠӡⳌⳍꝪꝫꞫ\U000118ca\U00016f3b\U0001d206",
        "4": "Ꮞ\U000118af\U000118cf",
        "5": "Ƽ\U000118bb\U000118db",
        "6": "бᏮⳒⳓ\U000118d5",
        "7": "\U000104d2\U000104fa\U000118c6\U0001d212",
        "8": "Ȣȣ৪੪\u0b03\U0001031a\U0001e8cb",
        "9": "৭੧୨൭ⳊⳋꝮꝯ\U000118ac\U000118cc\U000118d6",
        "a": "ɑΑαАаᎪᗅᴀ⍺ꓮ\U000102a0\U00016f40",
        "b": "ƀƄƅɃʙΒβВЬвьᏏᏴᑲᖯᗷꓐꞴꞵ\U00010282\U000102a1\U00010301",
        "c": "СсᏟᴄⲤⲥꓚꮯ\U000102a2\U00010302\U00010415\U0001043d\U0001051c\U000118e9\U000118f2\U0001f74c",
        "d": "ÐðĐđԁᎠᏧᑯᗞᗪᴅꓒꓓ",
        "e": "ΕεЕеҽᎬᴇ℮⋿ⴹꓰꬲ\U00010286\U000118a6\U000118ae\U000118ce",
        "f": "ϜϝքᖴẝꓝꜰꞘꞙꬵ\U00010287\U000102a5\U00010525\U000118a2\U000118c2\U0001d213",
        "g": "ƍɡɢԌԍցᏀᏳᶃꓖ",
        "h": "ĦħʜΗНнһհᎻᏂᕼⲎⲏꓧ\U000102cf",
        "i": (
            "ıŁłƖƗǀɨɩɪʟΙιІіӀӏ\u05c0\u05d5\u05df\u0627\u0661۱\u07caᎥᏞᒪᛁ∣⍳⏽ⲒⲓⳐⳑⵏꓡꓲꙇꭵ\U0001028a"
            "\U00010309\U00010320\U0001041b\U00010443\U00010526\U000118a3\U000118b2\U000118c3"
            "\U000118d2\U00016f16\U00016f28\U0001d22a\U0001e8c7"
        ),
        "j": "ʝͿϳЈјᎫᒍᴊꓙꞲ",
        "k": "ΚκКкᏦᛕᴋⲔⲕꓗ\U00010518",
        "m": "ΜμϺϻМмᎷᗰᛖᴍⲘⲙꓟ\U000102b0\U00010311",
        "n": "ŋɴΝηոռⲚⲛꓠ\U00010513",
        "o": (
            "ØøΟοσОоՕօ\u05e1\u0647\u0665\u06be\u06c1\u06d5۵\u07c0०০੦૦ଠ୦௦\u0c02౦\u0c82೦\u0d02ഠ൦\u0d82๐"
            "໐ဝ၀ჿዐᴏᴑⲞⲟⵔ〇ꓳꬽ\U00010292\U000102ab\U00010404\U0001042c\U000104c2\U000104ea\U00010516"
            "\U000114d0\U000118b5\U000118c8\U000118d7\U000118e0"
        ),
        "p": "ΡρРрᏢᑭᴘ⍴Ⲣⲣꓑ\U00010295",
        "q": "ԛգզⵕꞯ",
        "r": "ƦʀгᎡᏒᖇᴦⲅꓣꭇꭈꮁ\U000104b4\U000104dc\U00016f35\U0001d216",
        "s": "ƽЅѕՏտᏕᏚꓢꜱꮪ\U00010296\U00010420\U00010448\U000118c1\U00016f3a",
        "t": "ŦŧΤτТтᎢᴛ⊤⟙Ⲧⲧꓔ\U00010297\U000102b1\U00010315\U000118bc\U00016f0a\U0001f768",
        "u": "ʋυՍսሀᑌᴜ∪⋃ꓴꞟꭎꭒ\U000104ce\U000104f6\U000118b8\U000118d8\U00016f42",
        "v": "νѴѵ\u05d8\u0667۷Ꮩᐯᴠ∨⋁ⴸꓦꛟꮩ\U0001051d\U00011706\U000118a0\U000118c0\U00016f08\U0001d20d",
        "w": "ɯωшщѡԜԝաᎳᏔᴡꓪꮃ\U0001170a\U0001170e\U0001170f\U000118e6\U000118ef",
        "x": "×ΧχХхᕁᕽ᙭᙮ᚷ╳⤫⤬⨯ⲬⲭⵝꓫꞳꭓ\U00010290\U000102b4\U00010317\U00010322\U00010527\U000118ec",
        "y": "ɣʏΥγУуҮүყᎩᎽᶌỿⲨⲩꓬꭚ\U000102b2\U000118a4\U000118dc\U00016f43",
        "z": "ΖζᏃᴢꓜꮓ\U000102f5\U000118a9\U000118c4\U000118c9\U000118e5",
    }.items()
    for char in chars
}

# Letters in circles and squares, and the halves of flags: NFKC leaves them.
for first in (0x1F150, 0x1F170, 0x1F1E6):
    LOOKALIKES.update({first + number: chr(ord("a") + number) for number in range(26)})

LIKE_ANOTHER = str.maketrans({"l": "i", "1": "i", "|": "i", "0": "o", "m": "rn", "w": "vv"})
"""What still looks like something else among the folded Latin letters and digits."""
