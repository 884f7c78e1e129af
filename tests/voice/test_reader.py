"""Numbers and labels as words, against a truth that was written by hand."""

import pytest

from hallsys.display.voice.reader import LARGEST, designation, number, spell

# Read aloud and written down, ten to a line; not made by a program.
TO_NINETY_NINE = """
không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín
mười|mười một|mười hai|mười ba|mười bốn|mười lăm|mười sáu|mười bảy|mười tám|mười chín
hai mươi|hai mươi mốt|hai mươi hai|hai mươi ba|hai mươi tư|hai mươi lăm|hai mươi sáu|hai mươi bảy|hai mươi tám|hai mươi chín
ba mươi|ba mươi mốt|ba mươi hai|ba mươi ba|ba mươi tư|ba mươi lăm|ba mươi sáu|ba mươi bảy|ba mươi tám|ba mươi chín
bốn mươi|bốn mươi mốt|bốn mươi hai|bốn mươi ba|bốn mươi tư|bốn mươi lăm|bốn mươi sáu|bốn mươi bảy|bốn mươi tám|bốn mươi chín
năm mươi|năm mươi mốt|năm mươi hai|năm mươi ba|năm mươi tư|năm mươi lăm|năm mươi sáu|năm mươi bảy|năm mươi tám|năm mươi chín
sáu mươi|sáu mươi mốt|sáu mươi hai|sáu mươi ba|sáu mươi tư|sáu mươi lăm|sáu mươi sáu|sáu mươi bảy|sáu mươi tám|sáu mươi chín
bảy mươi|bảy mươi mốt|bảy mươi hai|bảy mươi ba|bảy mươi tư|bảy mươi lăm|bảy mươi sáu|bảy mươi bảy|bảy mươi tám|bảy mươi chín
tám mươi|tám mươi mốt|tám mươi hai|tám mươi ba|tám mươi tư|tám mươi lăm|tám mươi sáu|tám mươi bảy|tám mươi tám|tám mươi chín
chín mươi|chín mươi mốt|chín mươi hai|chín mươi ba|chín mươi tư|chín mươi lăm|chín mươi sáu|chín mươi bảy|chín mươi tám|chín mươi chín
"""  # noqa: E501  ten to a line, so that a reader sees the columns

LARGER = {
    100: "một trăm",
    101: "một trăm linh một",
    104: "một trăm linh bốn",
    105: "một trăm linh năm",
    110: "một trăm mười",
    115: "một trăm mười lăm",
    121: "một trăm hai mươi mốt",
    555: "năm trăm năm mươi lăm",
    900: "chín trăm",
    999: "chín trăm chín mươi chín",
    1000: "một nghìn",
    1001: "một nghìn không trăm linh một",
    1010: "một nghìn không trăm mười",
    1015: "một nghìn không trăm mười lăm",
    1021: "một nghìn không trăm hai mươi mốt",
    1100: "một nghìn một trăm",
    2024: "hai nghìn không trăm hai mươi tư",
    2105: "hai nghìn một trăm linh năm",
    4444: "bốn nghìn bốn trăm bốn mươi tư",
    10_000: "mười nghìn",
    15_005: "mười lăm nghìn không trăm linh năm",
    21_021: "hai mươi mốt nghìn không trăm hai mươi mốt",
    24_000: "hai mươi tư nghìn",
    100_000: "một trăm nghìn",
    101_001: "một trăm linh một nghìn không trăm linh một",
    105_015: "một trăm linh năm nghìn không trăm mười lăm",
    500_050: "năm trăm nghìn không trăm năm mươi",
    999_999: "chín trăm chín mươi chín nghìn chín trăm chín mươi chín",
}

SOUTHERN = {
    15: "mười lăm",
    101: "một trăm lẻ một",
    1005: "một ngàn không trăm lẻ năm",
    205_008: "hai trăm lẻ năm ngàn không trăm lẻ tám",
}

ENGLISH = {
    0: "zero",
    13: "thirteen",
    20: "twenty",
    42: "forty two",
    100: "one hundred",
    101: "one hundred and one",
    115: "one hundred and fifteen",
    1000: "one thousand",
    1001: "one thousand and one",
    1100: "one thousand one hundred",
    12_345: "twelve thousand three hundred and forty five",
    999_999: "nine hundred and ninety nine thousand nine hundred and ninety nine",
}


def test_numbers_below_a_hundred_are_read_as_written_by_hand() -> None:
    truth = TO_NINETY_NINE.strip().replace("\n", "|").split("|")
    assert [" ".join(number(n, "vi")) for n in range(100)] == truth


@pytest.mark.parametrize(("n", "words"), LARGER.items())
def test_larger_numbers(n: int, words: str) -> None:
    assert " ".join(number(n, "vi")) == words


@pytest.mark.parametrize(("n", "words"), SOUTHERN.items())
def test_the_south_says_le_and_ngan(n: int, words: str) -> None:
    assert " ".join(number(n, "vi", "south")) == words


@pytest.mark.parametrize(("n", "words"), ENGLISH.items())
def test_english_numbers(n: int, words: str) -> None:
    assert " ".join(number(n, "en")) == words


@pytest.mark.parametrize("n", [-1, LARGEST + 1])
def test_a_number_that_cannot_be_read_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        number(n, "vi")


def test_every_number_is_understood_back() -> None:
    for n in (*range(10_000), *range(10_000, LARGEST, 397), LARGEST):
        for dialect in ("north", "south"):
            assert understood(number(n, "vi", dialect)) == n


def understood(words: list[str]) -> int:
    """What a listener makes of it: a reading of its own, which knows nothing of how the words were made."""
    value = {"không": 0, "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}
    value |= {"mười": 10, "mốt": 1, "tư": 4, "lăm": 5}
    total = group = last = 0
    for word in words:
        if word in ("nghìn", "ngàn"):
            total, group, last = (group + last) * 1000, 0, 0
        elif word == "trăm":
            group, last = last * 100, 0
        elif word == "mươi":
            group, last = group + last * 10, 0
        elif word in ("linh", "lẻ"):
            assert last == 0
        else:
            group, last = group + last, value[word]
    return total + group + last


def test_a_ticket_is_read_letter_by_name_then_digit_by_digit() -> None:
    assert spell("A012", "vi") == ["a", "không", "một", "hai"]
    assert spell("X415", "vi") == ["ích-xì", "bốn", "một", "năm"]
    assert spell("Đ1000", "vi") == ["đê", "một", "không", "không", "không"]
    assert spell("D7", "vi")[0] != spell("Đ7", "vi")[0]
    assert spell("B012", "en") == ["bee", "zero", "one", "two"]


def test_a_decomposed_or_small_letter_is_the_same_letter() -> None:
    assert spell("o\u031b1", "vi") == spell("Ơ1", "vi") == ["ơ", "một"]
    assert spell("đ-0 1", "vi") == ["đê", "không", "một"]


def test_letters_may_be_left_out() -> None:
    assert spell("A012", "vi", letters=False) == ["không", "một", "hai"]


@pytest.mark.parametrize(
    ("counter", "words"),
    [
        ("3", "ba"),
        ("03", "ba"),
        ("15", "mười lăm"),
        ("21", "hai mươi mốt"),
        ("2A", "hai a"),
        ("VIP", "vê i pê"),
        ("1000000", "một không không không không không không"),
    ],
)
def test_a_counter_is_a_whole_number_or_spelled(counter: str, words: str) -> None:
    assert " ".join(designation(counter, "vi")) == words
