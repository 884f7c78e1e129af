"""What a printer says of itself, for those who need not speak to one."""

from typing import Final, Literal

State = Literal["ok", "paper_low", "paper_out", "cover_open", "offline", "stalled", "unknown"]
"""What a printer says; `offline`: it cannot be reached, `stalled`: it takes data and does not answer, `unknown`: it
answers nothing at all, as cheap ones do."""
CAN_PRINT: Final = frozenset({"ok", "paper_low", "unknown"})


class PrintFailed(Exception):
    """The ticket is not on paper, as far as can be known. `state` says why."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.state: State = state
