"""Names, titles, websites and e-mail addresses: text, and nothing that cannot be read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comments.text.errors import EmailInvalid, NameInvalid, WebsiteInvalid
from comments.text.plain import (
    clean_email,
    clean_name,
    clean_title,
    clean_website,
    fold,
    readable_line,
    skeleton,
    skeletons,
)

ODD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\u200b\u200c\u200d\u202e\u2066\u0301\u0489 \n\x00\ud800\ufe0f\U0001f469\u064a\u0928e"
        ),
    ),
    max_size=60,
)
UNREADABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("  Ana \t Petrović\n", "Ana Petrović"),
        ("Ana\x00 \x1bPetrovic\u0301", "Ana Petrović"),
        ("\u202eAna\u2069\u200b", "Ana"),
        ("علي\u200cرضا", "علي\u200cرضا"),
        ("श्\u200dर", "श्\u200dर"),
        ("A\u200dn\u200ca", "Ana"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("e" + "\u0301" * 50, "é\u0301\u0301\u0301"),
        ("\u0301Ana", "Ana"),
        ("O'Neil & <Söhne>", "O'Neil & <Söhne>"),
        ("漢字　かな", "漢字 かな"),
        ("❤️", "❤️"),
    ],
)
def test_a_name_is_one_line_of_what_can_be_read(given: str, name: str) -> None:
    assert clean_name(given) == name


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ("", "Please give a name."),
        ("\u200b\u3164", "Please give a name."),
        ("\u0301\u0301", "Please give a name."),
        ("a" * 81, "Please shorten the name by 1 character."),
        ("a" * 90, "Please shorten the name by 10 characters."),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(given: str, detail: str) -> None:
    with pytest.raises(NameInvalid) as refused:
        clean_name(given)

    assert refused.value.code == "name-invalid"
    assert refused.value.errors == {"author.name": detail}


def test_a_name_fits_320_bytes() -> None:
    assert clean_name("\U0001f469" * 80) == "\U0001f469" * 80


@given(ODD)
def test_cleaning_a_line_twice_is_cleaning_it_once(text: str) -> None:
    cleaned = readable_line(text)

    assert readable_line(cleaned) == cleaned
    assert not UNREADABLE.search(cleaned)
    assert cleaned.encode().decode() == cleaned


def test_a_long_title_is_cut() -> None:
    assert clean_title(" A\npage ") == "A page"
    assert clean_title("\u200b") == ""
    assert clean_title("a" * 300) == "a" * 300
    assert clean_title("a" * 301) == "a" * 299 + "…"


@pytest.mark.parametrize(
    ("given", "website"),
    [
        ("", ""),
        (" https://a.example ", "https://a.example"),
        ("HTTP://A.Example/B?c=D#e", "http://a.example/B?c=D#e"),
        ("a.example", "https://a.example"),
        ("a.example:8080/b", "https://a.example:8080/b"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("https://a.example./", "https://a.example/"),
        ("https://a.example/'\"<>", "https://a.example/%27%22%3C%3E"),
        ("https://a.example/%7Eb", "https://a.example/%7Eb"),
    ],
)
def test_a_website_is_an_address_on_the_web(given: str, website: str) -> None:
    assert clean_website(given) == website
    assert clean_website(website) == website


@pytest.mark.parametrize(
    "given",
    [
        "a",
        "javascript:x",
        "ftp://a.example",
        "https://a",
        "https://u@a.example",
        "https://a.example:x",
        "/a",
        "a b.example",
    ],
)
def test_another_website_is_refused(given: str) -> None:
    with pytest.raises(WebsiteInvalid) as refused:
        clean_website(given)

    assert refused.value.code == "website-invalid"
    assert list(refused.value.errors) == ["author.website"]


@pytest.mark.parametrize(
    ("given", "email"),
    [("", ""), (" Ana@A.Example ", "Ana@a.example"), ("a+b@bücher.example", "a+b@xn--bcher-kva.example")],
)
def test_an_email_address_keeps_its_local_part(given: str, email: str) -> None:
    assert clean_email(given) == email


@pytest.mark.parametrize(
    "given",
    [
        "a",
        "@a.example",
        "a@",
        "a@b",
        "a b@c.example",
        "a@b@c.example",
        "a@b..example",
        "<a@b.example>",
        "a" * 65 + "@b.example",
        "a@b.example\n\rBcc: c@d.example",
    ],
)
def test_what_has_not_the_shape_of_an_email_address_is_refused(given: str) -> None:
    with pytest.raises(EmailInvalid) as refused:
        clean_email(given)

    assert refused.value.code == "email-invalid"
    assert list(refused.value.errors) == ["author.email"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ÄPFEL", "äpfel"),
        ("Ｗｉｄｅ", "wide"),
        ("STRASSE", "straße"),
        ("ﬁn", "FIN"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("e\u0301", "É"),
    ],
)
def test_folded_texts_are_equal_whatever_their_case_and_width(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(ODD)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(text.casefold()) == fold(text)


LOOK_ALIKE = [
    ("Mia Müller", "mia muller"),
    ("Mia Müller", "Міа Мuller"),
    ("Mia", "Μια"),
    ("admin", "Adm1n"),
    ("admin", "аdmіn"),
    ("admin", "ad\u200bmin"),
    ("admin", "a.d-m_i n"),
    ("admin", "ADMIN ✓"),
    ("admin", "\uff41\uff44\uff4d\uff49\uff4e"),
    ("admin", "𝒶𝒹𝓂𝒾𝓃"),
    ("admin", "ⓐⓓⓜⓘⓝ"),
    ("admin", "🅐🅓🅜🅘🅝"),
    ("admin", "ᴀᴅᴍɪɴ"),
    ("admin", "a\u0336d\u0336m\u0336i\u0336n\u0336"),
    ("admin", "adrnin"),
    ("owner", "ovvner"),
    ("Lilo", "L1l0"),
    ("Ella", "EIIa"),
    ("Nina", "ΝΙΝΑ"),
    ("Нина", "HиHa"),
    ("Νίκος", "ΝΙΚΟΣ"),
    ("Νίκος", "νίκος"),
    ("moderator", "mоdеrаtоr"),
    ("\u202erotaredom", "rotaredom"),
]


@pytest.mark.parametrize(("name", "other"), LOOK_ALIKE)
def test_a_name_that_looks_like_anothers_has_a_skeleton_of_it(name: str, other: str) -> None:
    assert skeleton(other) in skeletons(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "Anna"),
        ("Mia", "Mio"),
        ("Maria", "M4ria"),
        ("किरण", "करण"),
        ("山本", "山木"),
        ("Иван", "Ивана"),
        ("🦊", "🐻"),
    ],
)
def test_different_names_have_different_skeletons(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)
    assert skeleton(one)


@given(ODD)
def test_the_skeleton_of_a_skeleton_is_itself(name: str) -> None:
    assert skeleton(skeleton(name)) == skeleton(name)
