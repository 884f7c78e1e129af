"""Free text as it is read aloud, against sentences written by hand."""

# ruff: noqa: E501  a text and its words side by side
import pytest

from hallsys.config import Dialect, Language
from hallsys.display.voice.freetext import language_of, sentences, spoken

VIETNAMESE = {
    "Quầy 3 mở cửa lúc 07:30": "quầy ba mở cửa lúc bảy giờ ba mươi",
    "Mời A012 và ĐB7 đến quầy 21.": "mời a, không, một, hai và đê, bê, bảy đến quầy hai mươi mốt.",
    "Từ 7h30–11h30, chiều 13h đến 16g45": "từ bảy giờ ba mươi đến mười một giờ ba mươi, chiều mười ba giờ đến mười sáu giờ bốn mươi lăm",
    "nghỉ ngày 2/4 và 20/11/2026": "nghỉ ngày hai tháng tư và hai mươi tháng mười một năm hai nghìn không trăm hai mươi sáu",
    "lệ phí 25.000 đồng, giảm 50%": "lệ phí hai mươi lăm nghìn đồng, giảm năm mươi phần trăm",
    "dài 3,5 km": "dài ba phẩy năm km",
    "gọi 0210 3846 123 hoặc 19001009": "gọi không hai một không, ba tám bốn sáu, một hai ba hoặc một chín không không một không không chín",
    "mã 007": "mã không không bảy",
    "UBND phường; CCCD, HTX, VNeID": "ủy ban nhân dân phường; căn cước công dân, hát tê ích-xì, vi en ai đi",
    "THÔNG BÁO cửa B & C": "thông báo cửa bê và xê",
    "xe 29A-123": "xe hai mươi chín a một trăm hai mươi ba",
    "[[h'a]] <b>chào</b> \\ {x}": "h'a b chào b x",
    "25:61 và 99/99": "hai mươi lăm: sáu mươi mốt và chín mươi chín chín mươi chín",
}

ENGLISH = {
    "Counter 3 opens at 13:30": "counter three opens at one thirty pee em",
    "A012 to counter 21": "ay, zero, one, two to counter twenty one",
    "07:30-11:30 on 20/11/2026": "seven thirty ay em to eleven thirty ay em on twenty november two thousand and twenty six",
    "25,000 people, 3.5 km, 80%": "twenty five thousand people, three point five km, eighty per cent",
    "I have a VNeID": "i have a vee en eye dee",
}


@pytest.mark.parametrize(("text", "words"), VIETNAMESE.items())
def test_vietnamese(text: str, words: str) -> None:
    assert spoken(text, "vi") == words


@pytest.mark.parametrize(("text", "words"), ENGLISH.items())
def test_english(text: str, words: str) -> None:
    assert spoken(text, "en") == words


def test_the_south_counts_in_its_own_words() -> None:
    assert spoken("1.005 người", "vi", "south") == "một ngàn không trăm lẻ năm người"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_digit_and_no_bracket_is_left(language: Language) -> None:
    for text in (*VIETNAMESE, *ENGLISH, "1.2.3.4 1,2,3 00:00:00 1/2/3/4 A1B2C3 [[1]] 5-6 ٣"):
        left = spoken(text, language)
        assert not any(sign.isdigit() or sign in "[]{}<>" for sign in left), left


def test_sentences_are_parted_at_their_ends_and_not_within_numbers() -> None:
    assert sentences("Giá 25.000 đồng. Xin cảm ơn!\nChào\n...", "vi") == [
        "giá hai mươi lăm nghìn đồng",
        "xin cảm ơn",
        "chào",
    ]


@pytest.mark.parametrize(
    ("text", "languages", "language"),
    [
        ("Open now", ["vi", "en"], "en"),
        ("Quầy đóng", ["en"], "vi"),
        ("Quay dong", ["vi"], "vi"),
        ("đi", ["en", "vi"], "vi"),
        ("Closed", ["en"], "en"),
    ],
)
def test_the_language_is_seen_in_the_letters(text: str, languages: list[Language], language: Language) -> None:
    assert language_of(text, languages) == language


@pytest.mark.parametrize("dialect", ["north", "south"])
def test_a_text_in_words_stays_as_it_is(dialect: Dialect) -> None:
    text = "xin mời công dân lấy số, và chờ gọi."
    assert spoken(text, "vi", dialect) == text
