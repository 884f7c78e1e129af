"""What is asked about a ticket: where to, why, what came of it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from hallsys.caller.console.desk import Desk, Row, View, by_place, in_order, waiting
from hallsys.caller.console.question import Option, Question, numbered
from hallsys.caller.console.words import Words, clock

REASONS: Final = ("help", "urgent", "together", "mistake")
MISSING: Final = ("copy", "form", "fee", "paper")
PLACES: Final = ("arrival", "front", "end")
DELAYS: Final = (5, 10, 15, 30, 60)
LONGEST_DELAY: Final = 480

Args = dict[str, Any]
Send = Callable[[Args], None]


def ask_transfer(words: Words, view: View, desk: Desk, send: Send) -> Question:
    """Where to? Sends `{"service" | "to_counter" | "to_group": …}`; after Tab with place, delay and note."""
    ticket = desk.ticket or {}
    label = ticket.get("label", "")
    places: list[tuple[str, str, str, Args]] = [
        (service["letter"], words.service(view, service["id"], "short"), words.service(view, service["id"]),
         {"service": service["id"]})
        for service in in_order(view["services"])
        if service["id"] != ticket.get("service") and service["open"]
    ]  # fmt: skip
    for mate in desk.mates:
        counter = mate.counter
        shut = "" if counter["state"] == "open" else f" ({words.t('state.' + counter['state'])})"
        shown = words.counter(counter)
        places.append((counter["id"], shown + shut, shown, {"to_counter": counter["id"]}))
    for number, group in enumerate(view["hall"].get("groups") or (), 1):
        name = words.named(group)
        places.append((f"#{number}", name, name, {"to_group": group["id"]}))
    options: list[Option] = []
    for typed, shown, name, means in places:
        free = _free(typed, options)
        options.append(Option(free, shown, words.t("counter.transfer_to", label=label, name=name), means))
    title = words.t("counter.transfer_title", label=label)
    return Question(
        title,
        options,
        words.t("counter.choose_where"),
        sending(send),
        label,
        further=lambda where: _ask_place(
            words, next(option.does for option in options if option.means == where), label, where, send
        ),
    )


def _ask_place(words: Words, does: str, label: str, where: Args, send: Send) -> Question:
    t = words.t
    options = numbered([(t(f"counter.place.{place}"), t(f"counter.place.{place}"), place) for place in PLACES])

    def when(place: str) -> Question:
        return _ask_when(words, does, label, {**where, "place": place}, send)

    return Question(
        f"{does} · {t('counter.place')}", options, t("counter.choose_more"), when, label, default=options[0]
    )


def _ask_when(words: Words, does: str, label: str, args: Args, send: Send) -> Question:
    t = words.t

    def after(minutes: int) -> Option:
        said = t("counter.after_minutes", n=minutes)
        return Option(str(minutes), said, said, minutes)

    def typed(text: str) -> Option | None:
        return after(int(text)) if text.isdecimal() and 1 <= int(text) <= LONGEST_DELAY else None

    def note(minutes: int | None) -> Question:
        return ask_words(
            words,
            t("counter.note_for"),
            {**args, **({"after": minutes} if minutes else {})},
            "note",
            does,
            send,
            about=label,
            empty=does,
        )

    now = Option("", t("counter.after_now"), t("counter.after_now"), None)
    missing = t("console.type_minutes", n=LONGEST_DELAY)
    options = [after(minutes) for minutes in DELAYS]
    return Question(f"{does} · {t('counter.after')}", options, missing, note, label, default=now, free=typed)


def ask_service(words: Words, view: View, desk: Desk, send: Send) -> Question:
    """Which service is it really? Sends `{"service": …, "place": "arrival"}`."""
    ticket = desk.ticket or {}
    label = ticket.get("label", "")
    options = [
        Option(
            service["letter"],
            words.service(view, service["id"], "short"),
            words.t("counter.transfer_to", label=label, name=words.service(view, service["id"])),
            {"service": service["id"], "place": "arrival"},
        )
        for service in in_order(view["services"])
        if service["id"] != ticket.get("service") and service["open"]
    ]
    title = words.t("counter.service_title", label=label)
    return Question(title, options, words.t("counter.choose_service"), sending(send), label)


def ask_hold(words: Words, desk: Desk, send: Send) -> Question:
    """What is still missing? Enter at once holds without a word; sends `{"note"?: …}`."""
    label = (desk.ticket or {}).get("label", "")
    does = words.t("counter.hold_now", label=label)
    reasons = [words.t(f"counter.hold_why.{code}") for code in MISSING]
    return Question(
        f"{words.t('counter.hold_title', label=label)} · {words.t('counter.hold_why')}",
        numbered([(reason, f"{does}: {reason}", {"note": reason}) for reason in reasons]),
        "",
        sending(send),
        label,
        default=Option("", "", does, {}),
        free=lambda text: Option(text, text, f"{does}: {text}", {"note": text}),
    )


def ask_outcome(words: Words, view: View, desk: Desk, must: bool, send: Send) -> Question:
    """What came of it? Sends `{"outcome"?, "delivered"}`; what was delivered is the ticket's own service, or after Tab
    what is typed."""
    ticket = desk.ticket or {}
    label, t = ticket.get("label", ""), words.t
    own = {"delivered": [ticket.get("service", "")]}
    rows = []
    for outcome in view["hall"]["outcomes"]:
        name = words.named(outcome)
        rows.append((name, t("counter.outcome_is", label=label, name=name), {"outcome": outcome["id"], **own}))
    title = t("counter.outcome_title", label=label)
    return Question(
        title,
        numbered(rows),
        t("counter.choose_outcome"),
        sending(send),
        label,
        default=None if must else Option("", "", t("counter.outcome_none", label=label), own),
        further=lambda args: _ask_delivered(words, view, title, label, args, send),
    )


def _ask_delivered(words: Words, view: View, title: str, label: str, args: Args, send: Send) -> Question:
    letters = {service["letter"].upper(): service["id"] for service in view["services"].values()}
    shown = [
        Option(letter, words.service(view, name, "short"), words.service(view, name, "short"), {"delivered": [name]})
        for letter, name in letters.items()
    ]

    def several(text: str) -> Option | None:
        typed = text.upper().replace(",", " ").split()
        if not typed or not set(typed) <= letters.keys():
            return None
        names = [letters[letter] for letter in dict.fromkeys(typed)]
        said = ", ".join(words.service(view, name, "short") for name in names)
        return Option(text, said, said, {"delivered": names})

    def done(delivered: Args) -> None:
        send({**args, **delivered})

    said = ", ".join(words.service(view, name, "short") for name in args["delivered"])
    return Question(
        f"{title} {words.t('counter.delivered')}",
        shown,
        words.t("counter.choose_service"),
        done,
        label,
        default=Option("", said, said, {}),
        free=several,
    )


def ask_call(words: Words, view: View, desk: Desk, now: int, send: Send) -> Question:
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
        choices = numbered([(reason, f"{does}: {reason}", {"ticket": label, "reason": reason}) for reason in reasons])
        title = words.t("console.call_why", label=label)
        return Question(title, choices, words.t("counter.choose_reason"), sending(send))

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
    return Question(words.t("counter.do.back"), options, words.t("counter.choose_back"), sending(send), by_label=True)


def ask_walk_in(words: Words, view: View, desk: Desk, send: Send) -> Question:
    """Who stands there without a number? Sends `{"service"}`; after Tab with a priority."""
    own, t = desk.counter["services"], words.t
    listed = sorted(in_order(view["services"]), key=lambda service: service["id"] not in own)
    options = [
        Option(
            service["letter"],
            words.service(view, service["id"], "short"),
            t("counter.walk_in_now", name=words.service(view, service["id"], "short")),
            {"service": service["id"]},
        )
        for service in listed
        if service["open"]
    ]
    title = t("counter.do.walk_in")

    def kind(args: Args) -> Question:
        none = t("counter.walk_in_ordinary")
        kinds = [(words.priority(view, kind), words.priority(view, kind), kind) for kind in view["hall"]["priorities"]]
        return Question(
            f"{title}: {t('counter.walk_in_priority')}",
            numbered(kinds),
            t("counter.choose_more"),
            lambda priority: send({**args, "priority": priority}),
            default=Option("", none, none, None),
        )

    return Question(title, options, t("counter.choose_service"), sending(send), further=kind)


def ask_words(
    words: Words,
    title: str,
    args: Args,
    name: str,
    does: str,
    send: Send,
    *,
    about: str | None = None,
    empty: str = "",
    options: Sequence[Option] = (),
    missing: str = "",
) -> Question:
    """Words of the officer's own, sent as `args` and `name`; where there may be none, `empty` is what Enter does."""
    return Question(
        title,
        options,
        missing or words.t("console.type_words"),
        sending(send),
        about,
        default=Option("", "", empty, args) if empty else None,
        free=lambda text: Option(text, text, does, {**args, name: text}),
    )


def sending(send: Callable[[Any], None]) -> Callable[[Any], None]:
    """The last answer of a question."""
    return lambda means: send(means)


def _waits(words: Words, view: View, ticket: Row, now: int) -> str:
    kind = f", {words.priority(view, ticket['priority'])}" if ticket["priority"] else ""
    return f"{words.service(view, ticket['service'], 'short')} {words.minutes(now - ticket['queued_at'])}{kind}"


def _free(typed: str, options: Iterable[Option]) -> str:
    """`typed`, or with a mark where a service's letter and a counter are named alike."""
    taken = {option.typed.upper() for option in options}
    while typed.upper() in taken:
        typed += "."
    return typed
