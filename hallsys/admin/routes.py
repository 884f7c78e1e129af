"""The administration of a hall: devices and their join codes, tokens, users, health. The wing's only aiohttp door."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core import rights
from hallsys.core.rights import Who
from hallsys.errors import Refused
from hallsys.store.accounts import PASSWORD_LEAST, Accounts
from hallsys.store.joining import Joining
from hallsys.web.bodies import read_json
from hallsys.web.door import Door
from hallsys.web.identity import Identities
from hallsys.web.pages import Pages, page_language

_T = TypeVar("_T")

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
Text = Annotated[str, msgspec.Meta(max_length=1000)]
DeviceRole = Literal["display", "kiosk", "counter", "supervisor"]
Role = Literal["display", "kiosk", "counter", "supervisor", "admin"]


class Confirm(msgspec.Struct, forbid_unknown_fields=True):
    """Lets the device in that shows `code`. No device becomes an administrator: it would stand open in the hall."""

    code: Text
    role: DeviceRole
    name: Name
    counter: str | None = None


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """A token for a program."""

    role: Role
    name: Name
    counter: str | None = None


class NewUser(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody of this hall who signs in with a password."""

    name: Name
    password: Text
    role: Literal["counter", "supervisor", "admin"]
    counter: str | None = None


class RemoveGrant(msgspec.Struct, forbid_unknown_fields=True):
    """Ends a device or a token."""

    id: Text


class RemoveUser(msgspec.Struct, forbid_unknown_fields=True):
    """Ends a user."""

    name: Text


class SetPin(msgspec.Struct, forbid_unknown_fields=True):
    """Gives an officer a PIN; null takes it away."""

    name: Name
    pin: Text | None


class Admin:
    """The handlers. `hall_config` raises Refused unknown_hall; `health` tells facts about this server for the page."""

    def __init__(
        self,
        accounts: Accounts,
        joining: Joining,
        identities: Identities,
        pages: Pages,
        door: Door,
        hall_config: Callable[[str], Awaitable[HallConfig]],
        ping: Callable[[], Awaitable[object]],
    ) -> None:
        self._accounts = accounts
        self._joining = joining
        self._identities = identities
        self._pages = pages
        self._door = door
        self._hall_config = hall_config
        self._ping = ping

    def routes(self) -> list[web.RouteDef]:
        """The page, the lists, and what changes them: always by POST."""
        api = "/api/v1/halls/{hall}"
        return [
            web.get("/halls/{hall}/admin", self._page),
            web.get(f"{api}/accounts", self._lists),
            web.post(f"{api}/devices", self._confirm),
            web.post(f"{api}/tokens", self._new_token),
            web.post(f"{api}/grants/remove", self._remove_grant),
            web.post(f"{api}/users", self._new_user),
            web.post(f"{api}/users/remove", self._remove_user),
            web.post(f"{api}/users/pin", self._set_pin),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        answer = self._door.guard_page(request, hall, "admin")
        if answer is not None:
            return answer
        language = page_language(request)
        return self._pages.render(
            request,
            "admin/admin.html",
            hall=hall,
            domains=("admin",),
            data={
                "tz": hall.timezone,
                "counters": [{"id": counter.id, "name": counter.name} for counter in hall.counters],
                "services": [{"id": service.id, "name": getattr(service.short, language)} for service in hall.services],
                "zones": [{"id": zone.id, "name": getattr(zone.name, language)} for zone in hall.zones],
            },
            code=request.query.get("code", "")[:12],
            least=PASSWORD_LEAST,
        )

    async def _lists(self, request: web.Request) -> web.Response:
        hall = await self._hall_config(request.match_info["hall"])
        rights.require(request["who"], hall.id, "admin")
        waiting = [
            {"code": f"{w.code[:3]}-{w.code[3:]}", "page": w.page, "created": w.created, "address": w.address}
            for w in await self._joining.waiting(hall.id)
        ]
        grants = [
            {"id": id_, **_public(grant.name, grant.role, grant.counter, grant.hall, grant.created), "kind": grant.kind}
            for id_, grant in sorted((await self._accounts.grants(hall.id)).items(), key=lambda item: item[1].created)
        ]
        users = [
            {**_public(user.name, user.role, user.counter, user.hall, user.created), "pin": bool(user.pin)}
            for user in await self._accounts.users()
            if user.hall in (hall.id, None)
        ]
        await self._ping()
        return _answer({"waiting": waiting, "grants": grants, "users": users, "store": True})

    async def _confirm(self, request: web.Request) -> web.Response:
        hall, _, body = await self._order(request, Confirm)
        counter = _counter(hall, body.counter)
        device = await self._joining.confirm(hall.id, body.code, body.role, counter, body.name)
        return _answer({"id": device})

    async def _new_token(self, request: web.Request) -> web.Response:
        hall, _, body = await self._order(request, NewToken)
        counter = _counter(hall, body.counter)
        return _answer({"token": await self._accounts.create_token(hall.id, body.role, counter, body.name)})

    async def _remove_grant(self, request: web.Request) -> web.Response:
        hall, who, body = await self._order(request, RemoveGrant)
        grant = await self._accounts.grant(body.id)
        if grant is None or not _may_touch(who, hall, grant.hall):
            raise Refused("unknown_account", "id")
        await self._accounts.revoke(body.id)
        self._identities.forget()
        return _answer({})

    async def _new_user(self, request: web.Request) -> web.Response:
        hall, _, body = await self._order(request, NewUser)
        counter = _counter(hall, body.counter)
        user = await self._accounts.create_user(body.name, body.password, body.role, hall.id, counter)
        return _answer({"name": user.name})

    async def _remove_user(self, request: web.Request) -> web.Response:
        hall, who, body = await self._order(request, RemoveUser)
        user = await self._accounts.user(body.name)
        if user is None or not _may_touch(who, hall, user.hall):
            raise Refused("unknown_account", "name")
        await self._accounts.remove_user(body.name)
        self._identities.forget()
        return _answer({})

    async def _set_pin(self, request: web.Request) -> web.Response:
        hall, who, body = await self._order(request, SetPin)
        user = await self._accounts.user(body.name)
        if user is None or not _may_touch(who, hall, user.hall):
            raise Refused("unknown_account", "name")
        await self._accounts.set_pin(hall.id, body.name, body.pin)
        await self._joining.forgive_pin(hall.id, body.name)
        self._identities.forget()
        return _answer({})

    async def _order(self, request: web.Request, shape: type[_T]) -> tuple[HallConfig, Who, _T]:
        """Judges a request in the order that the protocol promises: hall, sign-in, shape, role."""
        hall = await self._hall_config(request.match_info["hall"])
        if request["who"] in (None, rights.STRANGER):
            raise Refused("unauthorized")
        body = await read_json(request, shape)
        return hall, rights.require(request["who"], hall.id, "admin"), body


def _may_touch(who: Who, hall: HallConfig, owner: str | None) -> bool:
    # What counts in every hall belongs to those who administer every hall.
    return owner == hall.id or (owner is None and who.hall is None)


def _counter(hall: HallConfig, counter: str | None) -> str | None:
    if counter is not None and all(known.id != counter for known in hall.counters):
        raise Refused("unknown_counter", "counter")
    return counter


def _public(name: str, role: str, counter: str | None, hall: str | None, created: int) -> dict[str, object]:
    return {"name": name, "role": role, "counter": counter, "hall": hall, "created": created}


def _answer(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
