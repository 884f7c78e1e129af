"""The API described by itself (OpenAPI 3.1), from the types that judge requests: `/api/openapi.json`.

Statuses and codes are those of `errors.py`, arguments those of `core/commands.py`, rows those of `core/model.py`; what
is written here is only which belongs to what.
"""

import re
from collections.abc import Iterable
from typing import Annotated, Any, Final

import msgspec
from aiohttp import web

from hallsys import __version__
from hallsys.core.commands import COMMANDS
from hallsys.core.model import Booking, Counter, Notice, Screen, Service, Ticket
from hallsys.core.rights import BY_TICKET
from hallsys.errors import RETRY_AFTER, STATUS
from hallsys.live.staff import Lines, Next, TicketHistory
from hallsys.store.entry import EventFrame

Position = Annotated[str, msgspec.Meta(pattern=r"^(0|[1-9][0-9]*)-(0|[1-9][0-9]*)$")]

ALWAYS: Final = "bad_request unauthorized forbidden foreign_origin unknown_hall internal store_unavailable"
"""Codes with which every operation on a hall may be refused."""
BY_THE_RULES: Final = (
    "unknown_service unknown_counter unknown_ticket unknown_booking nobody_waiting counter_closed counter_busy "
    "nothing_called wrong_state too_few_calls too_late hall_closed service_closed limit_reached slot_full "
    "unknown_group unknown_zone unknown_outcome unknown_notice too_early has_ticket nothing_to_undo counter_taken "
    "sign_in_first outcome_needed already_rated"
)


class Refusal(msgspec.Struct):
    """`field` names the argument or header to mend, where there is one."""

    code: str
    message: str
    field: str = ""


class Refused(msgspec.Struct):
    """Every error, everywhere; the message is in the language of Accept-Language."""

    error: Refusal


class Nothing(msgspec.Struct):
    """An empty object."""


class IssueResult(msgspec.Struct):
    """`token` opens the ticket's phone page; `ahead` are called before it; `wait` is [p50, p80] in seconds."""

    ticket: Ticket
    token: str
    ahead: int
    wait: tuple[int, int] | None


class TicketResult(msgspec.Struct):
    ticket: Ticket


class CallResult(msgspec.Struct):
    ticket: Ticket
    why: str


class CounterResult(msgspec.Struct):
    counter: Counter


class UndoResult(msgspec.Struct):
    """The ticket as it was before, at its counter or in line."""

    ticket: Ticket
    counter: Counter


class NoticeResult(msgspec.Struct):
    notice: Notice


class ScreenResult(msgspec.Struct):
    screen: Screen


class BookResult(msgspec.Struct):
    booking: Booking


class DayResult(msgspec.Struct):
    day: str


class Tables(msgspec.Struct):
    hall: dict[str, Any]
    services: dict[str, Service]
    counters: dict[str, Counter]
    tickets: dict[str, Ticket]


class View(msgspec.Struct):
    """The committed state at a position; `tickets` holds those not ended and the fifty that ended last."""

    at: Position
    view: Tables


class Events(msgspec.Struct):
    """The events after a position, oldest first, at most 1,000; `at` is that of the last."""

    at: Position
    events: list[EventFrame]


class Tickets(msgspec.Struct):
    """`next` goes into `after` for the next page; null on the last."""

    tickets: list[Ticket]
    next: str | None


_IN_PATH: Final = re.compile(r"\{(\w+)\}")
_RESULTS: Final[dict[str, type]] = {
    "issue": IssueResult,
    "call_next": CallResult,
    "open_counter": CounterResult,
    "pause_counter": CounterResult,
    "close_counter": CounterResult,
    "undo": UndoResult,
    "assign_counter": CounterResult,
    "sign_on": CounterResult,
    "sign_off": CounterResult,
    "ask_help": CounterResult,
    "note": Nothing,
    "notice": NoticeResult,
    "end_notice": Nothing,
    "set_screen": ScreenResult,
    "book": BookResult,
    "cancel_booking": BookResult,
    "rate": Nothing,
    "rate_here": Nothing,
    "open_day": DayResult,
    "close_day": DayResult,
}
"""What a command answers; the others answer with the ticket."""


class Operation(msgspec.Struct, frozen=True):
    """One method of one path. `answer` is a type, or the media type of what is no JSON; `codes` are those of
    `errors.STATUS`; `query` are parameters by name with their schemas; `open_` needs no sign-in, or not always."""

    method: str
    path: str
    summary: str
    answer: Any
    codes: str = ALWAYS
    body: Any = None
    query: dict[str, dict[str, Any]] = {}
    open_: bool = False
    key: bool = False


