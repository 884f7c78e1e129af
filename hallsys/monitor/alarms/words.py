"""An alarm in words, and as pages and webhooks are told of it: what, where and since when, and nobody's name."""

import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from hallsys.config import HallConfig, Words
from hallsys.core.alarms import Alarm
from hallsys.hallalarms import SEVERITIES, Event, Webhook
from hallsys.store.outbox import Letter
from hallsys.texts import LANGUAGES, Texts

_BY_MINUTES: Final = ("wait", "forecast", "idle")
_NOW: Final = ("raised", "worse", "again")
"""Events that are told for how bad it is; the others for how bad it was."""

Screens = Mapping[str, Any]
"""`hall.screens`: the settings of the joined screens, by id."""


class Shown(msgspec.Struct, frozen=True, omit_defaults=True):
    """An alarm as staff see it: `subject` is the id of a service, counter, zone, printer or screen, empty for the hall
    itself. Times in ms; `value` and `limit` in seconds, or people for `queue`; `text` and `text_en` say all of it.
    `by` is told to supervisors alone."""

    id: str
    kind: str
    subject: str
    severity: str
    state: str
    since: int
    value: int
    limit: int
    times: int
    text: str
    text_en: str
    about: str | None = None
    at: int | None = None
    by: str | None = None
    over: int | None = None
    worst: str = "warn"


class Speaker:
    """Puts the alarms of one hall into words."""

    def __init__(self, hall: HallConfig, texts: Texts, screens: Callable[[], Screens], page: str) -> None:
        self._hall, self._texts, self._screens, self._page = hall, texts, screens, page

    def shown(self, alarm: Alarm, *, by: bool = False) -> Shown:
        words = self.words(alarm)
        return Shown(
            *(alarm.id, alarm.kind, alarm.subject, alarm.severity, alarm.state, alarm.since),
            *(alarm.value, alarm.limit, alarm.times, words.vi, words.en),
            about=alarm.about,
            at=alarm.at,
            by=alarm.by if by else None,
            over=alarm.over,
            worst=alarm.worst,
        )

    def letters(self, alarm: Alarm, event: Event, now: int, due: int) -> list[bytes]:
        """What the hall's webhooks are to be told of it."""
        return [
            msgspec.json.encode(
                Letter(
                    f"msg_{secrets.token_hex(12)}", hook.id, alarm.id, event, self._body(alarm, event, now), now, due
                )
            )
            for hook in self._hall.webhooks
            if _wants(hook, alarm, event)
        ]

    def words(self, alarm: Alarm) -> Words:
        return Words(*(self._said(language, alarm) for language in LANGUAGES))

    def _body(self, alarm: Alarm, event: Event, now: int) -> str:
        words = self.words(alarm)
        told = {language: f"{self._texts.say(language, f'alarm.event.{event}')}: " for language in LANGUAGES}
        body = {
            "type": f"alarm.{event}",
            "timestamp": datetime.fromtimestamp(now / 1000, UTC).isoformat(timespec="milliseconds"),
            "data": {
                "hall": {"id": self._hall.id, "name": self._hall.name},
                "alarm": {
                    "id": alarm.id,
                    "kind": alarm.kind,
                    "subject": alarm.subject,
                    "severity": alarm.severity,
                    "worst": alarm.worst,
                    "state": alarm.state,
                    "since": alarm.since,
                    "over": alarm.over,
                    "value": alarm.value,
                    "limit": alarm.limit,
                    "times": alarm.times,
                },
                "text": {"vi": told["vi"] + words.vi, "en": told["en"] + words.en},
                "page": self._page,
            },
        }
        return msgspec.json.encode(body).decode()

    def _said(self, language: str, alarm: Alarm) -> str:
        minutes = alarm.kind in _BY_MINUTES
        return self._texts.say(
            language,
            f"alarm.{alarm.kind}",
            name=self._name(language, alarm),
            about=self._about(language, alarm),
            n=alarm.value // 60 if minutes else alarm.value,
            limit=alarm.limit // 60 if minutes else alarm.limit,
        )

    def _name(self, language: str, alarm: Alarm) -> str:
        hall, subject, say = self._hall, alarm.subject, self._texts.say
        match alarm.kind:
            case "wait" | "queue" | "forecast":
                return self._service(language, subject)
            case "idle":
                return say(language, "counter.named", n=subject)
            case "deaf":
                zone = next((zone.name for zone in hall.zones if zone.id == subject), None)
                return (
                    say(language, "alarm.a_zone", name=_in(language, zone)) if zone else say(language, "alarm.the_hall")
                )
            case "printer":
                return say(language, "alarm.a_printer", name=subject) if subject else say(language, "alarm.the_printer")
            case "screen":
                screen = self._screens().get(subject)
                return say(language, "alarm.a_screen", name=screen["name"] if screen else subject)
        return ""

    def _about(self, language: str, alarm: Alarm) -> str:
        if alarm.about is None:
            return ""
        match alarm.kind:
            case "idle":
                return self._service(language, alarm.about)
            case "printer":
                return self._texts.say(language, f"alarm.printer.{alarm.about}")
        return alarm.about

    def _service(self, language: str, service: str) -> str:
        name = next((each.name for each in self._hall.services if each.id == service), None)
        return _in(language, name) if name else service


def _in(language: str, words: Words) -> str:
    return words.en if language == "en" else words.vi


def _wants(hook: Webhook, alarm: Alarm, event: Event) -> bool:
    severity = alarm.severity if event in _NOW else alarm.worst
    return (
        event in hook.events
        and (not hook.kinds or alarm.kind in hook.kinds)
        and SEVERITIES.index(severity) >= SEVERITIES.index(hook.severity)
    )
