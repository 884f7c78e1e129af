"""The server of a case in `cases.json` (README.md says what its steps mean)."""

import asyncio
import json
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "cases.json").read_text())


class Scripted:
    """Plays one case, connection by connection. `handler` serves the socket, `wrong` is what the client did wrong."""

    def __init__(self, case: dict[str, Any]) -> None:
        self.case = case
        self.wrong: list[str] = []
        self.over = asyncio.Event()
        """Set by the test when it has seen enough."""
        self._scripts = iter(case["connections"])
        self._ids: dict[int, str] = {}

    @property
    def left(self) -> int:
        """Connections that the client did not make."""
        return len(list(self._scripts))

    async def handler(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        script = next(self._scripts, None)
        if script is None:
            self.wrong.append("came back though it should not have")
            await socket.close(code=4502)
            return socket
        for step in script:
            await self._step(socket, step)
        if not socket.closed:
            await self._gone(socket)
        return socket

    async def _step(self, socket: web.WebSocketResponse, step: dict[str, Any]) -> None:
        match step:
            case {"hello": since}:
                await self._hear(socket, {"type": "hello", "v": 1, "since": since, "more": True})
            case {"expect": frame}:
                await self._hear(socket, frame)
            case {"press": number}:
                await self._press(socket, number)
            case {"send": frame}:
                await socket.send_str(self._with_ids(json.dumps(frame)))
            case {"close": code}:
                await socket.close(code=code)
            case {"wait": True}:
                await self.over.wait()
                await socket.close(code=1000)
            case _:
                raise ValueError(f"no such step: {step}")

    async def _press(self, socket: web.WebSocketResponse, number: int) -> None:
        press = self.case["presses"][number]
        frame = await self._frame(socket)
        known = self._ids.setdefault(number, str(frame.get("id")))
        wanted = {"type": "do", "id": known, "name": press["name"], "args": press["args"]}
        if frame != wanted:
            self.wrong.append(f"heard {frame}, wanted {wanted}")

    async def _hear(self, socket: web.WebSocketResponse, wanted: dict[str, Any]) -> None:
        frame = await self._frame(socket)
        if frame != wanted:
            self.wrong.append(f"heard {frame}, wanted {wanted}")

    async def _frame(self, socket: web.WebSocketResponse) -> dict[str, Any]:
        message = await socket.receive()
        return dict(json.loads(message.data)) if message.type is WSMsgType.TEXT else {"type": str(message.type)}

    async def _gone(self, socket: web.WebSocketResponse) -> None:
        while (await socket.receive()).type is WSMsgType.TEXT:
            pass

    def _with_ids(self, text: str) -> str:
        for number, press in self._ids.items():
            text = text.replace(f'"${number}"', json.dumps(press))
        return text
