"""A device joins: its page shows a code, an administrator confirms it, the device gets a session of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.store.accounts import Holder
from hallsys.store.joining import Joining, Page
from hallsys.web.bodies import read_json
from hallsys.web.identity import Identities
from hallsys.web.origins import Origins
from hallsys.web.sessions import StoreSessions
from hallsys.web.square import picture

ADDRESS_CODES: Final = 60
ADDRESS_WINDOW: Final = 600
"""s; a hall's screens share one address and may all ask at once, but less than the hundred codes that a hall has: or
anybody on the network could leave none for a real screen"""

WAIT: Final = 25.0
"""s a question waits for its answer; proxies give up after 30 or 60"""
_LOOK: Final = 0.5
"""s between looks; few devices wait at any time"""


class Begin(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `join`."""

    page: Page


class Wait(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `join/wait`."""

    secret: Annotated[str, msgspec.Meta(min_length=20, max_length=100)]


class Join:
    """The device's side of joining. `wait` is the most that one question waits, in seconds."""

    def __init__(
        self,
        joining: Joining,
        sessions: StoreSessions,
        identities: Identities,
        origins: Origins,
        hall_config: Callable[[str], Awaitable[HallConfig]],
        wait: float = WAIT,
    ) -> None:
        self._joining = joining
        self._sessions = sessions
        self._identities = identities
        self._origins = origins
        self._hall_config = hall_config
        self._wait_most = wait

    def routes(self) -> list[web.RouteDef]:
        """`POST /api/v1/halls/{hall}/join` and `…/join/wait`; for nobody in particular."""
        return [
            web.post("/api/v1/halls/{hall}/join", self._begin),
            web.post("/api/v1/halls/{hall}/join/wait", self._wait),
        ]

    async def _begin(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        begin = await read_json(request, Begin)
        address = self._origins.address(request)
        await self._joining.attempt("join", address, ADDRESS_CODES, ADDRESS_WINDOW)
        waiting, secret = await self._joining.begin(hall.id, begin.page, address)
        code = f"{waiting.code[:3]}-{waiting.code[3:]}"
        link = f"{self._origins.base(request)}/halls/{hall.id}/admin?code={code}"
        times = {"now": waiting.created, "expires": waiting.expires}
        return _answer({"code": code, "secret": secret, "qr": picture(link), **times})

    async def _wait(self, request: web.Request) -> web.Response:
        await self._hall_config(request.match_info["hall"])
        secret = (await read_json(request, Wait)).secret
        loop = asyncio.get_running_loop()
        until = loop.time() + self._wait_most
        while (state := await self._joining.outcome(secret)) == "waiting" and loop.time() < until:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK)  # what happens, happens in the store, maybe through another server
        if state is None or state == "waiting":
            return _answer({"state": state or "expired"})
        response = _answer({"state": "joined"})
        await self._sessions.begin(request, response, Holder("device", state))
        self._identities.forget()
        return response


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
