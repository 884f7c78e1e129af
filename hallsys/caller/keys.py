"""The officer's keys: the one table that the page, its settings and the printed card are made of.

Digits lie under the hand as on a number pad. A browser can bind other keys and pedals to the same actions; what stands
here goes on working.
"""

from typing import Final, NamedTuple


class Key(NamedTuple):
    """What a key does: `action` is a command of the protocol or a question of the page, `key` what stands on the
    keycap, `icon` a shape of `web/parts.html`."""

    action: str
    key: str
    icon: str


COMMON: Final = Key("common", "Enter", "check")

PAD: Final = (
    (
        Key("close_counter", "/", "closed"),
        Key("back", "*", "people"),
        Key("pause_counter", "-", "pause"),
        Key("more", "+", "arrow"),
    ),
    (Key("call", "7", "search"), Key("service", "8", "paper"), Key("ask_help", "9", "help")),
    (Key("hold", "4", "hourglass"), Key("transfer", "5", "transfer"), Key("return", "6", "return")),
    (Key("recall", "1", "speaker"), Key("start", "2", "play"), Key("no_show", "3", "close")),
    (Key("finish", "0", "check"), Key("undo", ".", "return")),
)
"""Row by row."""

LETTERS: Final = (
    Key("note", "N", "paper"),
    Key("walk_in", "K", "person"),
    Key("notice", "B", "speaker"),
    Key("sign", "D", "person"),
    Key("window", "W", "larger"),
)
"""What has no place on the number pad; all but the note stand behind `more`, too."""

KEYS: Final = (COMMON, *(key for row in PAD for key in row), *LETTERS)
