"""Signing in and out, the first start's setup page, and `/` (who are you?)."""

from collections.abc import Sequence
from typing import Final, Protocol

from aiohttp import hdrs, web

from hallsys.config import HallConfig
from hallsys.errors import Refused
from hallsys.store.accounts import PASSWORD_LEAST, Accounts, Holder, User, fold
from hallsys.store.joining import Joining
from hallsys.texts import Texts
from hallsys.web.bodies import read_form
from hallsys.web.identity import Identities
from hallsys.web.origins import Origins
from hallsys.web.pages import Pages, page_language
from hallsys.web.sessions import StoreSessions

NAME_TRIES: Final = 10
ADDRESS_TRIES: Final = 30
"""A hall's officers share one address; nobody should be able to lock all of them out with one forgotten password."""
WINDOW: Final = 300
"""s in which failures are counted"""

_PASSWORD_MOST: Final = 1000


class HallBook(Protocol):
    """The halls of this installation."""

    async def config(self, hall: str) -> HallConfig:
        """One hall's settings. Raises Refused unknown_hall."""

    async def configs(self) -> Sequence[HallConfig]:
        """Every hall's settings."""


class SignIn:
    """The routes by which people enter."""

    def __init__(
        self,
        accounts: Accounts,
        joining: Joining,
        sessions: StoreSessions,
        identities: Identities,
        origins: Origins,
        pages: Pages,
        texts: Texts,
        halls: HallBook,
    ) -> None:
        self._accounts = accounts
        self._joining = joining
        self._sessions = sessions
        self._identities = identities
        self._origins = origins
        self._pages = pages
        self._texts = texts
        self._halls = halls

    def routes(self) -> list[web.RouteDef]:
        """`/`, `/login`, `/logout`, `/setup/{secret}`."""
        return [
            web.get("/", self._home),
            web.get("/login", self._form),
            web.post("/login", self._sign_in),
            web.post("/logout", self._sign_out),
            web.get("/setup/{secret}", self._setup_form),
            web.post("/setup/{secret}", self._setup),
        ]

    async def _home(self, request: web.Request) -> web.Response:
        return self._pages.render(request, "web/home.html", halls=await self._halls.configs())

    async def _form(self, request: web.Request) -> web.Response:
        return self._login_page(request, request.query.get("next", ""))

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        self._refuse_foreign(request)
        name, password, after = await read_form(request, "user", "password", "next")
        try:
            user = await self._check(request, name, password)
        except Refused as refused:
            if refused.code != "too_many":
                raise
            response = self._login_page(request, after, name, "login.too_many", refused.status)
            response.headers[hdrs.RETRY_AFTER] = str(refused.retry_after)
            return response
        if user is None:
            return self._login_page(request, after, name, "login.wrong", 401)
        return await self._enter(request, user, own_path(after))

    async def _check(self, request: web.Request, name: str, password: str) -> User | None:
        address = self._origins.address(request)
        await self._joining.attempt("address", address, ADDRESS_TRIES, WINDOW)
        await self._joining.attempt("user", fold(name), NAME_TRIES, WINDOW)
        user = await self._accounts.check_password(name, password) if len(password) <= _PASSWORD_MOST else None
        if user is not None:
            await self._joining.forgive("user", fold(name))
            await self._joining.forgive("address", address)
        return user

    async def _enter(self, request: web.Request, user: User, path: str) -> web.Response:
        response = web.Response(status=303, headers={hdrs.LOCATION: path})
        await self._sessions.begin(request, response, Holder("user", fold(user.name), user.stamp))
        self._identities.forget()
        return response

    async def _sign_out(self, request: web.Request) -> web.Response:
        response = web.Response(status=303, headers={hdrs.LOCATION: "/"})
        await self._sessions.end(request, response)
        self._identities.forget()
        return response

    async def _setup_form(self, request: web.Request) -> web.Response:
        await self._setup_is_open(request)
        return self._setup_page(request)

    async def _setup(self, request: web.Request) -> web.Response:
        self._refuse_foreign(request)
        await self._setup_is_open(request)
        name, password = await read_form(request, "user", "password")
        try:
            user = await self._accounts.create_user(name, password, "admin", hall=None)
        except Refused as refused:
            if refused.field is None:
                raise
            return self._setup_page(request, name, refused)
        await self._joining.use_setup()
        return await self._enter(request, user, "/")

    async def _setup_is_open(self, request: web.Request) -> None:
        if not await self._joining.is_setup_secret(request.match_info["secret"]):
            raise Refused("not_found")

    def _refuse_foreign(self, request: web.Request) -> None:
        # Without a cookie too: another site must not sign a browser in under a name of its choice.
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None and self._origins.is_foreign(request, origin):
            raise Refused("foreign_origin")

    def _login_page(
        self, request: web.Request, after: str, name: str = "", problem: str | None = None, status: int = 200
    ) -> web.Response:
        return self._pages.render(
            request, "web/login.html", status=status, after=own_path(after), name=name, problem=problem
        )

    def _setup_page(self, request: web.Request, name: str = "", refused: Refused | None = None) -> web.Response:
        return self._pages.render(
            request,
            "web/setup.html",
            status=refused.status if refused else 200,
            name=name,
            least=PASSWORD_LEAST,
            field=refused.field if refused else None,
            problem=self._texts.refusal(page_language(request), refused) if refused else None,
        )


def own_path(path: str) -> str:
    """A path of this site, or `/`: what follows a sign-in must not lead a person elsewhere."""
    own = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if own else "/"
