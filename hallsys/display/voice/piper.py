"""A neural voice that the hall brings as a file, spoken by the program `piper` where somebody has installed it.

One process a word: it is slow, but what it made is kept, and a program that hangs or breaks takes nothing with it.
"""

import os
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from hallsys.config import Language, PiperVoice
from hallsys.display.voice import sound
from hallsys.display.voice.engine import Engine
from hallsys.display.voice.errors import BadSound, EngineFailed

_LARGEST: Final = 10 << 20
"""Bytes of a WAV file; a minute of speech is 3 MB."""
_QUIETEST: Final = -50.0
"""dBFS; what peaks below it is no word."""
_SAID: Final = 200
"""Characters of what the program complains of, for the log."""


class Piper:
    """Safe from any thread."""

    def __init__(self, settings: PiperVoice, otherwise: Engine) -> None:
        """`otherwise` speaks the languages for which the hall has brought no voice."""
        self._otherwise = otherwise
        self._program, self._timeout = settings.program, settings.timeout_s
        self._voices: dict[Language, str] = {"vi": settings.vi, "en": settings.en}
        # A file that was replaced by another voice makes other sounds.
        files = [(voice, _stamp(Path(voice))) for voice in self._voices.values() if voice]
        self.name = f"piper {files} {otherwise.name}"

    def speak(self, language: Language, text: str) -> sound.Samples:
        """Raises EngineFailed: no such program or voice, hung, failed, or made no sound file."""
        voice = self._voices[language]
        if not voice:
            return self._otherwise.speak(language, text)
        if not Path(voice).is_file():
            raise EngineFailed(f"there is no voice file {voice!r}: see voice.piper.{language} in the hall's settings")
        with tempfile.TemporaryDirectory(prefix="hallsys-piper-") as folder:
            made = Path(folder, "said.wav")
            self._run(["--model", voice, "--output_file", str(made)], text, folder)
            try:
                if made.stat().st_size > _LARGEST:
                    raise EngineFailed(f"{self._program} made a file of {made.stat().st_size} bytes for {text!r}")
                samples = sound.read_wav(made)
            except (OSError, BadSound) as error:
                raise EngineFailed(f"{self._program} made no sound of {text!r}: {error}") from error
        if sound.peak(samples) < _QUIETEST:
            raise EngineFailed(f"{self._program} made silence of {text!r}")
        return samples

    def _run(self, arguments: list[str], text: str, folder: str) -> None:
        try:
            # A session of its own: what the program started ends with it.
            process = subprocess.Popen(
                [self._program, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                cwd=folder,
                env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", "HOME": folder},
                start_new_session=True,
            )
        except OSError as error:
            raise EngineFailed(
                f"{self._program} does not start: {error.strerror}; install it, or name it in voice.piper.program"
            ) from error
        with process:
            try:
                _, errors = process.communicate(f"{text}\n".encode(), self._timeout)
            except subprocess.TimeoutExpired:
                raise EngineFailed(f"{self._program} took longer than {self._timeout} s for {text!r}") from None
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        if process.returncode:
            said = errors.decode(errors="replace").strip()[-_SAID:]
            raise EngineFailed(f"{self._program} ended with {process.returncode}: {said}")


def _stamp(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
