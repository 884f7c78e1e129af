"""What officers leave behind of a visit: notes, reasons, outcomes. Private; the audit reads it from the events.

An event whose private changes touch `visits` was given with words: the last note for a reason or a note, each behind
what it belongs to (`chosen: …`, `held: …`), the outcome for a `finished` one.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from hallsys.core import commands as c
from hallsys.core.decision import Decision, Event
from hallsys.core.lookup import ticket_of
from hallsys.core.model import Changes, Visit
from hallsys.core.state import HallState

NO_VISIT: Final = Visit()


def noted(state: HallState, label: str, note: str) -> Changes:
    """The private change that adds a note to what is known of a visit."""
    visit = state.visits.get(label, NO_VISIT)
    return {"visits": {label: msgspec.structs.replace(visit, notes=[*visit.notes, note])}}


def note_down(state: HallState, command: c.NoteDown, now: int) -> Decision:
    """On any ticket of the day, ended ones too."""
    label = ticket_of(state, command.ticket).label
    return Decision([Event("noted", {}, noted(state, label, f"noted: {command.text}"))])


class Remark(NamedTuple):
    """What was said with an event."""

    note: str | None = None
    outcome: str | None = None
    delivered: Sequence[str] = ()


def remark(kind: str, visit: Visit | None) -> Remark:
    """What was said with an event, by the row of `visits` that it wrote (None: it wrote none). What is taken back says
    nothing of its own."""
    if visit is None or kind == "undone":
        return Remark()
    if kind != "finished":
        return Remark(visit.notes[-1])
    ended = visit if visit.outcome is not None or visit.delivered else visit.legs[-1]
    return Remark(None, ended.outcome, ended.delivered)
