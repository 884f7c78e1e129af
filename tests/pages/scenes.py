"""Halls that do not exist, for boards to show: every state that a screen can come into, made of rows.

A scene is played to a real page of a real server over a socket of its own, so a picture of it is the same every time.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any, Final

from playwright.async_api import BrowserContext, Page, WebSocketRoute

from hallsys.core.configure import hall_rows
from hallsys.hallfile import load_halls

JSON = dict[str, Any]

NOW: Final = 1_790_044_920_000
"""Tuesday, 22 September 2026, 09:42 in Phú Thọ."""
MINUTE: Final = 60_000


def ticket(label: str, service: str, counter: str | None, state: str, at: int, **more: Any) -> JSON:
    """A ticket's row; `at` is the time of its call."""
    return {
        "label": label, "service": service, "number": int(label[1:]), "priority": None, "state": state,
        "counter": counter,
        "arrival": at - 9 * MINUTE, "issued_at": at - 9 * MINUTE, "queued_at": at - 9 * MINUTE,
        "called_at": at if counter else None, "started_at": None, "ended_at": None, "calls": 1, "why": None,
        "front": None, "to_counter": None, **more,
    }  # fmt: skip


def counter(sign: str, name: str, services: str, state: str = "open", label: str | None = None, **more: Any) -> JSON:
    """A counter's row."""
    return {
        "id": sign, "name": name, "state": state, "ticket": label, "services": list(services),
        "since": NOW - 5 * MINUTE,
        "reason": None, "returned": None, **more,
    }  # fmt: skip


def base(
    counters: list[JSON],
    tickets: list[JSON],
    waiting: str = "AAAAAAAAAAAAHHHHHHNNNNNNNNNXXKKKSSSSQRRRRRTT",
    **hall: Any,
) -> JSON:
    """A view of the sample hall with these counters and called tickets, and a waiting ticket for each letter."""
    config = load_halls(None)["phutho"]
    services = {
        one.id: {
            "id": one.id, "name": one.name.vi, "name_en": one.name.en, "short": one.short.vi, "short_en": one.short.en,
            "about": one.about.vi, "about_en": one.about.en, "letter": one.series, "open": True,
        }
        for one in config.services
    }  # fmt: skip
    queue = [ticket(f"{letter}{200 + n:03}", letter, None, "waiting", NOW) for n, letter in enumerate(waiting)]
    return {
        "hall": {**hall_rows(config), "day": "2026-09-22", "open": True, **hall},
        "services": services,
        "counters": {row["id"]: row for row in counters},
        "tickets": {row["label"]: row for row in [*tickets, *queue]},
    }


FIVE: Final = base(
    [
        counter("1", "Hướng dẫn, VNeID", "TQ", label="T009"),
        counter("2", "Chứng thực, Hộ tịch", "AHYKS", label="H014"),
        counter("3", "Hộ tịch, Xã hội", "HSYANX", label="A011"),
        counter("4", "Đất đai, Xây dựng", "NXKA", label="N015"),
        counter("5", "Trả kết quả", "R", "paused", until=NOW + 13 * MINUTE, reason="break"),
    ],
    [
        ticket("T009", "T", "1", "serving", NOW - 9 * MINUTE),
        ticket("A011", "A", "3", "serving", NOW - 12 * MINUTE),
        ticket("H014", "H", "2", "serving", NOW - 6 * MINUTE),
        ticket("N015", "N", "4", "serving", NOW - 3 * MINUTE),
        ticket("R030", "R", "5", "done", NOW - 14 * MINUTE),
    ],
)

ZONES: Final = [
    {"id": "a", "name": "Khu A, tầng 1", "name_en": "Area A, first floor", "counters": ["1", "2", "3"]},
    {"id": "b", "name": "Khu B, tầng 2", "name_en": "Area B, second floor", "counters": ["4", "5"]},
]


def called(view: JSON, label: str, service: str, sign: str, at: int = NOW) -> JSON:
    """An event that calls a new ticket to a counter."""
    row = ticket(label, service, sign, "called", at)
    desk = {**view["counters"][sign], "ticket": label}
    changes = {"tickets": {label: row}, "counters": {sign: desk}}
    return {"type": "event", "kind": "called", "time": at, "changes": changes, "voice": f"{label}-{sign}-00beef"}


def many(count: int) -> JSON:
    """A hall of so many counters in every state."""
    kinds = ("serving", "serving", "serving", "free", "paused", "serving", "closed", "serving")
    letters = "THANARHKSQRN"
    counters, tickets = [], []
    for n in range(1, count + 1):
        kind, letter = kinds[n % len(kinds)], letters[n % len(letters)]
        label = f"{letter}{(n * 13) % 90 + 1000 if n % 4 == 3 else n * 7 % 90:03}"
        if kind == "serving":
            tickets.append(ticket(label, letter, str(n), kind, NOW - n * MINUTE))
        state = kind if kind in ("paused", "closed") else "open"
        counters.append(counter(str(n), f"Quầy số {n}", "ATHN", state, label if kind == "serving" else None))
    return base(counters, tickets)


