"""What may be done in which state, and what comes of it: told as data, without the code's words.

One ticket T (A001, the first in line) and counter 1, which takes A, are followed; more visitors for A wait behind.
`At` is where their story stands. `REFUSED` says which command is refused there, and with what, `BECOMES` what it leads
to otherwise, `EVENTS` what is told of it.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from hallsys.core.model import AT_COUNTER, ENDED

T: Final = "A001"


class Press(NamedTuple):
    """What can be taken back: the event, T or another ticket, and where the story stood before it."""

    kind: str
    whose: str
    before: "At"


class At(NamedTuple):
    """`hand` is "" where the counter has nobody, "T", or what is done with another visitor there. T waits in `line`;
    `skip`: whom counter 1 has just sent back, "T" or "other". `crowd`: how many others wait. `old`: T is held for
    longer than the hall keeps it. `rated`: since it ended. `away`: it asked to be called later, `delayed`: it has ever
    done so. `desk`, `notice`, `booking`: an officer works here, a notice runs, a visit is booked or came."""

    ticket: str = "waiting"
    hand: str = ""
    sign: str = "open"
    day: str = "open"
    line: str = "A"
    skip: str = ""
    crowd: int = 8
    old: bool = False
    rated: bool = False
    away: bool = False
    delayed: bool = False
    desk: bool = False
    notice: bool = False
    booking: str = ""
    press: Press | None = None


COMMANDS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "issue": ("issue", {"service": "A"}),
    "cancel": ("cancel", {"ticket": T}),
    "open": ("open_counter", {"counter": "1"}),
    "pause": ("pause_counter", {"counter": "1", "reason": "lunch", "minutes": 10}),
    "close": ("close_counter", {"counter": "1"}),
    "call_next": ("call_next", {"counter": "1"}),
    "call": ("call", {"counter": "1", "ticket": T, "reason": "đã hẹn"}),
    "recall": ("recall", {"counter": "1"}),
    "start": ("start", {"counter": "1"}),
    "finish": ("finish", {"counter": "1", "outcome": "received"}),
    "no_show": ("no_show", {"counter": "1"}),
    "hold": ("hold", {"counter": "1", "note": "thiếu giấy"}),
    "return": ("return", {"counter": "1"}),
    "transfer": ("transfer", {"counter": "1", "service": "H"}),
    "resume": ("resume", {"ticket": T}),
    "reinstate": ("reinstate", {"ticket": T}),
    "late": ("late", {"ticket": T}),
    "book": ("book", {"service": "A", "at": 0}),
    "check_in": ("check_in", {"booking": "B00KED"}),
    "cancel_booking": ("cancel_booking", {"booking": "B00KED"}),
    "rate": ("rate", {"token": "t", "score": 5}),
    "rate_here": ("rate_here", {"counter": "1", "ticket": T, "score": 2}),
    "undo": ("undo", {"counter": "1"}),
    "walk_in": ("walk_in", {"counter": "1", "service": "A"}),
    "note": ("note", {"ticket": T, "text": "đủ giấy"}),
    "assign": ("assign_counter", {"counter": "1", "mode": "all"}),
    "sign_on": ("sign_on", {"counter": "1"}),
    "sign_off": ("sign_off", {"counter": "1"}),
    "ask_help": ("ask_help", {"counter": "1", "kind": "technical"}),
    "help_ends": ("ask_help", {"counter": "1"}),
    "notice": ("notice", {"text": "quầy 1 tạm nghỉ", "counter": "1"}),
    "end_notice": ("end_notice", {"notice": "N0T1CE"}),
    "set_screen": ("set_screen", {"screen": "s1", "name": "cửa", "board": "counter", "counter": "1"}),
    "expire": ("expire", {"ticket": T}),
    "open_day": ("open_day", {}),
    "close_day": ("close_day", {}),
    "a minute": ("", {}),
}
"""What is given, by the word for it here; "a minute" only lets time go by, until nothing can be taken back."""

WHEN: Final[dict[str, Callable[[At], bool]]] = {
    "day over": lambda at: at.day == "closed",
    "day runs": lambda at: at.day == "open",
    "not open": lambda at: at.sign != "open",
    "closed": lambda at: at.sign == "closed",
    "busy": lambda at: at.hand != "",
    "free": lambda at: at.hand == "",
    "in service": lambda at: at.hand == "serving" or (at.hand == "T" and at.ticket == "serving"),
    "nobody": lambda at: at.crowd == (at.skip == "other") and not is_next(at),
    "not booked": lambda at: at.booking == "",
    "came": lambda at: at.booking == "came",
    "no notice": lambda at: not at.notice,
    "holds": lambda at: at.desk and at.hand != "",
    "late": lambda at: at.press is None,
    "moved on": lambda at: moved_on(at),
    "young": lambda at: at.ticket == "held" and not at.old,
    "not waiting": lambda at: at.ticket != "waiting",
    "not held": lambda at: at.ticket != "held",
    "not no_show": lambda at: at.ticket != "no_show",
    "not live": lambda at: at.ticket not in ("waiting", "called", "held"),
    "not served": lambda at: at.ticket not in ("serving", "done"),
    "not done": lambda at: at.ticket != "done",
    "rated": lambda at: at.rated,
    "not to come": lambda at: at.ticket not in ("waiting", "called"),
    "delayed": lambda at: at.delayed,
}
REFUSED: Final[dict[str, list[tuple[str, str]]]] = {
    "issue": [("day over", "hall_closed")],
    "cancel": [("not live", "wrong_state")],
    "pause": [("closed", "counter_closed"), ("busy", "counter_busy")],
    "close": [("busy", "counter_busy")],
    "call_next": [("not open", "counter_closed"), ("nobody", "nobody_waiting")],
    "call": [("not open", "counter_closed"), ("not waiting", "wrong_state"), ("busy", "counter_busy")],
    "recall": [("free", "nothing_called")],
    "start": [("free", "nothing_called"), ("in service", "wrong_state")],
    "finish": [("free", "nothing_called")],
    "no_show": [("free", "nothing_called"), ("in service", "wrong_state")],
    "hold": [("free", "nothing_called")],
    "return": [("free", "nothing_called")],
    "transfer": [("free", "nothing_called")],
    "resume": [("not held", "wrong_state")],
    "reinstate": [("not no_show", "wrong_state"), ("day over", "hall_closed")],
    "late": [("not to come", "wrong_state"), ("delayed", "limit_reached")],
    "cancel_booking": [("not booked", "unknown_booking"), ("came", "wrong_state")],
    "check_in": [("not booked", "unknown_booking"), ("came", "wrong_state"), ("day over", "hall_closed")],
    "rate": [("not served", "wrong_state")],
    "rate_here": [("not done", "wrong_state"), ("rated", "already_rated")],
    "undo": [("late", "nothing_to_undo"), ("not open", "counter_closed"), ("moved on", "nothing_to_undo")],
    "walk_in": [("not open", "counter_closed"), ("busy", "counter_busy"), ("day over", "hall_closed")],
    "sign_off": [("holds", "counter_busy")],
    "end_notice": [("no notice", "unknown_notice")],
    "expire": [("young", "too_early"), ("not held", "wrong_state")],
    "open_day": [("day runs", "wrong_state")],
    "close_day": [("day over", "wrong_state")],
}
"""When a command is refused and with what, the first that holds; whatever is not here is done."""

EVENTS: Final[dict[str, list[str]]] = {
    "issue": ["issued"],
    "cancel": ["cancelled"],
    "open": ["counter_opened"],
    "pause": ["counter_paused"],
    "close": ["counter_closed"],
    "call": ["called"],
    "recall": ["recalled"],
    "start": ["started"],
    "finish": ["finished"],
    "no_show": ["no_show"],
    "hold": ["held"],
    "return": ["returned"],
    "transfer": ["transferred"],
    "resume": ["resumed"],
    "reinstate": ["reinstated"],
    "late": ["delayed"],
    "book": ["booked"],
    "check_in": ["issued"],
    "cancel_booking": ["booking_cancelled"],
    "rate": ["rated"],
    "rate_here": ["rated"],
    "undo": ["undone"],
    "walk_in": ["issued", "started"],
    "note": ["noted"],
    "assign": ["counter_assigned"],
    "sign_on": ["signed_on"],
    "sign_off": ["signed_off"],
    "ask_help": ["help_asked"],
    "help_ends": ["help_ended"],
    "notice": ["notice"],
    "end_notice": ["notice_ended"],
    "set_screen": ["screen_set"],
    "expire": ["expired"],
    "open_day": ["day_opened"],
    "close_day": ["day_closed"],
}


def is_next(at: At) -> bool:
    """T came first, and is called before all others."""
    return at.ticket == "waiting" and at.line == "A" and at.skip != "T" and not at.away


def moved_on(at: At) -> bool:
    """What was pressed can no longer be taken back, as somebody has gone on from there."""
    press = at.press
    if press is None:
        return False
    if press.kind == "called":
        finished_before = press.before.hand == "T" and at.rated
        return finished_before or (at.ticket if press.whose == "T" else at.hand) != "called"
    if press.whose == "T":
        return at.rated or at.ticket != {"finished": "done", "no_show": "no_show"}[press.kind]
    return False


BECOMES: Final[dict[str, Callable[[At], At]]] = {
    "issue": lambda at: at._replace(crowd=at.crowd + 1),
    "cancel": lambda at: (_left(at) if at.hand == "T" else at)._replace(ticket="cancelled"),
    "open": lambda at: at._replace(sign="open"),
    "pause": lambda at: at._replace(sign="paused"),
    "close": lambda at: at._replace(sign="closed"),
    "call_next": lambda at: _called(at, mine=is_next(at)),
    "call": lambda at: _called(at, mine=True),
    "recall": lambda at: at,
    "start": lambda at: at._replace(ticket="serving") if at.hand == "T" else at._replace(hand="serving"),
    "finish": lambda at: _sent(at, "done")._replace(press=Press("finished", whose(at), at), rated=False),
    "no_show": lambda at: _sent(at, "no_show")._replace(press=Press("no_show", whose(at), at)),
    "hold": lambda at: _sent(at, "held"),
    "return": lambda at: _again(at)._replace(skip=whose(at), crowd=at.crowd + (at.hand != "T")),
    "transfer": lambda at: _again(at)._replace(line="H" if at.hand == "T" else at.line),
    "resume": lambda at: at._replace(ticket="waiting", old=False, away=False, skip="" if at.skip == "T" else at.skip),
    "reinstate": lambda at: at._replace(ticket="waiting", away=False),
    "late": lambda at: (_left(at) if at.hand == "T" else at)._replace(ticket="waiting", away=True, delayed=True),
    "book": lambda at: at._replace(booking="booked"),
    "check_in": lambda at: at._replace(crowd=at.crowd + 1, booking="came"),
    "cancel_booking": lambda at: at._replace(booking=""),
    "rate": lambda at: at._replace(rated=at.ticket == "done"),
    "rate_here": lambda at: at._replace(rated=True),
    "undo": lambda at: _undone(at, at.press),
    "walk_in": lambda at: at._replace(hand="serving", press=None),
    "note": lambda at: at,
    "assign": lambda at: at,
    "sign_on": lambda at: at._replace(desk=True),
    "sign_off": lambda at: at._replace(desk=False, sign="paused" if at.desk and at.sign == "open" else at.sign),
    "ask_help": lambda at: at,
    "help_ends": lambda at: at,
    "notice": lambda at: at._replace(notice=True),
    "end_notice": lambda at: at._replace(notice=False),
    "set_screen": lambda at: at,
    "expire": lambda at: at._replace(ticket="expired"),
    "open_day": lambda at: at._replace(day="open"),
    "close_day": lambda at: _left(at)._replace(
        ticket=at.ticket if at.ticket in ENDED else "done" if at.ticket in AT_COUNTER else "expired",
        sign="closed",
        day="closed",
        crowd=0,
        skip="",
    ),
    "a minute": lambda at: at._replace(press=None, skip="", old=at.ticket == "held"),
}
"""What a command leads to where it is not refused."""


def whose(at: At) -> str:
    return "T" if at.hand == "T" else "other"


def _left(at: At) -> At:
    return at._replace(hand="", press=None)


def _sent(at: At, state: str) -> At:
    return _left(at)._replace(ticket=state if at.hand == "T" else at.ticket)


def _again(at: At) -> At:
    return _sent(at, "waiting")._replace(away=at.away and at.hand != "T")


def _called(at: At, *, mine: bool) -> At:
    """Whoever is at hand is finished by it."""
    return at._replace(
        ticket="called" if mine else "done" if at.hand == "T" else at.ticket,
        hand="T" if mine else "called",
        skip="",
        crowd=at.crowd - (not mine),
        rated=at.rated and at.hand != "T",
        press=Press("called", "T" if mine else "other", at),
    )


def _undone(at: At, press: Press | None) -> At:
    assert press is not None
    before = press.before
    return at._replace(
        ticket=before.ticket if "T" in (press.whose, before.hand) else at.ticket,
        hand=before.hand,
        skip=before.skip,
        crowd=at.crowd + (press.kind == "called" and press.whose == "other"),
        press=None,
    )


def refusal(at: At, word: str) -> str | None:
    return next((code for when, code in REFUSED.get(word, []) if WHEN[when](at)), None)
