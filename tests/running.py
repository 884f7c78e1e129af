"""A server of the tests, and the doors through which a test talks to it."""

import json
import re
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from hallsys.app import Server

JSON = dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """An answer of the HTTP door. `json` is its body read as JSON, None where it is something else."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    @property
    def code(self) -> str:
        """The code of a refusal, which must have the one shape that errors have."""
        assert set(self.json) == {"error"}, self.json
        error = self.json["error"]
        assert {"code", "message"} <= set(error) <= {"code", "message", "field"}, error
        assert error["message"].strip()
        assert self.headers["Content-Type"].startswith("application/json")
        return str(error["code"])

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.code

    @property
    def result(self) -> JSON:
        assert self.status == 200, self.body
        assert set(self.json) == {"at", "result"}
        result: JSON = self.json["result"]
        return result


class Screen:
    """One socket. What it has seen is folded into `view`, and `seq` is held without a gap."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.at = ""
        self.view: dict[str, JSON] = {}
        self.events: list[JSON] = []

    async def send(self, frame: JSON | str) -> None:
        await self.socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def hello(self, since: str | None = None, v: int = 1) -> JSON:
        """Say hello; the first frame of the answer."""
        await self.send({"type": "hello", "v": v, "since": since})
        return await self.next("snapshot", "resumed")

    async def next(self, *kinds: str) -> JSON:
        """The next frame of these types (of any but ticks, without types); everything before it is folded, too."""
        while True:
            frame: JSON = json.loads(await self.socket.recv())
            self._fold(frame)
            if frame["type"] in kinds or (not kinds and frame["type"] != "tick"):
                return frame

    async def reach(self, at: str) -> None:
        """Read on until this position."""
        while not self.at or _seq(self.at) < _seq(at):
            await self.next()

    async def do(self, name: str, /, key: str | None = None, **args: Any) -> JSON:
        """A command; its answer frame, without what came in between."""
        key = key or uuid.uuid4().hex
        await self.send({"type": "do", "id": key, "name": name, "args": args})
        frame = await self.next("done", "refused")
        assert frame["id"] == key
        return frame

    async def closed(self) -> int | None:
        """Read to the end; the close code."""
        with suppress(ConnectionClosed):
            while True:
                await self.socket.recv()
        return self.socket.close_code

    def _fold(self, frame: JSON) -> None:
        if frame["type"] == "snapshot":
            self.view, self.at = frame["view"], frame["at"]
        elif frame["type"] == "resumed":
            self.at = frame["at"]
        elif frame["type"] == "event":
            if self.at:
                assert _seq(frame["at"]) == _seq(self.at) + 1, f"{frame['at']} after {self.at}"
            self.events.append(frame)
            fold(self.view, frame)
            self.at = frame["at"]


@dataclass(frozen=True)
class Door:
    """Talks to one hall as somebody (`token`), or as nobody."""

    http: aiohttp.ClientSession
    address: str
    hall: str
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def api(self) -> str:
        return f"/api/v1/halls/{self.hall}"

    async def ask(self, method: str, path: str, **request: Any) -> Reply:
        """A request to a path of the server; `headers=` on top of our own."""
        headers = {**self._own_headers(), **request.pop("headers", {})}
        async with self.http.request(
            method, self.address + path, headers=headers, allow_redirects=False, **request
        ) as response:
            body = await response.read()
            plain = json.loads(body) if body and response.content_type == "application/json" else None
            return Reply(response.status, response.headers, body, plain)

    async def get(self, path: str, **query: Any) -> Reply:
        """A GET below the hall's API."""
        return await self.ask("GET", self.api + path, params=query)

    async def do(self, name: str, /, key: str | None = None, **args: Any) -> Reply:
        """A command with its arguments; a fresh key by default."""
        return await self.send(name, json.dumps(args).encode(), key or uuid.uuid4().hex)

    async def send(self, name: str, body: bytes, key: str | None = None, **headers: str) -> Reply:
        """A command with a body as it is; without a key, no header."""
        if key is not None:
            headers["Idempotency-Key"] = key
        return await self.ask("POST", f"{self.api}/commands/{name}", data=body, headers=headers)

    async def view(self) -> JSON:
        reply = await self.get("/view")
        assert reply.status == 200, reply.body
        view: JSON = reply.json
        return view

    async def events(self, since: str) -> JSON:
        reply = await self.get("/events", since=since)
        assert reply.status == 200, reply.body
        events: JSON = reply.json
        return events

    @asynccontextmanager
    async def socket(self, hall: str | None = None, **headers: str) -> AsyncIterator[Screen]:
        """A socket that has not said hello."""
        address = f"{self.address.replace('http', 'ws', 1)}/ws/{hall or self.hall}"
        async with connect(
            address,
            additional_headers={**self._own_headers(), **headers},
            compression=None,
            proxy=None,
            close_timeout=1,
            max_size=None,
            ping_interval=None,
        ) as socket:
            yield Screen(socket)

    @asynccontextmanager
    async def screen(self, since: str | None = None) -> AsyncIterator[Screen]:
        """A socket that follows the hall."""
        async with self.socket() as screen:
            await screen.hello(since)
            yield screen

    def _own_headers(self) -> dict[str, str]:
        return {**({"Authorization": f"Bearer {self.token}"} if self.token else {}), **self.headers}


class Running:
    """A server in this process and its hall. `door` opens doors for a role; `nobody` is one without sign-in."""

    def __init__(self, server: Server, http: aiohttp.ClientSession, hall: str) -> None:
        self.server, self.http, self.hall = server, http, hall

    @property
    def address(self) -> str:
        return self.server.address

    @property
    def nobody(self) -> Door:
        return Door(self.http, self.address, self.hall)

    async def token(self, role: str, counter: str | None = None, hall: str | None = "", name: str | None = None) -> str:
        """A token for this hall, by default; `hall=None` for every hall."""
        owner = self.hall if hall == "" else hall
        return await self.server.entrance.accounts.create_token(owner, role, counter, name or f"test {role}")

    async def door(self, role: str, counter: str | None = None, hall: str | None = "", name: str | None = None) -> Door:
        return Door(self.http, self.address, self.hall, await self.token(role, counter, hall, name))


Serve = Callable[..., Awaitable[Running]]
"""`serve(**changes of HallConfig, hall=…)` starts a server; the same `hall` twice gives two servers of one hall."""


def fold(view: dict[str, JSON], event: JSON) -> None:
    """What PROTOCOL says of `changes`: table -> key -> whole row, or null for a row removed."""
    for table, rows in event["changes"].items():
        for key, row in rows.items():
            if row is None:
                view[table].pop(key, None)
            else:
                view.setdefault(table, {})[key] = row


def after(at: str, events: int) -> str:
    """The position so many events later."""
    return f"{at.partition('-')[0]}-{_seq(at) + events}"


def _seq(at: str) -> int:
    match = re.fullmatch(r"\d+-(\d+)", at)
    assert match, at
    return int(match[1])
