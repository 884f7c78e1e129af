"""espeak-ng through pyttsx3, with a driver of our own: the only file that touches either.

pyttsx3's own espeak driver plays and saves from a polled loop: under load it leaves empty files without an error, an
unknown voice silently stays English, and a path that cannot be written hangs for ever. Ours runs the same binding in
synchronous mode, where `Synth` returns when the last sample has been delivered, and raises when something is wrong.
"""

import ctypes
import importlib
import os
import sys
import tempfile
import threading
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Protocol

import pyttsx3

from hallsys.display.voice.engine import Recording, Utterance
from hallsys.display.voice.errors import BadSetting, EmptySpeech, SoundNotWritten, UnknownVoice, VoiceUnavailable

NAME: Final = "hallsys_espeak"

# espeak-ng is one machine per process, and pyttsx3 keeps one engine per driver: everything passes here one by one.
_lock = threading.RLock()

_DONT_EXIT: Final = 0x8000
"""espeakINITIALIZE_DONT_EXIT: without it a missing data folder ends the whole process."""

_LONGEST_DATA_PATH: Final = 150
"""espeak-ng cuts longer paths off (its buffer has 160 bytes) and then finds nothing."""

_QUIETEST: Final = 64
"""Below this peak (of 32,768) it is silence: an empty text still returns ten milliseconds of it."""

_VOLUME: Final = 60
"""Of 100. Above, espeak-ng's own limiter works on every third word, and on the words after it; we level anyway."""

_LIMITS: Final = {"rate": (80, 450), "pitch": (0, 99), "range": (0, 99)}


class _Proxy(Protocol):
    """What pyttsx3 hands to a driver."""

    def notify(self, topic: str, **kwargs: object) -> None: ...

    def setBusy(self, busy: bool) -> None: ...  # noqa: N802  pyttsx3's name


class Espeak:
    """The synthetic voice. Safe from any thread; 1 to 5 ms a sentence."""

    def __init__(self) -> None:
        """Raises VoiceUnavailable."""
        with _lock:
            self._engine = pyttsx3.init(NAME)

    def render(self, utterance: Utterance) -> Recording:
        """Raises UnknownVoice, BadSetting, EmptySpeech."""
        said: list[Recording] = []
        self._perform(utterance, lambda: self._engine.say(utterance.text), said.append)
        return said[0]

    def save(self, utterance: Utterance, path: Path) -> None:
        """Writes a WAV file, whole or not at all. Raises SoundNotWritten, and as `render`."""
        self._perform(utterance, lambda: self._engine.save_to_file(utterance.text, str(path)), lambda _: None)

    def _perform(self, utterance: Utterance, command: Callable[[], object], keep: Callable[[Recording], None]) -> None:
        if not utterance.text.strip():
            raise EmptySpeech("there is no text to speak")
        failures: list[Exception] = []
        with _lock:
            # pyttsx3 swallows what a driver raises and tells it to whoever listens.
            tokens = [
                self._engine.connect("error", lambda exception, **_: failures.append(exception)),
                self._engine.connect("finished-utterance", lambda recording, **_: keep(recording)),
            ]
            try:
                for setting in ("voice", *_LIMITS):
                    self._engine.setProperty(setting, getattr(utterance, setting))
                command()
                self._engine.runAndWait()
            finally:
                for token in tokens:
                    self._engine.disconnect(token)
        if failures:
            raise failures[0]


