"""What is asked about the counter itself: breaks, help, a line for the screens, who works here, what the keys do."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from hallsys.caller.console.desk import Desk, View
from hallsys.caller.console.question import Option, Question, numbered
from hallsys.caller.console.questions import Args, Send, ask_words, sending
from hallsys.caller.console.words import Words, clock
from hallsys.caller.keys import COMMON, KEYS

PAUSES: Final = ("break", "lunch", "papers", "meeting", "other")
HELP: Final = ("colleague", "supervisor", "technical", "security")
MINUTES: Final = (5, 10, 15, 30, 60, 90, 120)
LONGEST: Final = 480
SHOWN: Final = 10
"""Minutes that a line stays, unless others are asked for."""
ABSENT: Final = ("window", "more")
"""Keys of the page that mean nothing in a terminal, or lead here."""


def ask_pause(words: Words, view: View, now: int, send: Send) -> Question:
    """Why a pause? Sends `{"reason": code}`; after Tab with its minutes."""
    reasons = [
        (words.pause(code), words.t("counter.pause_for", reason=words.pause(code)), {"reason": code}) for code in PAUSES
    ]
    title = words.t("counter.pause_why")

    def further(args: Args) -> Question:
        told = words.t("counter.pause_for", reason=words.pause(args["reason"]))

        def until(minutes: int) -> str:
            return words.t("counter.pause_until", n=minutes, time=clock(now + minutes * 60_000, view))

        open_end = Option("", "", f"{told} · {words.t('counter.pause_open_end')}", args)
        return _ask_minutes(words, f"{told} · {words.t('counter.pause_minutes')}", args, until, sending(send), open_end)

    return Question(title, numbered(reasons), words.t("counter.choose_reason"), sending(send), further=further)


def ask_help(words: Words, desk: Desk, send: Send) -> Question:
    """Who should come? Sends `{"kind": code}`, or None in it once nobody is needed any more."""
    t, asks = words.t, desk.counter.get("asks")
    rows: list[tuple[str, str, Args]] = [
        (t(f"help.{kind}"), t("counter.help_send", kind=t(f"help.{kind}")), {"kind": kind}) for kind in HELP
    ]
    if asks:
        rows.insert(0, (t("counter.help_end"), t("counter.help_end"), {"kind": None}))
    aside = [t("counter.help_asked", kind=t(f"help.{asks}"))] if asks else []
    return Question(t("counter.help_who"), numbered(rows), t("counter.choose_help"), sending(send), aside=aside)


def ask_notice(words: Words, view: View, now: int, send: Callable[[tuple[str, Args]], None]) -> Question:
    """A line for the hall's screens. Sends `("notice", {"text", "minutes", "speak"})`, the last two chosen after Tab,
    or `("end_notice", {"notice"})` for one that stands."""
    t = words.t
    standing = [row for row in (view["hall"].get("notices") or {}).values() if row["until"] > now]
    ends = numbered([
        (t("counter.notice_end", text=words.own(row["text"])), t("counter.notice_end_now"), {"notice": row["id"]})
        for row in sorted(standing, key=lambda row: int(row["at"]))
    ])  # fmt: skip

    def answered(args: Args) -> None:
        send(("end_notice", args) if "notice" in args else ("notice", args))

    def until(minutes: int) -> str:
        return t("counter.notice_until", n=minutes, time=clock(now + minutes * 60_000, view))

    def speak(args: Args) -> Question:
        silent = Option("", "", t("counter.notice_send"), {**args, "speak": False})
        aloud = t("counter.notice_speak")
        return Question(
            aloud,
            numbered([(aloud, aloud, {**args, "speak": True})]),
            t("counter.choose_more"),
            answered,
            default=silent,
        )

    def further(args: Args) -> Question:
        usual = Option("", "", until(SHOWN), args)
        return _ask_minutes(words, t("counter.notice_minutes"), args, until, speak, usual)

    question = ask_words(
        words,
        t("counter.notice_text"),
        {"minutes": SHOWN, "speak": False},
        "text",
        f"{t('counter.notice_send')}, {until(SHOWN)}",
        answered,
        options=ends,
        missing=t("counter.notice_empty"),
    )
    question.aside = [t("counter.notice_hint")]
    question.further = further
    return question


def ask_sign(words: Words, officer: str | None, send: Send) -> Question:
    """Who works here. A terminal has a token and no session, so no PIN can be given: it is said, and what can be done
    is offered. Sends `{}` for signing off whoever holds the counter."""
    t = words.t
    holds = [t("sign.is", name=words.own(officer))] if officer else [t("console.sign_nobody")]
    leave: tuple[str, str, Args] = (t("console.sign_off"), t("console.sign_off"), {})
    return Question(
        t("counter.do.sign"),
        numbered([leave]) if officer else [],
        t("counter.choose_more") if officer else t("console.sign_nothing"),
        sending(send),
        aside=[*holds, t("console.sign_why")],
    )


def ask_more(words: Words, can: Callable[[str], bool], take: Callable[[str], Question | None]) -> Question:
    """Every key with what it does; typing one does it."""
    t = words.t
    options = []
    for key in (COMMON, *KEYS[1:]):
        if key.action in ABSENT or key is COMMON:
            continue
        said = t(f"counter.do.{key.action}")
        longer = f"card.do.{key.action}"
        shown = f"{said}: {t(longer)}" if words.has(longer) else said
        options.append(Option(key.key, shown if can(key.action) else f"({said})", said, key.action))
    aside = [t("console.help_keys"), t("card.twice_text"), t("console.help_lost"), t("console.sign_why")]
    return Question(t("counter.do.more"), options, t("counter.choose_more"), take, aside=aside, tall=True)


def _ask_minutes(
    words: Words,
    title: str,
    args: Args,
    said: Callable[[int], str],
    then: Callable[[Any], Question | None],
    usual: Option,
) -> Question:
    def minutes(number: int) -> Option:
        return Option(str(number), said(number), said(number), {**args, "minutes": number})

    def typed(text: str) -> Option | None:
        return minutes(int(text)) if text.isdecimal() and 1 <= int(text) <= LONGEST else None

    options: Sequence[Option] = [minutes(number) for number in MINUTES]
    return Question(title, options, words.t("console.type_minutes", n=LONGEST), then, default=usual, free=typed)
