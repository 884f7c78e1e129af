"""espeak-ng through our pyttsx3 driver: nothing empty, nothing wrong without an error."""

import subprocess
import sys
import wave
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pyttsx3

from hallsys.display.voice.driver import NAME, Espeak
from hallsys.display.voice.engine import Utterance
from hallsys.display.voice.errors import BadSetting, EmptySpeech, SoundNotWritten, UnknownVoice

BA = Utterance("ba bốn năm.", "vi+m7")


@pytest.fixture
def espeak() -> Espeak:
    return Espeak()


def loudest(pcm: bytes) -> int:
    return max(map(abs, array("h", pcm)))


def test_it_is_a_driver_of_pyttsx3() -> None:
    assert str(pyttsx3.init(NAME)) == NAME


def test_a_sentence_comes_back_with_the_beginnings_of_its_words(espeak: Espeak) -> None:
    recording = espeak.render(BA)
    assert recording.rate == 22_050
    assert len(recording.words) == 3
    assert list(recording.words) == sorted(recording.words)
    assert 0.5 < len(recording.pcm) / 2 / recording.rate < 3
    assert loudest(recording.pcm) > 5000


def test_four_threads_get_what_each_asked_for(espeak: Espeak) -> None:
    asked = [
        Utterance(f"{word}.", voice, rate) for word in ("không", "một") for voice in ("vi", "en") for rate in (90, 300)
    ]
    # What a render is like depends a little on the one before it (espeak-ng's noise goes on), its length hardly.
    alone = {one: len(espeak.render(one).pcm) for one in asked}
    with ThreadPoolExecutor(4) as threads:
        heard = list(threads.map(lambda i: (asked[i % 8], espeak.render(asked[i % 8])), range(200)))
    for one, recording in heard:
        assert loudest(recording.pcm) > 3000
        assert len(recording.pcm) == pytest.approx(alone[one], rel=0.03)
    for slow, fast in zip(asked[::2], asked[1::2], strict=True):
        assert alone[slow] > 1.5 * alone[fast]


@pytest.mark.parametrize("voice", ["xx", "vi+nobody", ""])
def test_an_unknown_voice_or_variant_is_an_error_and_not_english(espeak: Espeak, voice: str) -> None:
    with pytest.raises(UnknownVoice):
        espeak.render(Utterance("ba", voice))
    assert loudest(espeak.render(BA).pcm) > 5000


@pytest.mark.parametrize("text", ["", "  ", "...", "[[]]"])
def test_nothing_to_say_is_an_error(espeak: Espeak, text: str) -> None:
    with pytest.raises(EmptySpeech):
        espeak.render(Utterance(text, "vi"))


@pytest.mark.parametrize("bad", [Utterance("ba", "vi", rate=40), Utterance("ba", "vi", pitch=120)])
def test_a_setting_out_of_range_is_an_error(espeak: Espeak, bad: Utterance) -> None:
    with pytest.raises(BadSetting):
        espeak.render(bad)


def test_a_file_is_written_whole(espeak: Espeak, tmp_path: Path) -> None:
    espeak.save(BA, tmp_path / "ba.wav")
    with wave.open(str(tmp_path / "ba.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22_050)
        assert loudest(file.readframes(file.getnframes())) > 5000
    assert [path.name for path in tmp_path.iterdir()] == ["ba.wav"]


def test_a_path_that_cannot_be_written_is_an_error_and_leaves_nothing(espeak: Espeak, tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    for path in (tmp_path / "missing" / "ba.wav", tmp_path / "taken"):
        with pytest.raises(SoundNotWritten):
            espeak.save(BA, path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]


WITHOUT_DATA = """
import espeakng_loader
espeakng_loader.get_data_path = lambda: "{path}"
from hallsys.display.voice.driver import Espeak
from hallsys.display.voice.errors import VoiceUnavailable
try:
    Espeak()
except VoiceUnavailable as error:
    print("alive:", error)
"""


@pytest.mark.parametrize(("path", "said"), [("/nowhere", "does not start"), ("/long" * 40, "shorter folder")])
def test_an_engine_without_its_data_does_not_take_the_process_with_it(path: str, said: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_DATA.format(path=path)], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith("alive:")
    assert said in run.stdout
