"""Builds the parts of `web/` in their order, for the composition in `app.py`."""

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

from hallsys.store.accounts import Accounts
from hallsys.store.connection import Client
from hallsys.store.joining import Joining
from hallsys.texts import Texts
from hallsys.web import health
from hallsys.web.assets import Assets
from hallsys.web.door import Door
from hallsys.web.errors import Gate, dress, not_noise
from hallsys.web.identity import Identities
from hallsys.web.join import WAIT, Join
from hallsys.web.metrics import Metrics
from hallsys.web.officers import Officers
from hallsys.web.origins import Origins
from hallsys.web.pages import Pages
from hallsys.web.sessions import StoreSessions
from hallsys.web.signin import HallBook, SignIn


class Entrance:
    """Everything between a browser and the wings.

    `ping` asks the store and raises when it is away. The wings get `pages` and `door`; the admin wing also `accounts`,
    `joining` and `identities`.
    """

    def __init__(
        self,
        client: Client,
        halls: HallBook,
        ping: Callable[[], Awaitable[object]],
        *,
        public_url: str | None = None,
        trust_forwarded: bool = False,
        static: Path | None = None,
        texts: Texts | None = None,
        metrics: Metrics | None = None,
        join_wait: float = WAIT,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        texts = texts or Texts.load()
        self._ping = ping
        self.metrics = metrics or Metrics()
        self.accounts = Accounts(client)
        self.joining = Joining(client, self.accounts)
        self.origins = Origins(public_url, trust_forwarded)
        self.assets = Assets(static)
        self.pages = Pages(texts, self.assets)
        self.door = Door(self.pages)
        self.sessions = StoreSessions(self.accounts, self.origins)
        self.identities = Identities(self.accounts, self.sessions, clock)
        gate = Gate(self.identities, self.origins, self.pages, texts, self.metrics)
        self.who = gate.who
        self._middleware = gate.middleware
        self._sign_in = SignIn(
            self.accounts, self.joining, self.sessions, self.identities, self.origins, self.pages, texts, halls
        )
        self._officers = Officers(self.accounts, self.joining, self.sessions, self.identities, halls.config)
        self._join = Join(self.joining, self.sessions, self.identities, self.origins, halls.config, join_wait)

    def routes(self) -> list[web.RouteDef]:
        """All routes of `web/`."""
        return [
            *self._sign_in.routes(),
            *self._join.routes(),
            *self._officers.routes(),
            *self.assets.routes(),
            *health.routes(self._ping, self.metrics),
        ]

    def install(self, app: web.Application) -> None:
        """Puts the middleware and the headers of every answer before the application's handlers."""
        app.middlewares.append(self._middleware)
        app.on_response_prepare.append(dress)
        logging.getLogger("aiohttp.server").addFilter(not_noise)

    async def setup_link(self, base: str) -> str | None:
        """The one-time link of a first start, to print; None once there is an administrator."""
        secret = await self.joining.setup_secret()
        return f"{base.rstrip('/')}/setup/{secret}" if secret else None
