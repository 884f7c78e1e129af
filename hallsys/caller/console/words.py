"""What the console says, in one language: messages, and names and times out of rows."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from hallsys.caller.console.desk import Row, View
from hallsys.texts import Texts


class Words:
    """Everything is given back composed (NFC): a letter with its marks is one character and one cell."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._texts = Texts.load()

    @cached_property
    def _known(self) -> dict[str, str]:
        return self._texts.domain(self.language, "caller", "alarms")

    def t(self, key: str, /, **params: object) -> str:
        """A message. Raises KeyError for a key that nobody wrote."""
        return composed(self._texts.say(self.language, key, **params))

    def has(self, key: str) -> bool:
        return key in self._known

    def named(self, row: Mapping[str, Any]) -> str:
        """A group, an outcome: what the settings call it."""
        return composed((self.language == "en" and row.get("name_en")) or row["name"])

    def own(self, text: str) -> str:
        """What somebody wrote, fit for a terminal."""
        return composed(text)

    def counter(self, counter: Row) -> str:
        """A counter as people say it: "Quầy 3"."""
        return self.t("counter.named", n=counter["id"])

    def takes(self, view: View, counter: Row) -> str:
        """What a counter is for: its own name, which has one language, or its services, which have two."""
        if self.language == "vi" and counter["name"] != counter["id"]:
            return composed(counter["name"])
        return ", ".join(self.service(view, service, "short") for service in counter["services"])

    def service(self, view: View, service: str, field: str = "name") -> str:
        row = view["services"].get(service)
        if row is None:
            return service
        return composed((self.language == "en" and row.get(f"{field}_en")) or row.get(field) or service)

    def priority(self, view: View, kind: str) -> str:
        names: dict[str, Any] = view["hall"].get("priority_names") or {}
        return composed(names.get(kind, {}).get(self.language, kind))

    def why(self, view: View, why: str | None) -> str:
        """Why this ticket was chosen, from `"<code> k=v …"`; empty for a reason without words here."""
        code, *rest = (why or "").split(" ")
        if f"why.{code}" not in self._known:
            return ""
        params = dict(pair.split("=", 1) for pair in rest if "=" in pair)
        if "kind" in params:
            params["kind"] = self.priority(view, params["kind"])
        if "service" in params:
            params["service"] = self.service(view, params["service"], "short")
        for group in view["hall"].get("groups") or ():
            if group["id"] == params.get("name"):
                params["name"] = self.named(group)
        return self.t(f"why.{code}", **params)

    def pause(self, reason: str) -> str:
        """A pause's reason; one that a program gave in its own words stands as it is."""
        return self.t(f"pause.{reason}") if f"pause.{reason}" in self._known else composed(reason)

    def minutes(self, ms: int) -> str:
        return self.t("time.minutes", n=whole(ms))


def composed(text: str) -> str:
    """Words from outside, fit for a terminal: composed, and without anything it would obey."""
    return "".join(letter for letter in unicodedata.normalize("NFC", text) if letter.isprintable())


def whole(ms: int) -> int:
    """Whole minutes."""
    return max(0, ms // 60_000)


def elapsed(ms: int) -> str:
    """ "0:24", "6:10", "1:02:05" """
    minutes, seconds = divmod(max(0, ms // 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def clock(ms: int, view: View, *, exact: bool = False) -> str:
    """ "09:42" in the hall's own time zone, or "09:42:31"."""
    zone: tzinfo = ZoneInfo(view["hall"]["tz"]) if "hall" in view else UTC
    return datetime.fromtimestamp(ms / 1000, zone).strftime("%H:%M:%S" if exact else "%H:%M")
