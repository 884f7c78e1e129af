"""An officer signs in with name and PIN at a counter's device: who works there is the officer's doing, what may be done
there stays the device's right.

A PIN is short, so what keeps it is the limit on guesses: few in a while and not many a day for a name, some for a
device. Only who sits at a device that an administrator let in can guess at all.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

import msgspec
from aiohttp import hdrs, web

from hallsys.config import HallConfig
from hallsys.core import rights
from hallsys.core.rights import Who
from hallsys.errors import Refused
from hallsys.store.accounts import OFFICER, Accounts, Holder, User, fold
from hallsys.store.joining import Joining
from hallsys.web.bodies import read_json
from hallsys.web.identity import Identities
from hallsys.web.sessions import StoreSessions

DEVICE_TRIES: Final = (20, 300)
"""Every officer of a counter signs in at the same device."""


class OfficerSignIn(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `officer`."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    pin: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]


class OfficerAnswer(msgspec.Struct):
    """Who is signed in with a PIN or, without a device, with a password."""

    officer: str | None


class OfficerChoice(msgspec.Struct):
    """`names` are the hall's officers who have a PIN: choosing is faster than typing."""

    officer: str | None
    names: list[str]


class Officers:
    """The routes `/api/v1/halls/{hall}/officer…`."""

    def __init__(
        self,
        accounts: Accounts,
        joining: Joining,
        sessions: StoreSessions,
        identities: Identities,
        hall_config: Callable[[str], Awaitable[HallConfig]],
    ) -> None:
        self._accounts = accounts
        self._joining = joining
        self._sessions = sessions
        self._identities = identities
        self._hall_config = hall_config

    def routes(self) -> list[web.RouteDef]:
        """Who is signed in, signing in, leaving."""
        base = "/api/v1/halls/{hall}/officer"
        return [web.get(base, self._who), web.post(base, self._sign_in), web.post(f"{base}/leave", self._leave)]

    async def _who(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        who = rights.require(request["who"], hall.id, OFFICER)
        return _answer(OfficerChoice(who.officer, await self._accounts.officers(hall.id)))

    async def _sign_in(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        _must_be_known(request)
        body = await read_json(request, OfficerSignIn)
        holder = await self._seat(request, hall)
        officer = await self._check(hall.id, holder, body)
        if officer is None:
            raise Refused("unauthorized", "pin", problem="pin")
        response = _answer(OfficerAnswer(officer.name))
        seated = msgspec.structs.replace(holder, officer=fold(officer.name), pin_stamp=officer.pin_stamp)
        await self._begin(request, response, seated)
        return response

    async def _leave(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        _must_be_known(request)
        holder = await self._seat(request, hall)
        left = msgspec.structs.replace(holder, officer="", pin_stamp="")
        who = await self._accounts.holder_who(left)
        response = _answer(OfficerAnswer(who.officer if who else None))
        if left != holder:
            await self._begin(request, response, left)
        return response

    async def _begin(self, request: web.Request, response: web.Response, holder: Holder) -> None:
        await self._sessions.begin(request, response, holder)
        self._identities.forget()

    async def _check(self, hall: str, holder: Holder, body: OfficerSignIn) -> User | None:
        # Counted before the PIN is looked at, so that many at once are not judged all together.
        device = f"{holder.kind} {holder.id}"
        await self._joining.attempt("pin device", device, *DEVICE_TRIES)
        await self._joining.attempt_pin(hall, body.name)
        officer = await self._accounts.check_pin(hall, body.name, body.pin)
        if officer is not None:
            await self._joining.forgive("pin device", device)
            await self._joining.forgive_pin(hall, body.name)
        return officer

    async def _seat(self, request: web.Request, hall: HallConfig) -> Holder:
        """The session of a counter's device, or of an officer who signed in with a password. Raises Refused for others:
        a program has a token, and no officer sits at it."""
        who = rights.require(request["who"], hall.id, OFFICER)
        if who.role != OFFICER or hdrs.AUTHORIZATION in request.headers:
            raise Refused("forbidden")
        session = await self._sessions.load_session(request)
        if session.new:
            raise Refused("unauthorized")
        return msgspec.convert(dict(session), Holder)


def _must_be_known(request: web.Request) -> None:
    who: Who | None = request["who"]
    if who in (None, rights.STRANGER):
        raise Refused("unauthorized")


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
