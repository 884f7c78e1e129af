"""What a supervisor might do about the waits, tried in the forecast's own futures: open a closed counter, let an open
one take another service, or close one that nobody needs. At most one advice, and only one that is worth it.

Plain snapshots (docs/forecast.md) and a function that plays them; nothing here knows how.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple, Protocol

import msgspec

OTHERS_S: Final = 60.0
"""What opening a counter must gain more than asking one that is open: somebody has to sit there."""
SWITCH_S: Final = 240.0
"""An advice is changed for another that is better by this much, and kept while it gains half of what it must."""
SHARE: Final = 0.25
"""Part of the wait that an advice must save, besides `gain_s`."""
QUIET_S: Final = 1800.0
"""For how long a counter has called nobody before it may be closed."""
HARM_S: Final = 60.0
"""By how much closing it may lengthen the longest wait."""
LATE_S: Final = 900.0
"""An end of the day this long after closing time is worth an advice, too, and must come forward by this much."""
HELPERS: Final = 6
"""Counters tried for another service."""


class Rules(msgspec.Struct, frozen=True):
    """From the hall's settings, seconds: the waits that warn and alarm, and what an advice must gain."""

    warn: float
    alarm: float
    gain: float


class Option(NamedTuple):
    """`service` is the one it is for; empty for a counter to close. `serves`: what the counter would take."""

    kind: Literal["open", "also", "close"]
    counter: str
    service: str
    serves: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.kind} {self.counter} {self.service}".strip()


class Prospect(Protocol):
    """The longest wait by service (s), and when the day ends (s since midnight)."""

    @property
    def longest(self) -> Mapping[str, float]: ...
    @property
    def ends(self) -> float: ...


class Advice(msgspec.Struct, frozen=True, omit_defaults=True):
    """What to do, and what it does: the longest wait of the service it is for (of all, for a counter to close) without
    and with it, the end of the day likewise; `other` is the service whose longest wait grows most by it, `grows` by how
    much, where that is a minute or more. Seconds, ends since midnight. `serves` is all that the counter would take."""

    id: str
    kind: Literal["open", "also", "close"]
    counter: str
    service: str
    serves: list[str]
    before: int
    after: int
    ends_before: int
    ends_after: int
    other: str = ""
    grows: int = 0


class Memory(msgspec.Struct, frozen=True):
    """The advice that stands, and the one that has been the best once: a new one is said when it is the best twice."""

    said: str = ""
    seen: str = ""


def advise(
    snapshot: Mapping[str, Any],
    look: Callable[[Option | None], Prospect],
    rules: Rules,
    memory: Memory,
    later: Collection[str] = (),
) -> tuple[Advice | None, Memory]:
    """The advice, and what to remember of it for the next time. `look` plays the hall with an option, or as it stands;
    `later` are ids that nobody wants to hear now."""
    now = look(None)
    worst = max(now.longest, key=lambda line: (now.longest[line], line), default="")
    late = now.ends > snapshot["hours"][-1] + LATE_S if snapshot["hours"] else False
    found: dict[str, tuple[float, Advice]] = {}
    needed = 0.0
    if worst and (now.longest[worst] > rules.alarm or late):
        needed = max(rules.gain, SHARE * now.longest[worst])
        for option in _to_help(snapshot, worst):
            then = look(option)
            gain = max(now.longest.values()) - max(then.longest.values())
            if late and now.ends - then.ends >= LATE_S:
                gain = max(gain, needed * (now.ends - then.ends) / LATE_S)
            gain -= OTHERS_S * (option.kind == "open")
            harm = _harm(now, then, rules)
            found[option.id] = (gain - harm if harm < needed else 0.0, _advice(option, now, then))
    elif worst and now.longest[worst] <= rules.warn:
        for option in _to_close(snapshot):
            then = look(option)
            harm = max(then.longest.values()) - now.longest[worst]
            if max(then.longest.values()) <= rules.warn and harm <= HARM_S and then.ends - now.ends <= LATE_S / 3:
                found[option.id] = (1.0, _advice(option, now, then))
    return _settle({name: each for name, each in found.items() if name not in later}, needed, memory)


def _harm(now: Prospect, then: Prospect, rules: Rules) -> float:
    """By how much those of another service wait longer for it, where it becomes longer than it should be."""
    grown = (then.longest[line] - now.longest[line] for line in now.longest if then.longest[line] > rules.warn)
    return max(0.0, max(grown, default=0.0))


def _settle(found: Mapping[str, tuple[float, Advice]], needed: float, memory: Memory) -> tuple[Advice | None, Memory]:
    """What stands is kept while it is still some use, so that it does not come and go with every minute."""
    best = max(found, key=lambda name: (found[name][0], name), default="")
    gain, kept = found[best][0] if best else 0.0, found.get(memory.said)
    if kept is not None and not kept[0] >= max(1.0, needed / 2):
        kept = None
    if kept is not None and gain < kept[0] + SWITCH_S:
        return kept[1], Memory(memory.said)
    if gain < max(1.0, needed):
        return None, Memory()
    if best == memory.seen:
        return found[best][1], Memory(best)
    return (kept[1], Memory(memory.said, best)) if kept is not None else (None, Memory("", best))


def _to_help(snapshot: Mapping[str, Any], worst: str) -> Iterator[Option]:
    """Closed counters to open, those first that take the service; open ones that do not take it yet."""
    counters = snapshot["counters"]
    for counter in counters:
        if counter["status"] == "closed":
            own = tuple(line for line in counter["serves"] if line[0] not in "@#")
            yield Option("open", counter["id"], worst, own if worst in own else (worst, *own))
    if worst[0] in "@#":
        return  # sent to this counter or group: nobody else may take them
    helpers = [counter for counter in counters if counter["status"] == "open" and worst not in counter["serves"]]
    for counter in helpers[:HELPERS]:
        own = tuple(line for line in counter["serves"] if line[0] not in "@#")
        yield Option("also", counter["id"], worst, (*own, worst))


def _to_close(snapshot: Mapping[str, Any]) -> Iterator[Option]:
    """The open counter that has had nobody for longest, while others are open."""
    still = [counter for counter in snapshot["counters"] if counter["status"] == "open"]
    if len(still) < 2:
        return
    last = {counter["id"]: float(counter["since"]) for counter in still}
    for row in snapshot["today"]["services"]:
        if row["counter"] in last:
            last[row["counter"]] = max(last[row["counter"]], row["done"])
    idle = [counter for counter in still if counter["current"] is None]
    longest = min(idle, key=lambda counter: last[counter["id"]], default=None)
    if longest is not None and snapshot["now"] - last[longest["id"]] >= QUIET_S:
        own = tuple(line for line in longest["serves"] if line[0] not in "@#")
        yield Option("close", longest["id"], "", own)


def _advice(option: Option, now: Prospect, then: Prospect) -> Advice:
    def longest(prospect: Prospect) -> float:
        return prospect.longest[option.service] if option.service else max(prospect.longest.values())

    grown = {line: then.longest[line] - now.longest[line] for line in now.longest if line != option.service}
    other = max(grown, key=lambda line: (grown[line], line), default="")
    grows = round(grown.get(other, 0.0))
    return Advice(
        option.id,
        option.kind,
        option.counter,
        option.service,
        list(option.serves),
        round(longest(now)),
        round(longest(then)),
        round(now.ends),
        round(then.ends),
        other if grows >= 60 else "",
        grows if grows >= 60 else 0,
    )
