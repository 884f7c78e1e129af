"""Numbers and labels as words, against a truth that was written by hand."""

import re
from typing import Any

import pytest

from hallsys.config import Language
from hallsys.display.voice.reader import LARGEST, clock, designation, number, ticket

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


DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def by_rewriting(n: int, *, named: bool = False) -> str:
    """0 to 999 in another way: every place is spelled out, and what nobody says is then struck out or changed."""
    text = f"{DIGITS[n // 100]} trăm {DIGITS[n // 10 % 10]} mươi {DIGITS[n % 10]}"
    for wrong, right in (
        (" không mươi không", ""),
        (" không mươi ", " linh "),
        (" một mươi", " mười"),
        ("(mươi|mười) không$", r"\1"),
        ("mươi một$", "mươi mốt"),
        ("mươi bốn$", "mươi tư"),
        ("(mươi|mười) năm$", r"\1 lăm"),
    ):
        text = re.sub(wrong, right, text)
    return text if named or n >= 100 else text.removeprefix("không trăm ").removeprefix("linh ")


def test_every_number_to_the_largest_is_as_another_way_makes_it() -> None:
    bare = ["không", *map(by_rewriting, range(1, 1000))]
    named = ["", *(f" {by_rewriting(n, named=True)}" for n in range(1, 1000))]
    assert [" ".join(number(n, "vi")) for n in range(1000)] == bare
    for n in range(1000, LARGEST + 1):
        assert " ".join(number(n, "vi")) == f"{bare[n // 1000]} nghìn{named[n % 1000]}"


def test_the_south_differs_in_two_words_only() -> None:
    for n in (*range(10_000), *range(10_000, LARGEST, 97), LARGEST):
        north = " ".join(number(n, "vi", "north"))
        assert " ".join(number(n, "vi", "south")) == north.replace("linh", "lẻ").replace("nghìn", "ngàn")


def test_every_english_number_is_as_another_way_makes_it() -> None:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
    tens = "twenty thirty forty fifty sixty seventy eighty ninety"
    hundred = [*ones.split(), "seventeen", "eighteen", "nineteen"]
    for ten in tens.split():
        hundred += [ten, *(f"{ten} {one}" for one in hundred[1:10])]
    thousand = [
        *hundred,
        *(
            f"{hundred[h]} hundred" + (f" and {hundred[rest]}" if rest else "")
            for h in range(1, 10)
            for rest in range(100)
        ),
    ]
    for n in (*range(10_000), *range(10_000, LARGEST, 97), LARGEST):
        whole, rest = f"{thousand[n // 1000]} thousand ", n % 1000
        after = "" if not rest else thousand[rest] if rest >= 100 else f"and {thousand[rest]}"
        assert " ".join(number(n, "en")) == (thousand[n] if n < 1000 else (whole + after).strip())


TIMES = {
    "00:00": ("không giờ", "midnight"),
    "00:05": ("không giờ năm phút", "twelve oh five ay em"),
    "07:30": ("bảy giờ ba mươi", "seven thirty ay em"),
    "09:00": ("chín giờ", "nine ay em"),
    "10:01": ("mười giờ một phút", "ten oh one ay em"),
    "11:45": ("mười một giờ bốn mươi lăm", "eleven forty five ay em"),
    "12:00": ("mười hai giờ", "noon"),
    "13:21": ("mười ba giờ hai mươi mốt", "one twenty one pee em"),
    "17:15": ("mười bảy giờ mười lăm", "five fifteen pee em"),
    "21:04": ("hai mươi mốt giờ bốn phút", "nine oh four pee em"),
    "23:59": ("hai mươi ba giờ năm mươi chín", "eleven fifty nine pee em"),
}


@pytest.mark.parametrize(("time", "words"), TIMES.items())
def test_times_of_day(time: str, words: tuple[str, str]) -> None:
    hour, minute = map(int, time.split(":"))
    assert (" ".join(clock(hour, minute, "vi")), " ".join(clock(hour, minute, "en"))) == words


@pytest.mark.parametrize(("hour", "minute"), [(24, 0), (9, 60), (-1, 0)])
def test_what_no_clock_shows_is_refused(hour: int, minute: int) -> None:
    with pytest.raises(ValueError, match="no time of day"):
        clock(hour, minute, "vi")


def read(label: str, language: Language = "vi", **how: Any) -> str:
    """Groups with a bar between them."""
    return "|".join(" ".join(group) for group in ticket(label, language, **how))


# The letters' names as people say them; not taken from the code.
NAMES = """A a, B bê, C xê, D dê, Đ đê, E e, G giê, H hát, I i, K ca, L e-lờ, M em-mờ, N en-nờ, O o, P pê, Q quy,
R e-rờ, S ét-sì, T tê, U u, V vê, X ích-xì, Y i-dài"""


def test_every_letter_has_its_name() -> None:
    for sign, name in (pair.split() for pair in NAMES.split(",")):
        assert read(f"{sign}1") == f"{name}|một"


def test_a_ticket_is_read_letter_by_name_then_digit_by_digit() -> None:
    assert read("A012") == "a|không|một|hai"
    assert read("X415") == "ích-xì|bốn|một|năm"
    assert read("Đ1000") == "đê|một|không|không|không"
    assert read("D7") != read("Đ7")
    assert read("B012", "en") == "bee|zero|one|two"


def test_a_ticket_may_be_read_as_a_number() -> None:
    assert read("A012", digits="number") == "a|mười hai"
    assert read("1021", digits="number") == "một nghìn không trăm hai mươi mốt"
    assert read("1021", digits="number", dialect="south") == "một ngàn không trăm hai mươi mốt"
    assert read("AB000", "en", digits="number") == "ay|bee|zero"
    assert read("A1234567", digits="number") == "a|một|hai|ba|bốn|năm|sáu|bảy"


def test_a_decomposed_or_small_letter_is_the_same_letter() -> None:
    assert read("o\u031b1") == read("Ơ1") == "ơ|một"
    assert read("đ-0 1") == "đê|không|một"


def test_a_letter_that_english_has_no_name_for_is_called_by_its_base() -> None:
    assert read("Ơ1", "en") == "oh|one"
    assert read("Đ1", "en") == "barred-dee|one"


def test_letters_may_be_left_out() -> None:
    assert read("A012", letters=False) == "không|một|hai"


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
def test_a_counter_is_a_whole_number_or_ticketed(counter: str, words: str) -> None:
    assert " ".join(designation(counter, "vi")) == words