class Driver:
    """The pyttsx3 side: `say` hands the recording to the listeners of `finished-utterance`, it does not play."""

    _binding: ModuleType | None = None
    _sample_rate = 0

    def __init__(self, proxy: _Proxy) -> None:
        self._proxy = proxy
        self._settings: dict[str, Any] = {"voice": "vi", "rate": 130, "pitch": 50, "range": 50}
        if Driver._binding is None:
            Driver._binding, Driver._sample_rate = _start()
        self._espeak = Driver._binding

    def setProperty(self, name: str, value: object) -> None:  # noqa: N802
        if name not in self._settings:
            raise BadSetting(f"espeak-ng has no setting {name!r}")
        self._settings[name] = value

    def getProperty(self, name: str) -> object:  # noqa: N802
        return self._settings[name]

    def say(self, text: str) -> None:
        self._proxy.notify("finished-utterance", completed=True, recording=self._speak(text))

    def save_to_file(self, text: str, filename: str) -> None:
        recording = self._speak(text)
        _write(recording, Path(filename))
        self._proxy.notify("finished-utterance", completed=True, recording=recording)

    def startLoop(self) -> None:  # noqa: N802
        """Runs what is queued; everything is done when it returns."""
        self._proxy.setBusy(False)

    def endLoop(self) -> None:  # noqa: N802
        pass

    def stop(self) -> None:
        pass

    def destroy(self) -> None:
        """Nothing: espeak-ng is started once per process and cannot be ended and started again."""

    def _speak(self, text: str) -> Recording:
        espeak = self._espeak
        # The voice first: choosing one resets pitch and range.
        self._choose_voice(str(self._settings["voice"]))
        for name, number in (("rate", espeak.RATE), ("pitch", espeak.PITCH), ("range", espeak.RANGE)):
            value, (lowest, highest) = self._settings[name], _LIMITS[name]
            if not lowest <= value <= highest:
                raise BadSetting(f"{name} {value} is not between {lowest} and {highest}")
            espeak.SetParameter(number, value, 0)
        espeak.SetParameter(espeak.VOLUME, _VOLUME, 0)
        chunks: list[bytes] = []
        words: list[int] = []

        def collect(wav: Any, count: int, events: Any) -> int:
            if count > 0:
                chunks.append(ctypes.string_at(wav, count * 2))
            i = 0
            while (event := events[i]).type != espeak.EVENT_LIST_TERMINATED:
                if event.type == espeak.EVENT_WORD:
                    words.append(event.sample)
                i += 1
            return 0

        espeak.SetSynthCallback(collect)
        answer = espeak.Synth(text, flags=espeak.CHARS_UTF8 | espeak.PHONEMES)
        pcm = b"".join(chunks)
        if answer != espeak.EE_OK or max(map(abs, array("h", pcm)), default=0) < _QUIETEST:
            raise EmptySpeech(f"espeak-ng made no sound of {text!r}")
        return Recording(pcm=pcm, rate=Driver._sample_rate, words=tuple(words))

    def _choose_voice(self, voice: str) -> None:
        answer = self._espeak.SetVoiceByName(voice.encode())
        chosen = self._espeak.GetCurrentVoice().contents.identifier or b""
        # A variant that does not exist is dropped without an error; the name of the voice in use tells.
        _, plus, variant = voice.partition("+")
        if answer != self._espeak.EE_OK or (plus and not chosen.decode().endswith(plus + variant)):
            raise UnknownVoice(f"espeak-ng has no voice {voice!r}")


def buildDriver(proxy: _Proxy) -> Driver:  # noqa: N802
    """What pyttsx3 calls in the module of a driver."""
    return Driver(proxy)


# pyttsx3.init(NAME) imports `pyttsx3.drivers.<NAME>`.
sys.modules[f"pyttsx3.drivers.{NAME}"] = sys.modules[__name__]


def _start() -> tuple[ModuleType, int]:
    """The binding and the sample rate in hertz."""
    data = _load_library()
    try:
        binding = importlib.import_module("pyttsx3.drivers._espeak")
    except (RuntimeError, OSError, AttributeError) as error:
        raise VoiceUnavailable(
            "espeak-ng is not installed: install the Python package espeakng-loader or Debian's libespeak-ng1"
        ) from error
    if data and len(os.fsencode(data)) > _LONGEST_DATA_PATH:
        raise VoiceUnavailable(f"espeak-ng cannot use so long a path, install hallsys in a shorter folder: {data}")
    path = os.fsencode(data) if data else None
    rate: int = binding.Initialize(binding.AUDIO_OUTPUT_SYNCHRONOUS, 0, path, _DONT_EXIT)
    if rate <= 0:
        raise VoiceUnavailable(f"espeak-ng does not start with its data in {data or 'the place it was built for'}")
    return binding, rate


def _load_library() -> str | None:
    """Loads espeak-ng from the wheel, so that the binding finds it by its soname, and answers with its data folder.

    None where there is no wheel for this machine: the system's library, if any, knows its own data.
    """
    try:
        import espeakng_loader

        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
        return str(espeakng_loader.get_data_path())
    except (ImportError, OSError, RuntimeError):
        return None


def _write(recording: Recording, path: Path) -> None:
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            temporary = Path(file.name)
            with wave.open(file, "wb") as wav:
                wav.setparams((1, 2, recording.rate, 0, "NONE", ""))
                wav.writeframes(recording.pcm)
        temporary.replace(path)
    except OSError as error:
        if temporary:
            temporary.unlink(missing_ok=True)
        raise SoundNotWritten(f"cannot write {path.name}: {error.strerror}; check the folder and its rights") from error