def _own() -> Iterable[Operation]:
    hall = "/api/v1/halls/{hall}"
    for name, arguments in COMMANDS.items():
        result = _RESULTS.get(name, TicketResult)
        answer = msgspec.defstruct(f"{name}_answer", [("at", Position), ("result", result)])
        path, codes = f"{hall}/commands/{name}", f"{ALWAYS} {BY_THE_RULES} too_large key_reused"
        summary = f"The command {name}."
        yield Operation("post", path, summary, answer, codes, arguments, open_=name in BY_TICKET, key=True)
    yield Operation("get", f"{hall}/view", "The hall as it is now.", View, open_=True)
    yield Operation(
        "get",
        f"{hall}/events",
        "The events after a position.",
        Events,
        f"{ALWAYS} position_lost",
        query={"since": {"type": "string", "required": True}},
        open_=True,
    )
    limit = {"type": "integer", "minimum": 1, "maximum": 1000}
    query: dict[str, dict[str, Any]] = {"limit": limit, "after": {"type": "string"}}
    yield Operation("get", f"{hall}/tickets", "Every ticket of the day.", Tickets, query=query)
    history, codes = f"{hall}/tickets/{{label}}", f"{ALWAYS} unknown_ticket"
    yield Operation("get", history, "A ticket of the day, its notes and what happened to it.", TicketHistory, codes)
    codes = f"{ALWAYS} unknown_counter"
    yield Operation("get", f"{hall}/counters/{{counter}}/next", "Whom the counter would call, and why.", Next, codes)
    codes, text = f"{ALWAYS} not_found", {"type": "string"}
    query = {"limit": limit, **dict.fromkeys(("after", "ticket", "counter", "kind", "day"), text)}
    query["format"] = {"type": "string", "enum": ["json", "csv"]}
    yield Operation("get", f"{hall}/audit", "Who did what, when and why.", Lines, codes, query=query)
    voice, codes = "/halls/{hall}/voice/{id}.mp3", f"{ALWAYS} not_found voice_unavailable"
    yield Operation("get", voice, "The sound of a call.", "audio/mpeg", codes, open_=True)
    yield Operation("get", "/healthz", "The process lives.", dict[str, str], "", open_=True)
    yield Operation("get", "/readyz", "The store answers.", dict[str, str], "store_unavailable", open_=True)
    yield Operation("get", "/metrics", "Figures for Prometheus.", "text/plain", "", open_=True)


def describe(*more: Operation) -> bytes:
    """The description as JSON, with the operations of other rooms."""
    operations = [*_own(), *more]
    types = [
        kind for one in operations for kind in (one.body, one.answer) if kind is not None and not isinstance(kind, str)
    ]
    schemas, components = msgspec.json.schema_components([*types, Refused], ref_template="#/components/schemas/{name}")
    known = dict(zip(map(id, types), schemas, strict=False))
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method] = _operation(one, known)
    components["Refusal"]["properties"]["code"]["enum"] = sorted(STATUS)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "hallsys",
                "version": __version__,
                "description": "Queue displays and call numbers. A hall is followed on the WebSocket `/ws/{hall}`; its "
                "frames, roles and promises are described in docs/protocol.md.",
            },
            "paths": paths,
            "components": {
                "schemas": components,
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "session": {"type": "apiKey", "in": "cookie", "name": "hallsys_session"},
                },
            },
        }
    )


def routes(*more: Operation) -> list[web.RouteDef]:
    """`GET /api/openapi.json`, for everybody."""
    body = describe(*more)

    async def description(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    return [web.get("/api/openapi.json", description)]


def _operation(one: Operation, schemas: dict[int, dict[str, Any]]) -> dict[str, Any]:
    media, schema = ("application/json", schemas.get(id(one.answer), {}))
    if isinstance(one.answer, str):
        media, schema = one.answer, {"type": "string"}
    described: dict[str, Any] = {
        "operationId": f"{one.method} {one.path}",
        "summary": one.summary,
        "security": [*([{}] if one.open_ else []), {"token": []}, {"session": []}],
        "parameters": list(_parameters(one)),
        "responses": {"200": {"description": "Done.", "content": {media: {"schema": schema}}}, **_refusals(one.codes)},
    }
    if one.body is not None:
        content = {"application/json": {"schema": schemas[id(one.body)]}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _parameters(one: Operation) -> Iterable[dict[str, Any]]:
    for name in _IN_PATH.findall(one.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    for name, schema in one.query.items():
        plain = {key: value for key, value in schema.items() if key != "required"}
        yield {"name": name, "in": "query", "required": schema.get("required", False), "schema": plain}
    if one.key:
        visible = {"type": "string", "pattern": r"^[\x21-\x7e]{8,128}$"}
        yield {"name": "Idempotency-Key", "in": "header", "required": True, "schema": visible}


def _refusals(codes: str) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes.split():
        by_status.setdefault(STATUS[code], []).append(code)
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Refused"}}}
    refusals: dict[str, Any] = {}
    for status, several in sorted(by_status.items()):
        refusals[str(status)] = {"description": ", ".join(several), "content": content}
        if any(code in RETRY_AFTER for code in several):
            refusals[str(status)]["headers"] = {"Retry-After": {"required": True, "schema": {"type": "integer"}}}
    return refusals
