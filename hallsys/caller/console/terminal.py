"""The only room that touches the terminal: raw keys in, a whole screen out, and everything as it was at the end."""

import codecs
import contextlib
import os
import re
import termios
from types import TracebackType
from typing import Final, Self

ENTER: Final = "Enter"
ESC: Final = "Esc"
TAB: Final = "Tab"
OTHER: Final = "Other"
"""A key without a meaning here, such as an arrow."""

_ON: Final = "\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[2J"
_OFF: Final = "\x1b[?2004l\x1b[?25h\x1b[?1049l"
"""The second screen, no cursor, and pastes marked as such: what is pasted is no press."""

_SEQUENCE: Final = re.compile(r"\x1b\[200~.*?\x1b\[201~|\x1b\[(?!200~)[0-?]*[ -/]*[@-~]|\x1bO[ -~]", re.DOTALL)
_BEGUN: Final = re.compile(r"\x1b(\[([0-?]*[ -/]*|200~.*)|O)?", re.DOTALL)
_NAMED: Final = {
    "\r": ENTER,
    "\n": ENTER,
    "\t": TAB,
    "\x7f": "Backspace",
    "\b": "Backspace",
    "\x15": "Clear",
    "\x03": "Quit",
}
_KEYPAD: Final = {
    f"\x1bO{code}": key for code, key in zip("Mjkmnopqrstuvwxy", [ENTER, *"*+-./0123456789"], strict=True)
}
"""What a number pad sends in its application mode, in which another program may have left it."""


class Keys:
    """Turns the bytes of a terminal into keys: a letter as it is, or a name."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._begun = ""

    def feed(self, data: bytes) -> list[str]:
        """The keys that are complete. What begins with Esc and may go on is held back: see `begun`."""
        text = self._begun + self._decoder.decode(data)
        self._begun = ""
        keys: list[str] = []
        while text:
            sequence = _SEQUENCE.match(text)
            if sequence:
                if not sequence[0].startswith("\x1b[200~"):
                    keys.append(_KEYPAD.get(sequence[0], OTHER))
                text = text[sequence.end() :]
            elif _BEGUN.fullmatch(text):
                self._begun, text = text, ""
            else:
                keys.append(_key(text[0]))
                text = text[1:]
        return keys

    @property
    def begun(self) -> bool:
        """Whether something waits for its rest; without a rest soon it was the key Esc."""
        return bool(self._begun) and not self._begun.startswith("\x1b[200~")

    def end(self) -> list[str]:
        """No rest came."""
        begun, self._begun = self._begun, ""
        return [ESC if begun == "\x1b" else OTHER] if begun else []


def _key(letter: str) -> str:
    if letter == "\x1b":
        return ESC
    return _NAMED.get(letter, letter if letter.isprintable() else OTHER)


class Terminal:
    """`with Terminal(0, 1) as terminal:` has the terminal for itself, and gives it back however the block ends."""

    def __init__(self, source: int, target: int) -> None:
        self.source, self.target = source, target

    def __enter__(self) -> Self:
        self._before = termios.tcgetattr(self.source)
        raw = termios.tcgetattr(self.source)
        # No lines, no echo, no signals from keys, and Ctrl-S is a key: a frozen picture would look like a quiet hall.
        raw[0] &= ~(termios.IXON | termios.ICRNL | termios.INLCR)
        raw[3] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        termios.tcsetattr(self.source, termios.TCSANOW, raw)
        self.write(_ON)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, termios.error):  # a window that was closed has nothing to be put back
            self.write(_OFF)
            termios.tcflush(self.source, termios.TCIFLUSH)  # presses that came too late are no commands for the shell
            termios.tcsetattr(self.source, termios.TCSANOW, self._before)

    def read(self) -> bytes:
        """What was typed; empty when the terminal is gone."""
        try:
            return os.read(self.source, 4096)
        except OSError:
            return b""

    def write(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        while data:
            data = data[os.write(self.target, data) :]

    def size(self) -> tuple[int, int]:
        """Columns and rows; 80 by 24 where the terminal does not know."""
        try:
            columns, rows = os.get_terminal_size(self.target)
        except OSError:
            return 80, 24
        return columns or 80, rows or 24
