"""Lines of text onto the terminal: only those that changed, so that nothing flickers."""

from io import StringIO

from rich.console import Console
from rich.text import Text

from hallsys.caller.console.terminal import Terminal


class Screen:
    """What the terminal shows. Colours as it can, none where NO_COLOR is set."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._shown: list[str] = []
        self._size = (0, 0)
        self._console = Console(file=StringIO(), force_terminal=True, legacy_windows=False)

    def draw(self, lines: list[Text], size: tuple[int, int]) -> None:
        """Show these lines from the top, on a window of `size` columns and rows."""
        out = []
        if size != self._size:
            self._size, self._shown, self._console.width = size, [], size[0]
            out.append("\x1b[2J")
        drawn = [self._drawn(line) for line in lines]
        before = [*self._shown, *[""] * len(drawn)]
        # the line is emptied first: after its last column a terminal would empty that
        out += [
            f"\x1b[{row};1H\x1b[2K{new}"
            for row, (new, old) in enumerate(zip(drawn, before, strict=False), 1)
            if new != old
        ]
        self._shown = drawn
        if out:
            self._terminal.write("".join(out))

    def ring(self) -> None:
        """The terminal's own bell."""
        self._terminal.write("\a")

    def _drawn(self, line: Text) -> str:
        with self._console.capture() as captured:
            self._console.print(line, end="", no_wrap=True, overflow="crop", crop=False, highlight=False)
        return captured.get()
