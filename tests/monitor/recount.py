"""A report counted again, straight from the raw events and in another way than the program does it.

Every ticket of a day has a list of what was done with it; what was taken back is struck off the list together with its
undo; then the list is walked once. Nothing of `hallsys.core` is used, and rows are plain data as a program outside
reads them. The definitions are those of docs/figures.md.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
JOINS = {"issued", "transferred", "returned", "resumed", "reinstated", "finished", "delayed"}
ENDS = {"done", "no_show", "cancelled", "expired"}


@dataclass
class Mark:
    """Something that was done with a ticket, and who sat at its counter then."""

    kind: str
    time: int
    row: Row
    officer: str
    reason: str


@dataclass
class Wait:
    service: str
    since: int
    until: int
    counter: str
    officer: str
    reason: str | None
    told: list[int] | None


@dataclass
class Leg:
    service: str
    counter: str
    officer: str
    called: int
    started: int | None = None
    ended: int | None = None
    outcome: str = ""
    calls: int = 1


@dataclass
class Visit:
    """A ticket's day."""

    day: str
    first: Row
    state: str
    walk_in: bool
    rating: Row | None
    waits: list[Wait] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)


def visits(events: Iterable[Row]) -> list[Visit]:
    """`events` as frames with `private` beside `changes`, from the first to the last."""
    found: list[Visit] = []
    day, desks = "", dict[str, str]()
    marks, ratings = dict[str, list[Mark]](), dict[str, Row]()

    def close(last: bool) -> None:
        found.extend(_walked(day, each, ratings.get(label), last) for label, each in marks.items())

    for event in events:
        opened = event["changes"].get("hall", {}).get("day", day)
        if opened != day:
            close(last=False)
            day, marks, ratings = opened, {}, {}
        for counter, desk in event["private"].get("desks", {}).items():
            desks[counter] = desk["officer"] if desk else ""
        for label, rating in event["private"].get("ratings", {}).items():
            if rating is not None:
                ratings[label] = rating
        if event["kind"] in ("prepared", "configured"):
            continue
        for label, row in _rows(event):
            before = marks.setdefault(label, [])
            if before and before[-1].row == row:
                continue  # it has only moved from one table to another
            if event["kind"] == "undone":
                while before[-1].kind == "recalled":
                    before.pop()
                before.pop()
                continue
            notes = (event["private"].get("visits", {}).get(label) or {}).get("notes", [])
            said = notes[-1].partition(": ")[2] if row.get("why") == "chosen" and notes else ""
            before.append(Mark(event["kind"], event["time"], row, desks.get(row.get("counter") or "", ""), said))
    close(last=True)
    return found


def _rows(event: Row) -> Iterator[tuple[str, Row]]:
    for rows in (event["changes"].get("tickets", {}), event["private"].get("ended", {})):
        yield from ((label, row) for label, row in rows.items() if row is not None)


def _walked(day: str, marks: list[Mark], rating: Row | None, last: bool) -> Visit:
    state = marks[-1].row["state"]
    if state not in ENDS and not last:  # nobody closed the day
        state = "done" if state in ("called", "serving") else "expired"
    visit = Visit(day, marks[0].row, state, False, rating)
    since: tuple[int, str, list[int] | None] | None = None
    leg: Leg | None = None
    for mark in marks:
        row, at = mark.row, mark.row.get("counter") or ""
        match mark.kind:
            case "delayed" if since is not None:
                since = since[0], since[1], None  # of one's own will: nothing is promised any more
                continue
            case "called":
                assert since is not None, mark
                begun, service, told = since
                reason = mark.reason if row["why"] == "chosen" else None
                visit.waits.append(Wait(service, begun, mark.time, at, mark.officer, reason, told))
                since, leg = None, Leg(row["service"], at, mark.officer, mark.time)
                visit.legs.append(leg)
                continue
            case "recalled":
                assert leg is not None, mark
                leg.calls += 1
                continue
            case "started":
                if leg is None:
                    visit.walk_in, since = True, None
                    leg = Leg(row["service"], at, mark.officer, mark.time)
                    visit.legs.append(leg)
                leg.started = mark.time
                continue
        if leg is not None:
            leg.ended, leg.outcome = mark.time, mark.kind
        leg = since = None
        if row["state"] == "waiting":
            assert mark.kind in JOINS, mark
            since = mark.time, row["service"], row.get("promised") if mark.kind == "issued" else None
        else:
            assert mark.kind in {"no_show", "held", "finished", "cancelled", "expired", "day_closed"}, mark
    return visit


Group = Callable[[Visit, Wait | Leg | None, int], str]


