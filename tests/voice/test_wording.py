"""The sentence of a call and its pauses."""

from typing import Any

import pytest

from hallsys.config import VoiceConfig, Wording, Wordings, Words
from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.wording import DEFAULTS, WORDED, Announcement, Chime, Pause, Phrasing, Plan, Sentence, Word

A012 = Announcement("call", "A012", "3")


def spoken(plan: Plan) -> str:
    return " ".join("*" if isinstance(part, Chime) else part.text for part in plan if not isinstance(part, Pause))


def said(announcement: Announcement, spoken_names: dict[str, Words] | None = None, **settings: Any) -> str:
    """One turn, without the chime."""
    return spoken(Phrasing(VoiceConfig(repeat=1, chime=False, **settings), spoken_names).plan(announcement))


def pauses(plan: Plan) -> list[int]:
    return [part.milliseconds for part in plan if isinstance(part, Pause)]


def test_a_call_is_chime_and_the_sentence_twice() -> None:
    once = "xin mời công dân số a không một hai đến quầy số ba"
    assert spoken(Phrasing(VoiceConfig()).plan(A012)) == f"* {once} {once}"


def test_the_hall_chooses_languages_chime_letters_and_repeats() -> None:
    assert said(Announcement("call", "A12", "21"), letters=False, languages=["en", "vi"]) == (
        "ticket number one two please go to counter twenty one xin mời công dân số một hai đến quầy số hai mươi mốt"
    )


def test_a_ticket_may_be_read_as_a_number_whose_words_stand_close() -> None:
    phrasing = Phrasing(VoiceConfig(digits="number"))
    plan = phrasing.sentence("vi", Announcement("call", "A021", "3"))
    assert spoken(plan) == "xin mời công dân số a hai mươi mốt đến quầy số ba"
    assert pauses(plan) == [200, 200, 60, 60, 350, 200]


def test_pauses_part_the_digits_and_set_the_counter_off() -> None:
    plan = Phrasing(VoiceConfig()).sentence("vi", Announcement("call", "A0", "15"))
    assert pauses(plan) == [200, 200, 350, 200, 60]


def test_speech_follows_the_chime_within_a_tenth_of_a_second() -> None:
    plan = Phrasing(VoiceConfig()).plan(A012)
    chime = plan.index(Chime())
    after = plan[chime + 1]
    assert isinstance(after, Pause)
    assert after.milliseconds < 100
    assert isinstance(plan[chime + 2], Word)


def test_a_recall_is_worded_as_the_call_unless_the_hall_words_it() -> None:
    recall = Announcement("recall", "A012", "3")
    own = Wording(call="Mời số {ticket} đến {place}")
    assert said(recall) == said(A012)
    assert said(recall, wording=Wordings(vi=own)) == "mời số a không một hai đến quầy số ba"
    own = Wording(recall="Nhắc lại: số {ticket}, quầy {counter}")
    assert said(recall, wording=Wordings(vi=own)) == "nhắc lại số a không một hai quầy ba"
    assert said(A012, wording=Wordings(vi=own)) == "xin mời công dân số a không một hai đến quầy số ba"


def test_a_counter_with_a_name_is_called_by_it_but_keeps_its_number() -> None:
    names = {"3": Words("quầy Trả kết quả, tầng 2", "the results desk")}
    assert said(A012, names) == "xin mời công dân số a không một hai đến quầy trả kết quả tầng hai"
    assert said(A012, names, languages=["en"]) == "ticket number ay zero one two please go to the results desk"
    assert said(Announcement("call", "A012", "4"), names).endswith("đến quầy số bốn")
    by_number = Wordings(vi=Wording(call="Số {ticket}, quầy {counter}"))
    assert said(A012, names, wording=by_number) == "số a không một hai quầy ba"


def test_signs_of_the_template_are_pauses() -> None:
    wording = Wordings(vi=Wording(call="Kính mời. Số {ticket}; đến ngay, {place}!"))
    plan = Phrasing(VoiceConfig(wording=wording)).sentence("vi", Announcement("call", "1", "2"))
    assert spoken(plan) == "kính mời số một đến ngay quầy số hai"
    assert pauses(plan) == [500, 200, 500, 350, 200]


@pytest.mark.parametrize("kind", WORDED)
def test_every_kind_has_words_in_every_language(kind: Any) -> None:
    for language in DEFAULTS:
        assert said(Announcement(kind, "A012", "3"), languages=[language])


def test_an_opening_reads_its_times() -> None:
    wording = Wordings(vi=Wording(opening="Mở cửa từ 07:30 đến 11:30"))
    assert said(Announcement("opening"), wording=wording) == "mở cửa từ bảy giờ ba mươi đến mười một giờ ba mươi"


def test_a_notice_is_whole_sentences_in_the_language_that_it_is_written_in() -> None:
    notice = Announcement("notice", text="Quầy 3 nghỉ. Mời A012 sang quầy 21!")
    plan = Phrasing(VoiceConfig(repeat=1, languages=["vi", "en"])).plan(notice)
    assert [part for part in plan if isinstance(part, Sentence)] == [
        Sentence("vi", "quầy ba nghỉ"),
        Sentence("vi", "mời a, không, một, hai sang quầy hai mươi mốt"),
    ]
    english = Announcement("notice", text="Counter 3 is closed")
    assert Sentence("en", "counter three is closed") in Phrasing(VoiceConfig(languages=["vi", "en"])).plan(english)


def test_what_is_prepared_is_what_a_call_takes() -> None:
    phrasing = Phrasing(VoiceConfig(languages=["vi", "en"], dialect="south"))
    called = {part for part in phrasing.plan(Announcement("call", "Q1005", "105")) if isinstance(part, Word)}
    assert set(phrasing.vocabulary(["Q1005"], ["105"], ["call"])) == called
    every = phrasing.vocabulary(["Q1005", "A1"], ["105", "7"])
    assert called < set(every)
    assert {Word("vi", "a"), Word("vi", "bảy"), Word("vi", "chuẩn bị")} <= set(every)
    assert len(every) == len(set(every))


@pytest.mark.parametrize(("label", "counter"), [("---", "1"), ("A012", ""), ("A", "1")])
def test_a_call_without_words_is_refused(label: str, counter: str) -> None:
    with pytest.raises(EmptySpeech):
        Phrasing(VoiceConfig(letters=False)).plan(Announcement("call", label, counter))


@pytest.mark.parametrize("text", ["", " ... ", "[[ ]]", "x" * 301])
def test_a_notice_without_words_or_without_end_is_refused(text: str) -> None:
    with pytest.raises(EmptySpeech):
        Phrasing(VoiceConfig()).plan(Announcement("notice", text=text))
