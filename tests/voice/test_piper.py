"""Another engine behind the same door: a program with piper's command line, and everything it may do wrong."""

import fcntl
import sys
from pathlib import Path

import pytest
from msgspec import structs

from hallsys.config import PiperVoice, Settings, VoiceConfig
from hallsys.display.voice import maker, sound
from hallsys.display.voice.errors import EngineFailed
from hallsys.display.voice.maker import Maker
from hallsys.display.voice.piper import Piper
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.synthetic import Synthetic
from hallsys.display.voice.wording import Announcement, Phrasing
from hallsys.hallfile import load_halls
from hallsys.office import examine_machine
from hallsys.resources import resource

CALL = Announcement("call", "A1", "2")

PROGRAM = """#!{python}
import argparse, os, struct, subprocess, sys, time, wave
from math import sin
parser = argparse.ArgumentParser()
parser.add_argument("--model")
parser.add_argument("--output_file")
given = parser.parse_args()
text = sys.stdin.read()
with open({log!r}, "a") as log:
    log.write(text)
does = open(given.model).read()
if does == "hangs":
    holds = "import fcntl, time; f = open({log!r} + '.lock', 'w'); fcntl.flock(f, 2); print(flush=True)"
    holds += "; time.sleep(600)"
    child = subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE)
    child.stdout.readline()
    child.wait()
if does == "fails":
    sys.exit("no such phoneme")
if does == "nothing":
    sys.exit(0)
with open(given.output_file, "wb") as file:
    if does == "garbage":
        file.write(b"RIFF?")
    elif does == "huge":
        file.truncate(11 << 20)
    else:
        loud = 0 if does == "silence" else 9000
        samples = [int(loud * sin(i / 8)) for i in range(16000 * (1 + len(text) // 8))]
        with wave.open(file, "wb") as wav:
            wav.setparams((1, 2, 16000, 0, "NONE", ""))
            wav.writeframes(struct.pack(f"<{{len(samples)}}h", *samples))
"""