def long_names() -> JSON:
    """Every name as long as a hall may write it."""
    name = "Trung tâm Phục vụ hành chính công liên phường Thành phố Hồ Chí Minh mở rộng và các xã lân cận trực thuộc"
    name_en = "Joint Public Administrative Service Centre of the Extended City Wards and All Neighbouring Communes"
    service = "Đăng ký kinh doanh, Công Thương, Khoa học và Công nghệ, Thông tin và Truyền thông"
    view = json.loads(json.dumps(FIVE))
    view["hall"].update(name=name, name_en=name_en, notice={"vi": f"Lưu ý: {service}. {service}.", "en": f"{name_en}."})
    for row in view["services"].values():
        row.update(name=service, name_en="Business registration, Trade, Science, Technology and Communications")
        row.update(short="Đăng ký kinh,", short_en="Registrations")
        row.update(about="Giấy phép, đăng ký, thay đổi, chấm dứt, cấp lại, bổ sung, xác nhận, trích lục")
    for row in view["counters"].values():
        row["name"] = "Đăng ký kinh doanh, Khoa học công nghệ, Thông tin"
    return dict(view)


@dataclass(frozen=True)
class Scene:
    """What a page is played: a view, then frames; `cut` is the time in ms after which the link is lost for good."""

    name: str
    view: JSON
    frames: list[JSON] = field(default_factory=list)
    cut: bool = False
    deaf: bool = False


CALL: Final = [called(FIVE, "A012", "A", "3")]
PAIR: Final = [*CALL, called(FIVE, "N016", "N", "4", NOW + 100)]
EMPTY: Final = base([], [], "")
ONE: Final = base(
    [counter("1", "Một cửa", "AHNXKSYQRT", label="A011")], [ticket("A011", "A", "1", "serving", NOW - 6 * MINUTE)]
)
QUIET: Final = base(
    [counter(sign, row["name"], "".join(row["services"])) for sign, row in FIVE["counters"].items()],
    [ticket("R031", "R", "5", "done", NOW - 20 * MINUTE), ticket("H029", "H", "2", "done", NOW - 9 * MINUTE)],
    "",
)
NOTICED: Final = {
    **FIVE,
    "hall": {
        **FIVE["hall"],
        "notices": {
            "n1": {"id": "n1", "text": "Quầy 5 mở lại lúc 10 giờ. Mong ông/bà thông cảm.", "at": NOW - 1,
                   "until": NOW + MINUTE},
            "n0": {"id": "n0", "text": "Đã hết hạn", "at": NOW - MINUTE, "until": NOW - 1},
        },
    },
}  # fmt: skip

WAITS: Final = {"A": [900, 1500], "H": [610, 1190], "N": [1500, 2390], "X": [100, 500], "R": [0, 290], "T": [0, 12]}
"""A forecast: P50 and P80 in seconds"""

SCENES: Final = {
    scene.name: scene
    for scene in (
        Scene("called", FIVE, CALL),
        Scene("rest", FIVE),
        Scene("two-calls", FIVE, PAIR),
        Scene("quiet", QUIET),
        Scene("closed", {**QUIET, "hall": {**QUIET["hall"], "open": False}}),
        Scene("lost", FIVE, cut=True),
        Scene("no-sound", FIVE, CALL, deaf=True),
        Scene("0-counters", EMPTY),
        Scene("1-counter", ONE, [called(ONE, "A012", "A", "1")]),
        Scene("12-counters", many(12), [called(many(12), "A1012", "A", "12")]),
        Scene("30-counters", many(30), [called(many(30), "A1012", "A", "12")]),
        Scene("long-names", long_names(), [called(long_names(), "W1012", "A", "3")]),
        Scene("notices", NOTICED, [called(NOTICED, "A012", "A", "3"), {"type": "waits", "at": NOW, "services": WAITS}]),
    )
}


def zoned(scene: Scene) -> Scene:
    """The same in a hall of two zones; of two calls, one zone has two and the other one."""
    third = [called(FIVE, "H015", "H", "2", NOW + 200)] if scene.name == "two-calls" else []
    return replace(
        scene, frames=[*scene.frames, *third], view={**scene.view, "hall": {**scene.view["hall"], "zones": ZONES}}
    )


class Play:
    """The other end of a page's socket. It answers hello with the scene's view and sends what it is told to."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.heard: list[JSON] = []
        self._seq = 1
        self._socket: WebSocketRoute | None = None
        self._away = False
        self.silent = False

    async def install(self, context: BrowserContext | Page) -> None:
        await context.route_web_socket("**/ws/**", self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        if self._away:
            return
        self._socket = socket
        socket.on_message(lambda text: self._hear(socket, str(text)))

    def _hear(self, socket: WebSocketRoute, text: str) -> None:
        frame = json.loads(text)
        self.heard.append(frame)
        if frame["type"] == "hello" and not self.silent:
            self.greet()
        if frame["type"] == "sound" and frame["want"]:
            socket.send(json.dumps({"type": "sound", "own": True}))

    def greet(self) -> None:
        """The answer to hello, at once or, where the play is `silent`, when a test wants it."""
        self.send({"type": "snapshot", "at": f"1-{self._seq}", "view": self.scene.view, "now": NOW})
        for told in self.scene.frames:
            self.send(told)

    def send(self, frame: JSON) -> None:
        """A frame; an event takes its place in the sequence."""
        assert self._socket is not None
        if frame["type"] == "event":
            self._seq += 1
            frame = {**frame, "at": f"1-{self._seq}"}
        self._socket.send(json.dumps(frame))

    def tick(self, now: int) -> None:
        """The hall's time goes on to `now`."""
        self.send({"type": "tick", "at": f"1-{self._seq}", "now": now})

    async def cut(self) -> None:
        """The link is gone, and no new one comes about."""
        self._away = True
        assert self._socket is not None
        await self._socket.close()