def _grouping(by: str, timezone: str) -> Group:
    zone = ZoneInfo(timezone)

    def wall(time: int, form: str) -> str:
        return datetime.fromtimestamp(time / 1000, zone).strftime(form)

    def of_part(name: str) -> Group:
        def group(visit: Visit, part: Wait | Leg | None, time: int) -> str:
            part = part or (visit.legs[-1] if visit.legs else None)
            return getattr(part, name) if part else ""

        return group

    def weekday(visit: Visit, part: Wait | Leg | None, time: int) -> str:
        return str(int(wall(time, "%u")) - 1)

    return {
        "all": lambda visit, part, time: "",
        "day": lambda visit, part, time: visit.day,
        "hour": lambda visit, part, time: wall(time, "%H"),
        "weekday": weekday,
        "weekday_hour": lambda visit, part, time: f"{weekday(visit, part, time)} {wall(time, '%H')}",
        "service": lambda visit, part, time: part.service if part else str(visit.first["service"]),
        "priority": lambda visit, part, time: visit.first.get("priority") or "",
        "counter": of_part("counter"),
        "officer": of_part("officer"),
    }[by]


def recount(found: list[Visit], by: str, timezone: str, limit_s: int) -> dict[str, Row]:
    """The groups of a report, as its JSON has them."""
    group = _grouping(by, timezone)
    rows: defaultdict[str, list[Visit]] = defaultdict(list)
    waits: defaultdict[str, list[Wait]] = defaultdict(list)
    legs: defaultdict[str, list[Leg]] = defaultdict(list)
    for visit in found:
        rows[group(visit, None, visit.first["issued_at"])].append(visit)
        for wait in visit.waits:
            waits[group(visit, wait, wait.until)].append(wait)
        for leg in visit.legs:
            if leg.ended is not None:
                legs[group(visit, leg, leg.ended)].append(leg)
    names = sorted({*rows, *waits, *legs})
    return {name: _figures(rows[name], waits[name], legs[name], limit_s) for name in names}


def _figures(rows: list[Visit], waits: list[Wait], legs: list[Leg], limit_s: int) -> Row:
    states = Counter(visit.state for visit in rows)
    outcomes = Counter(leg.outcome for leg in legs)
    ratings = [visit.rating for visit in rows if visit.rating]
    chosen = Counter(wait.reason for wait in waits if wait.reason is not None)
    why = Counter(reason for rating in ratings for reason in rating["reasons"])
    served = [leg for leg in legs if leg.outcome in ("finished", "day_closed")]
    return {
        "issued": len(rows),
        "served": states["done"],
        "no_shows": states["no_show"],
        "cancelled": states["cancelled"],
        "expired": states["expired"],
        "holds": outcomes["held"],
        "transfers": outcomes["transferred"],
        "returns": outcomes["returned"],
        "recalls": sum(leg.calls for leg in legs) - len(legs),
        "out_of_order": chosen.total(),
        "walk_ins": sum(visit.walk_in for visit in rows),
        "waits": _spread([wait.until - wait.since for wait in waits], limit_s),
        "services": _spread(
            [leg.ended - (leg.called if leg.started is None else leg.started) for leg in served if leg.ended], limit_s
        ),
        "scores": [sum(rating["score"] == score for rating in ratings) for score in (1, 2, 3, 4, 5)],
        "promises": _promises([(wait.until - wait.since, wait.told) for wait in waits if wait.told]),
        "chosen_why": dict(chosen),
        "score_why": dict(why),
    }


def _spread(durations: list[int], limit_s: int) -> Row:
    def within(percent: int) -> int:
        """The shortest that so many in a hundred did not exceed."""
        enough = Fraction(percent * len(durations), 100)
        return min(each for each in durations if sum(other <= each for other in durations) >= enough) // 1000

    if not durations:
        return dict.fromkeys(("count", "mean", "p50", "p90", "p95", "longest", "within"), 0)
    return {
        "count": len(durations),
        "mean": int(Fraction(sum(durations), 1000 * len(durations))),
        "p50": within(50),
        "p90": within(90),
        "p95": within(95),
        "longest": max(durations) // 1000,
        "within": len([each for each in durations if each <= 1000 * limit_s]),
    }


def _promises(told: list[tuple[int, list[int]]]) -> Row:
    if not told:
        return dict.fromkeys(("count", "by_p80", "by_p50", "error", "bias"), 0)
    apart = [Fraction(waited, 1000) - p50 for waited, (p50, _) in told]
    return {
        "count": len(told),
        "by_p80": len([1 for waited, (_, p80) in told if Fraction(waited, 1000) <= p80]),
        "by_p50": len([1 for each in apart if each <= 0]),
        "error": round(sum(map(abs, apart)) / len(told)),
        "bias": round(Fraction(sum(apart)) / len(told)),
    }