class Stand:
    """The program and its log in a folder; `voice(does)` is a voice with which it does that."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        self.program = folder / "piper"
        self.program.write_text(PROGRAM.format(python=sys.executable, log=str(self.log)))
        self.program.chmod(0o755)

    def voice(self, does: str, timeout_s: int = 20) -> PiperVoice:
        (self.folder / "vi.onnx").write_text(does)
        return PiperVoice(vi=str(self.folder / "vi.onnx"), program=str(self.program), timeout_s=timeout_s)

    def piper(self, does: str, timeout_s: int = 20) -> Piper:
        return Piper(self.voice(does, timeout_s), Synthetic())

    def maker(self, piper: PiperVoice) -> Maker:
        voice = VoiceConfig(repeat=1, piper=piper)
        return Maker(self.folder / "cache", voice, Phrasing(voice), resource("sounds/chime.wav"), None)

    @property
    def asked(self) -> list[str]:
        return self.log.read_text("utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path)


def test_a_word_comes_back_at_our_rate(stand: Stand) -> None:
    samples = stand.piper("works").speak("vi", "ba")
    assert len(samples) == sound.RATE
    assert sound.peak(samples) == pytest.approx(-11, abs=1.5)
    assert stand.asked == ["ba"]


def test_a_hall_speaks_with_the_voice_it_brought_as_loud_as_with_any(stand: Stand, tmp_path: Path) -> None:
    voice = stand.maker(stand.voice("works"))
    wav = voice.make(CALL, "wav")
    assert voice.trouble is None
    assert set(stand.asked) == {"xin mời công dân số", "a", "một", "đến quầy số", "hai"}
    (tmp_path / "call.wav").write_bytes(wav)
    assert sound.loudness(sound.read_wav(tmp_path / "call.wav")) == pytest.approx(sound.TARGET_LUFS, abs=0.5)


def test_a_notice_is_given_to_it_whole(stand: Stand) -> None:
    stand.maker(stand.voice("works")).make(Announcement("notice", text="Quầy 3 nghỉ, xin chờ."), "mp3")
    assert stand.asked == ["quầy ba nghỉ, xin chờ"]


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("fails", "ended with 1: no such phoneme"),
        ("nothing", "made no sound"),
        ("garbage", "made no sound"),
        ("huge", "made a file of"),
        ("silence", "made silence"),
    ],
)
def test_what_it_does_wrong_is_said_and_the_synthetic_voice_speaks(
    stand: Stand, does: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    piper = stand.voice(does)
    with pytest.raises(EngineFailed, match=said):
        Piper(piper, Synthetic()).speak("vi", "ba")
    tries = len(stand.asked)
    plain = stand.maker(PiperVoice()).make(CALL, "wav")
    voice = stand.maker(piper)
    assert voice.make(CALL, "wav") == plain
    assert voice.trouble is not None
    assert said in voice.trouble
    assert said in caplog.text
    # It is left alone for a while, and no other call waits for it.
    voice.make(Announcement("call", "A3", "4"), "wav")
    assert len(stand.asked) == tries + 1


def test_a_program_that_hangs_is_ended_with_what_it_started(stand: Stand) -> None:
    with pytest.raises(EngineFailed, match="longer than 2 s"):
        stand.piper("hangs", timeout_s=2).speak("vi", "ba")
    with Path(f"{stand.log}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # as soon as the child that held it is gone


def test_a_missing_program_or_voice_is_named(stand: Stand) -> None:
    with pytest.raises(EngineFailed, match=r"nowhere/piper does not start.*voice\.piper\.program"):
        Piper(PiperVoice(vi=stand.voice("works").vi, program="/nowhere/piper"), Synthetic()).speak("vi", "ba")
    with pytest.raises(EngineFailed, match=r"no voice file .*voice\.piper\.en"):
        Piper(PiperVoice(en="/nowhere.onnx"), Synthetic()).speak("en", "three")


def test_a_language_that_it_has_no_voice_for_is_the_synthetic_ones(stand: Stand) -> None:
    three = Synthetic().speak("en", "three")
    assert len(stand.piper("works").speak("en", "three")) == pytest.approx(len(three), rel=0.03)
    assert stand.asked == []


def test_after_its_rest_it_is_tried_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maker, "REST", 0.0)
    voice = stand.maker(stand.voice("fails"))
    broken = voice.make(CALL, "wav")
    assert voice.trouble
    (stand.folder / "vi.onnx").write_text("works")
    assert voice.make(CALL, "wav") != broken
    assert voice.trouble is None


async def test_the_facade_says_which_voice_is_heard(stand: Stand) -> None:
    speech = Speech(stand.folder / "cache", VoiceConfig(repeat=1, piper=stand.voice("fails")))
    await speech.mp3(CALL)
    assert speech.trouble is not None
    assert "no such phoneme" in speech.trouble
    await speech.close()


def test_its_environment_is_its_own(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLSYS_TOKEN", "secret")
    stand.program.write_text(f"#!{sys.executable}\nimport os, sys\nsys.exit(','.join(sorted(os.environ)))\n")
    with pytest.raises(EngineFailed) as failed:
        stand.piper("works").speak("vi", "ba")
    assert "PATH" in str(failed.value)
    assert "HALLSYS" not in str(failed.value)


def test_the_doctor_warns_when_the_brought_voice_is_not_heard(stand: Stand) -> None:
    hall = load_halls()["phutho"]

    def findings(piper: PiperVoice) -> list[tuple[str, str]]:
        brings = structs.replace(hall, id="brings", voice=VoiceConfig(piper=piper))
        found = examine_machine.voice(Settings(data=stand.folder), {"phutho": hall, "brings": brings})
        return [(finding.state, finding.key) for finding in found]

    assert findings(stand.voice("works")) == [("ok", "doctor.voice.ok")]
    assert findings(stand.voice("fails")) == [("warn", "doctor.voice.other")]
