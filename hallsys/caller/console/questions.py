"""The questions a key may ask first. Nothing is chosen beforehand: a stray Enter asks again, it does not send."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from hallsys.caller.console.desk import Desk, Row, View, by_place, in_order, waiting
from hallsys.caller.console.words import Words, clock

LONGEST: Final = 40
"""Characters of a typed line; labels and ids are far shorter."""
PAUSES: Final = ("break", "lunch", "papers", "meeting")
REASONS: Final = ("help", "urgent", "together", "mistake")


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what is typed for it, how it is listed, what Enter would do in words, and what it means."""

    typed: str
    shown: str
    does: str
    means: Any


@dataclass(slots=True)
class Question:
    """A line to type. `then` takes what was chosen: a further question, or None when it has sent.

    `about` is the ticket at hand that it speaks of: when another is at hand, the question is void."""

    title: str
    options: Sequence[Option]
    missing: str
    then: "Callable[[Any], Question | None]"
    about: str | None = None
    by_label: bool = False
    typed: str = field(default="", init=False)

    def type(self, key: str) -> None:
        """Take one key of the line: a letter, "Backspace" or "Clear"."""
        if key == "Backspace":
            self.typed = self.typed[:-1]
        elif key == "Clear":
            self.typed = ""
        elif len(key) == 1 and key.isprintable() and len(self.typed) < LONGEST:
            self.typed += key

    def found(self) -> list[Option]:
        """What may be meant by what is typed; everything, as long as nothing is."""
        typed = self.typed.strip().upper()
        exact = [option for option in self.options if option.typed.upper() == typed]
        if exact or not self.by_label:
            return exact if typed else list(self.options)
        return [option for option in self.options if _matches(typed, option.typed.upper())]

    def chosen(self) -> Option | None:
        """What Enter would take."""
        found = self.found() if self.typed.strip() else []
        return found[0] if len(found) == 1 else None


def _matches(typed: str, label: str) -> bool:
    """Whether "18" or "n18" may mean N018."""
    short = re.fullmatch(r"(\D*)0*(\d+)", typed)
    whole = re.fullmatch(r"(\D*)0*(\d+)", label)
    same = short and whole and whole[1].startswith(short[1]) and whole[2] == short[2]
    return typed in label or bool(same)


def ask_transfer(words: Words, view: View, desk: Desk, send: Callable[[dict[str, Any]], None]) -> Question:
    """Where to? Sends `{"service": …}` or `{"to_counter": …}`."""
    ticket = desk.ticket or {}
    label = ticket.get("label", "")
    places: list[tuple[str, str, str, dict[str, Any]]] = [
        (
            service["letter"],
            words.service(view, service["id"], "short"),
            words.service(view, service["id"]),
            {"service": service["id"]},
        )
        for service in in_order(view["services"])
        if service["id"] != ticket.get("service") and service["open"]
    ]
    for mate in desk.mates:
        counter = mate.counter
        shut = "" if counter["state"] == "open" else f" ({words.t('state.' + counter['state'])})"
        shown = words.counter(counter)
        places.append((counter["id"], shown + shut, shown, {"to_counter": counter["id"]}))
    options: list[Option] = []
    for typed, shown, name, means in places:
        free = _free(typed, options)
        options.append(Option(free, shown, words.t("counter.transfer_to", label=label, name=name), means))
    return Question(
        words.t("counter.transfer_title", label=label), options, words.t("counter.choose_where"), send, label
    )


def ask_pause(words: Words, send: Callable[[dict[str, Any]], None]) -> Question:
    """Why a pause? Sends `{"reason": code}`."""
    options = []
    for number, code in enumerate(PAUSES, 1):
        reason = words.t(f"pause.{code}")
        options.append(Option(str(number), reason, words.t("counter.pause_for", reason=reason), {"reason": code}))
    return Question(words.t("counter.pause_why"), options, words.t("counter.choose_reason"), send)


def ask_call(words: Words, view: View, desk: Desk, now: int, send: Callable[[dict[str, Any]], None]) -> Question:
    """Which number, and why out of order? Sends `{"ticket": label, "reason": words}`."""
    mine = {ticket["label"] for ticket in desk.queue}
    everyone = sorted(waiting(view), key=lambda ticket: (ticket["label"] not in mine, by_place(ticket)))
    options = [
        Option(
            ticket["label"],
            _waits(words, view, ticket, now),
            words.t("console.then_why", label=ticket["label"]),
            ticket["label"],
        )
        for ticket in everyone
    ]

    def why(label: str) -> Question:
        reasons = [words.t(f"counter.call_why.{code}") for code in REASONS]
        does = words.t("counter.call_now", label=label)
        choices = [
            Option(str(number), reason, f"{does}: {reason}", {"ticket": label, "reason": reason})
            for number, reason in enumerate(reasons, 1)
        ]
        return Question(words.t("console.call_why", label=label), choices, words.t("counter.choose_reason"), send)

    return Question(words.t("counter.number"), options, words.t("console.type_number"), why, by_label=True)


def ask_back(words: Words, view: View, desk: Desk, send: Callable[[tuple[str, str]], None]) -> Question:
    """Who comes back? Sends `("resume" | "reinstate", label)`."""

    def listed(command: str, tickets: Iterable[Row], since: str) -> list[Option]:
        return [
            Option(
                ticket["label"],
                words.t(f"counter.{command}_since", time=clock(ticket[since], view)),
                words.t(f"counter.{command}_now", label=ticket["label"]),
                (command, ticket["label"]),
            )
            for ticket in tickets
        ]

    options = [*listed("resume", desk.held, "queued_at"), *listed("reinstate", desk.missed, "ended_at")]
    return Question(words.t("counter.do.back"), options, words.t("counter.choose_back"), send, by_label=True)


def _waits(words: Words, view: View, ticket: Row, now: int) -> str:
    kind = f", {words.priority(view, ticket['priority'])}" if ticket["priority"] else ""
    return f"{words.service(view, ticket['service'], 'short')} {words.minutes(now - ticket['queued_at'])}{kind}"


def _free(typed: str, options: Iterable[Option]) -> str:
    """`typed`, or with a mark where a service's letter and a counter are named alike."""
    taken = {option.typed.upper() for option in options}
    while typed.upper() in taken:
        typed += "."
    return typed
