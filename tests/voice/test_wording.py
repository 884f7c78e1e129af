"""The sentence of a call and its pauses."""

import msgspec
import pytest

from hallsys.display.voice.errors import EmptySpeech
from hallsys.display.voice.settings import VoiceSettings
from hallsys.display.voice.wording import Chime, Pause, Plan, Word, call, sentence, vocabulary


def spoken(plan: Plan) -> str:
    return " ".join("*" if isinstance(part, Chime) else part.text for part in plan if not isinstance(part, Pause))


def test_a_call_is_chime_and_the_sentence_twice() -> None:
    once = "xin mời công dân số a không một hai đến quầy số ba"
    assert spoken(call("A012", "3", VoiceSettings())) == f"* {once} {once}"


def test_the_hall_chooses_languages_chime_letters_and_repeats() -> None:
    settings = VoiceSettings(repeat=1, letters=False, languages=("en", "vi"), chime=False)
    assert spoken(call("A12", "21", settings)) == (
        "ticket number one two please go to counter twenty one xin mời công dân số một hai đến quầy số hai mươi mốt"
    )


def test_pauses_part_the_digits_and_set_the_counter_off() -> None:
    plan = sentence("vi", "A0", "15", VoiceSettings())
    assert [part.milliseconds for part in plan if isinstance(part, Pause)] == [200, 200, 350, 200, 60]


def test_speech_follows_the_chime_within_a_tenth_of_a_second() -> None:
    plan = call("A012", "3", VoiceSettings())
    chime = plan.index(Chime())
    after = plan[chime + 1]
    assert isinstance(after, Pause)
    assert after.milliseconds < 100
    assert isinstance(plan[chime + 2], Word)


def test_what_is_prepared_is_what_a_call_takes() -> None:
    settings = VoiceSettings(languages=("vi", "en"), dialect="south")
    called = {part for part in call("Q1005", "105", settings) if isinstance(part, Word)}
    assert vocabulary("Q1005", ["105"], settings) == called


@pytest.mark.parametrize(("label", "counter"), [("---", "1"), ("A012", ""), ("A", "1")])
def test_a_call_without_words_is_refused(label: str, counter: str) -> None:
    with pytest.raises(EmptySpeech):
        call(label, counter, VoiceSettings(letters=False))


@pytest.mark.parametrize(
    "bad", [{"repeat": 0}, {"languages": []}, {"languages": ["fr"]}, {"dialect": "east"}, {"x": 1}]
)
def test_settings_that_make_no_sense_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, VoiceSettings)
