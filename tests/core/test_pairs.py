"""Every command after every command, in every state that a ticket and its counter can be in.

Each state within reach is entered, there each command given, and after it each command once more; what must come of it
stands in `pairs`.
"""

from collections import deque
from typing import Any, Final

import msgspec
import pytest

from hallsys.config import Policy
from hallsys.core import commands
from hallsys.core.commands import parse
from hallsys.core.decide import decide
from hallsys.core.model import Changes
from hallsys.core.state import apply
from hallsys.errors import Refused
from hallsys.hallvisits import Ratings
from tests.core.pairs import BECOMES, COMMANDS, EVENTS, At, T, refusal
from tests.core.rig import MIN, Rig, S, hall_config, snapshot
from tests.core.truths import everything_agrees, rows

# -- the hall itself -------------------------------------------------------------------------------------------------


class Story:
    """A hall in which commands are given by their word, and can be taken out again to try others."""

    def __init__(self) -> None:
        rig = Rig(hall_config({"1": "A", "2": "H"}, policy=Policy(held_expire_s=65), ratings=Ratings(ask_s=3600)))
        assert rig.issue() == T
        for _ in range(8):
            rig.issue()
        self.state, self.now = rig.state, rig.now

    def give(self, word: str) -> tuple[list[str], list[Changes]]:
        """The kinds of the events, and what takes them back. Raises Refused."""
        name, arguments = COMMANDS[word]
        if not name:
            self.now += 70 * S
            return [], []
        self.now += S
        if name == "book":
            arguments = {**arguments, "at": self.now + 30 * MIN}
        code = "N0T1CE" if name == "notice" else "B00KED"
        command = parse(name, msgspec.json.encode(arguments))
        decision = decide(self.state, command, self.now, label=T, code=code, officer="lan", role="counter")
        undo = [apply(self.state, c) for event in decision.events for c in (event.changes, event.private)]
        return [event.kind for event in decision.events], undo

    def take_back(self, undo: list[Changes], now: int) -> None:
        for changes in reversed(undo):
            apply(self.state, changes)
        self.now = now

    def must_stand(self, at: At) -> None:
        state = self.state
        counter, ticket = state.counters["1"], state.tickets[T]
        told = (ticket.state, counter.state, state.hall["open"], ticket.service)
        assert told == (at.ticket, at.sign, at.day == "open", at.line)
        other = state.tickets[counter.ticket].state if counter.ticket and counter.ticket != T else ""
        assert ("T" if counter.ticket == T else other) == at.hand
        assert ("1" in state.desks) == at.desk
        assert list(state.hall.get("notices", {})) == (["N0T1CE"] if at.notice else [])
        everything_agrees(state, self.now)


# -- every state, every command, every command after it --------------------------------------------------------------


def reachable() -> dict[At, list[str]]:
    """Every state of the ticket, the counter and the day, with the shortest way there."""
    ways: dict[tuple[Any, ...], tuple[At, list[str]]] = {}
    queue = deque([(At(), list[str]())])
    while queue:
        at, way = queue.popleft()
        pressed = at.press and (at.press.kind, at.press.whose)
        key = (at.ticket, at.hand, at.sign, at.day, at.line, at.skip, at.old, at.away, pressed)
        if key in ways or len(way) > 5:
            continue
        ways[key] = at, way
        queue += [(BECOMES[word](at), [*way, word]) for word in COMMANDS if refusal(at, word) is None]
    return dict(ways.values())


STATES: Final = reachable()


def step(story: Story, at: At, word: str) -> tuple[At, list[Changes]]:
    """Give one command where the story stands at; it must do what is written above."""
    wanted, before = refusal(at, word), snapshot(story.state)
    refused, kinds, undo = None, list[str](), list[Changes]()
    try:
        kinds, undo = story.give(word)
    except Refused as caught:
        refused = caught.code
    assert refused == wanted, f"{word} at {at}"
    if refused is not None:
        assert snapshot(story.state) == before
        return at, undo
    after = BECOMES[word](at)
    events = {"call_next": ["finished"] * (at.hand != "") + ["called"], "a minute": []}
    assert kinds == events.get(word, EVENTS.get(word))
    story.must_stand(after)
    return after, undo


@pytest.mark.parametrize(("at", "way"), STATES.items(), ids=[" ".join(way) or "begin" for way in STATES.values()])
def test_every_command_after_every_command(at: At, way: list[str]) -> None:
    story = Story()
    stands = At()
    for word in way:
        stands, _ = step(story, stands, word)
    assert stands == at
    for first in COMMANDS:
        begun, before = story.now, rows(story.state)
        middle, undo_first = step(story, at, first)
        for second in COMMANDS:
            now = story.now
            _, undo_second = step(story, middle, second)
            if second == "undo" and middle.press and middle.press.before is at:
                assert rows(story.state) == before, f"{first} taken back"
            story.take_back(undo_second, now)
        story.take_back(undo_first, begun)


def test_every_state_is_within_reach() -> None:
    tickets = {at.ticket for at in STATES}
    assert tickets == {"waiting", "called", "serving", "held", "done", "no_show", "cancelled", "expired"}
    assert {at.hand for at in STATES} == {"", "T", "called", "serving"}
    assert {(at.sign, at.day) for at in STATES} == {
        (sign, day) for sign in ("open", "paused", "closed") for day in ("open", "closed")
    }


def test_every_command_of_the_hall_is_here() -> None:
    assert {name for name, _ in COMMANDS.values() if name} == set(commands.COMMANDS)
    assert set(BECOMES) == set(COMMANDS)
