"""Halls, pictures and questions for tests of the console's rooms."""

import unicodedata
from typing import Any

from hallsys.caller.console import layout
from hallsys.caller.console.desk import View, desk
from hallsys.caller.console.question import Question
from hallsys.caller.console.scene import Scene
from hallsys.caller.console.wishes import Wish
from hallsys.caller.console.words import Words
from hallsys.caller.keys import KEYS
from hallsys.core.configure import hall_rows
from hallsys.hallfile import load_halls

NOW = 1_795_412_955_000
MINUTE = 60_000


def a_hall(state: str = "open", at_hand: str | None = None, why: str = "arrival") -> dict[str, dict[str, Any]]:
    """Counter 3 of the sample hall, with three who wait and two who may come back."""
    config = load_halls(None)["phutho"]
    services = {
        service.id: {
            "id": service.id,
            "name": unicodedata.normalize("NFD", service.name.vi),
            "name_en": service.name.en,
            "short": unicodedata.normalize("NFD", service.short.vi),
            "short_en": service.short.en,
            "letter": service.series,
            "open": True,
        }
        for service in config.services
    }
    counters: dict[str, dict[str, Any]] = {
        counter.id: {
            "id": counter.id,
            "name": counter.name,
            "state": "open",
            "ticket": None,
            "services": list(counter.services),
            "since": NOW - 90 * MINUTE,
            "reason": None,
            "returned": None,
        }
        for counter in config.counters
    }
    counters["3"] |= {
        "state": state,
        "ticket": "H001" if at_hand else None,
        "reason": "lunch" if state == "paused" else None,
    }
    tickets = {
        label: {
            "label": label,
            "service": label[0],
            "number": int(label[1:]),
            "priority": None,
            "state": "waiting",
            "counter": None,
            "arrival": NOW - wait * MINUTE,
            "issued_at": NOW - wait * MINUTE,
            "queued_at": NOW - wait * MINUTE,
            "called_at": None,
            "started_at": None,
            "ended_at": None,
            "calls": 0,
            "why": None,
            "front": None,
            "to_counter": None,
        }
        for label, wait in {"H002": 5, "S001": 12, "A018": 130, "H003": 50, "A004": 60}.items()
    }
    tickets["A018"]["priority"] = "merit"
    tickets["H003"] |= {"state": "held"}
    tickets["A004"] |= {"state": "no_show", "ended_at": NOW - MINUTE}
    if at_hand:
        tickets["H001"] = tickets["H002"] | {
            "label": "H001",
            "state": at_hand,
            "called_at": NOW - 65_000,
            "calls": 2,
            "priority": "aged",
            "queued_at": NOW - 3 * MINUTE,
            "why": why,
            "counter": "3",
            "started_at": NOW - 5_000 if at_hand == "serving" else None,
        }
    return {"hall": hall_rows(config), "services": services, "counters": counters, "tickets": tickets}


def a_scene(view: View, language: str = "vi", **changes: Any) -> Scene:
    here = desk(view, "3", NOW)
    assert here is not None
    plain: dict[str, Any] = {"link": "live", "pending": None, "told": None, "resting": False, "question": None}
    return Scene(Words(language), view, here, now=NOW, asof=NOW, **(plain | changes))


def drawn(scene: Scene, width: int = 80, height: int = 24) -> str:
    return "\n".join(line.plain for line in layout.picture(scene, width, height))


def wish(view: View, name: str, sent: list[Any], language: str = "vi", officer: str | None = None) -> Wish:
    """`sent` is told `(command, arguments)`."""
    here = desk(view, "3", NOW)
    assert here is not None

    def send(command: str, args: dict[str, Any]) -> None:
        sent.append((command, args))

    return Wish(name, Words(language), view, here, NOW, officer, send, lambda name: sent.append(name))


def every_question(view: View, language: str) -> list[Question]:
    """With what Tab leads to, and what follows."""
    asked = [wish(view, key.action, [], language, "Nguyễn Văn A").ask() for key in KEYS]
    found = [question for question in asked if question is not None]
    for question in found:
        if question.further and question.options:
            found.append(question.further(question.options[0].means))
    return found
