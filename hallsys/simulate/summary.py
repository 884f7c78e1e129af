"""What the server says about the day, against what was done: ticket by ticket, step by step, figure by figure. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from hallsys.core.model import ENDED
from hallsys.simulate.record import Deed, Record, Row, Watch

COMPARED: Final = (
    "service",
    "number",
    "priority",
    "state",
    "counter",
    "arrival",
    "issued_at",
    "called_at",
    "started_at",
    "ended_at",
    "calls",
)
SHOWN: Final = 20
"""Disagreements printed; the rest is counted."""


@dataclass(frozen=True)
class Readings:
    """What was read back: the list of tickets, the view, and the statistics where the server has them."""

    tickets: Sequence[Row]
    view: Mapping[str, Mapping[str, Any]]
    stats: Mapping[str, Any] | None
    steady: bool
    """whether nothing happened in the hall while we read"""


@dataclass
class Summary:
    """The day in figures, and everything that does not agree."""

    steps: list[tuple[str, int, int | None]]
    """(step, done by us, told to everybody; None where the onlooker missed some)"""
    states: list[tuple[str, int, int]]
    """(state, as our commands left it, as the server lists it)"""
    refusals: Mapping[tuple[str, str], int]
    problems: list[str]
    notes: list[str] = field(default_factory=list)
    tickets: int = 0
    repeated: int = 0
    """presses that were sent twice under one key"""
    seconds: float = 0.0

    @property
    def agrees(self) -> bool:
        return not self.problems

    def show(self, console: Console) -> None:
        table = Table(title=f"{self.tickets} tickets in {self.seconds:.1f} s")
        for name, justify in (("", "left"), ("done", "right"), ("server", "right")):
            table.add_column(name, justify=justify)  # type: ignore[arg-type] # a literal, of which mypy keeps a str
        for step, done, told in self.steps:
            table.add_row(step, str(done), "–" if told is None else str(told))
        table.add_section()
        for state, left, listed in self.states:
            table.add_row(f"state: {state}", str(left), str(listed))
        console.print(table)
        for (name, code), times in sorted(self.refusals.items()):
            console.print(f"refused: {name} {code} × {times}")
        if self.repeated:
            console.print(f"sent twice under one key: {self.repeated}")
        for note in self.notes:
            console.print(f"note: {note}")
        for problem in self.problems[:SHOWN]:
            console.print(f"[bold red]disagrees:[/] {problem}", highlight=False)
        if len(self.problems) > SHOWN:
            console.print(f"[bold red]… and {len(self.problems) - SHOWN} more[/]")
        if self.agrees:
            console.print("[bold green]The server's list, view and events agree with what was done.[/]")


def compare(record: Record, watch: Watch, before: Iterable[Row], read: Readings) -> Summary:
    """Hold what the server says against what was done. `before` are the tickets that were there already."""
    rows = {row["label"]: row for row in read.tickets}
    ours = {label: record.rows[label] for label in record.mine}
    beside = {deed.at for deed in record.deeds if not deed.label}
    told = Counter(deed.kind for deed in watch.told if deed.label in ours or (not deed.label and deed.at in beside))
    done = Counter(deed.kind for deed in record.deeds if deed.label in ours or not deed.label)
    states = Counter(row["state"] for row in ours.values())
    listed = Counter(rows[label]["state"] for label in ours if label in rows)
    problems = [
        *record.problems,
        *_tickets(ours, rows),
        *_tokens(record),
        *_numbers(read.tickets),
        *_one_place(watch),
        *(_steps(record.deeds, watch.told, ours) if watch.whole else ()),
        *(_view(read.view, rows) if read.steady else ()),
        *(_statistics(read.stats, read.tickets) if read.steady and read.stats is not None else ()),
    ]
    notes = []
    strangers = len(rows) - len(ours) - sum(1 for row in before if row["label"] not in ours)
    if strangers:
        notes.append(f"{strangers} tickets were issued by others meanwhile")
    if not watch.whole:
        notes.append("the onlooker's link was cut for too long to hear every event: the order of steps is not checked")
    if not read.steady:
        notes.append("the hall did not stand still while it was read: view and statistics are not checked")
    if read.stats is None:
        notes.append("this server has no statistics to compare")
    return Summary(
        steps=[(kind, done[kind], told[kind] if watch.whole else None) for kind in sorted(done | told)],
        states=[(state, states[state], listed[state]) for state in sorted(states | listed)],
        refusals=record.refusals,
        problems=problems,
        notes=notes,
        tickets=len(ours),
        repeated=record.repeated,
    )


def _tickets(ours: Mapping[str, Row], rows: Mapping[str, Row]) -> Iterable[str]:
    for label, left in ours.items():
        row = rows.get(label)
        if row is None:
            yield f"{label} was issued and is not in the list"
            continue
        for name in COMPARED:
            # A ticket that the next call or the day's end ended: when, only the server knows.
            ended = left["state"] in ("done", "expired")
            unknown = name == "ended_at" and ended and left[name] is None and row[name] is not None
            if not unknown and left[name] != row[name]:
                yield f"{label}: {name} was left as {left[name]!r}, the server says {row[name]!r}"
        if left["state"] not in ENDED:
            yield f"{label} was never finished: {left['state']} at the end of the day"


def _tokens(record: Record) -> Iterable[str]:
    for token, times in record.tokens.items():
        if not token or times > 1:
            yield f"{times} tickets have {'one token' if token else 'no token'}"


def _numbers(tickets: Sequence[Row]) -> Iterable[str]:
    """Each series runs from 1 without gap or repeat. A transferred ticket keeps its label, and so its series."""
    series: defaultdict[str, list[int]] = defaultdict(list)
    for row in tickets:
        series[row["label"].removesuffix(f"{row['number']:03d}")].append(row["number"])
    for letter, numbers in sorted(series.items()):
        missing = sorted(set(range(1, max(numbers) + 1)) - set(numbers))
        if missing:
            yield f"series {letter}: no ticket has the numbers {missing[:10]}"
        repeated = [number for number, times in Counter(numbers).items() if times > 1]
        if repeated:
            yield f"series {letter}: twice in the list: {sorted(repeated)[:10]}"


def _one_place(watch: Watch) -> Iterable[str]:
    """Nobody is called to a second counter before having left the first, and no counter calls a second one."""
    counters = {(at, label): counter for at, label, counter in watch.began}
    where: dict[str, str] = {}
    who: dict[str, str] = {}

    def leaves(deed: Deed) -> bool:
        return (deed.at, deed.label) not in counters

    # of one step that takes somebody away and brings somebody back, the way out comes first
    for deed in sorted(watch.told, key=lambda deed: (deed.at, not leaves(deed))):
        counter = counters.get((deed.at, deed.label))
        known = where.get(deed.label)
        if counter is not None and not (deed.kind == "started" and known == counter):
            if known is not None:
                yield f"{deed.label} was called to counter {counter} while at counter {known}"
            if counter in who:
                yield f"counter {counter} called {deed.label} while it had {who[counter]}"
            where[deed.label], who[counter] = counter, deed.label
        elif counter is None and deed.kind != "recalled" and known is not None:
            who.pop(where.pop(deed.label), None)


def _steps(deeds: Iterable[Deed], told: Iterable[Deed], ours: Mapping[str, Row]) -> Iterable[str]:
    """The same steps at the same places in the sequence; of what is about no ticket, ours only."""
    mine, theirs = Counter(_pairs(deeds, ours)), Counter(_pairs(told, ours))
    for (at, kind, label), times in sorted((mine - theirs).items()):
        yield f"{label or kind}: {kind} at {at} was answered and not told ({times})"
    for at, kind, label in sorted(theirs - mine):
        if label:
            yield f"{label}: {kind} at {at} was told, and is not our doing"


def _pairs(deeds: Iterable[Deed], ours: Mapping[str, Row]) -> Iterable[tuple[Any, str, str]]:
    return ((deed.at, deed.kind, deed.label) for deed in deeds if not deed.label or deed.label in ours)


def _view(view: Mapping[str, Mapping[str, Any]], rows: Mapping[str, Row]) -> Iterable[str]:
    """The view holds everybody who has not ended, and rows that equal those of the list."""
    shown = view["tickets"]
    for label, row in rows.items():
        if label not in shown:
            if row["state"] not in ENDED:
                yield f"{label} is {row['state']} and missing in the view"
        elif shown[label] != row:
            yield f"{label} differs between the view and the list"
    for label in shown.keys() - rows.keys():
        yield f"{label} is in the view and not in the list"


def _statistics(stats: Mapping[str, Any], tickets: Sequence[Row]) -> Iterable[str]:
    states = Counter(row["state"] for row in tickets)
    counted = {
        "issued": len(tickets),
        "waiting": states["waiting"],
        "served": states["done"],
        "no_shows": states["no_show"],
        "cancelled": states["cancelled"],
    }
    for name, figure in counted.items():
        if stats["total"][name] != figure:
            yield f"statistics: {name} is {stats['total'][name]}, the list has {figure}"
