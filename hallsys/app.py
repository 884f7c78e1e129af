"""The server: store, halls, doors and pages put together, started and stopped in order."""

import asyncio
import errno
import gc
import logging
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext

from aiohttp import web

from hallsys.admin.routes import Admin
from hallsys.caller import routes as caller
from hallsys.config import HallConfig, Settings
from hallsys.described import described
from hallsys.display import routes as display
from hallsys.display.prepare import Voices
from hallsys.display.prompts import Prompts
from hallsys.display.studio import routes as studio
from hallsys.display.studio.shelf import Shelf
from hallsys.errors import Refused
from hallsys.kiosk import routes as kiosk
from hallsys.kiosk.booking.routes import BookingDesk
from hallsys.kiosk.desk import Desk
from hallsys.kiosk.lists import Lists
from hallsys.kiosk.phone import routes as phone
from hallsys.kiosk.printing import routes as printing
from hallsys.kiosk.printing.desk import PrintDesk
from hallsys.kiosk.wall.routes import Wall
from hallsys.live import openapi
from hallsys.live.api import Api
from hallsys.live.halls import Halls
from hallsys.live.keeper import Keeper
from hallsys.live.loudspeaker import Loudspeakers
from hallsys.live.screens import Screens
from hallsys.live.socket import Sockets
from hallsys.live.staff import Staff
from hallsys.monitor import routes as monitor
from hallsys.monitor.advice import routes as advice
from hallsys.monitor.advice.advices import Advices
from hallsys.monitor.alarms import routes as alarms
from hallsys.monitor.alarms.sender import Sender
from hallsys.monitor.alarms.watch import Sources, Watch
from hallsys.monitor.forecast import routes as forecast
from hallsys.monitor.forecast.forecasts import Forecasts
from hallsys.monitor.overview import routes as overview
from hallsys.monitor.overview.lines import Lines
from hallsys.monitor.reports.routes import Reports
from hallsys.office.greeting import greet, near_address, playing
from hallsys.office.stores import store_trouble
from hallsys.office.words import both, tell
from hallsys.store.connection import BadStoreUrl, Connection, StoreDown, connect
from hallsys.store.embedded import Embedded, EmbeddedError
from hallsys.store.forecastbook import ForecastBook
from hallsys.store.lease import Leases
from hallsys.store.packs import Packs
from hallsys.store.screenbook import ScreenBook
from hallsys.texts import Texts
from hallsys.web.entrance import Entrance
from hallsys.web.errors import BODY_MOST

log = logging.getLogger("hallsys")

UP_FRONT = 10
"""Halls that are read before requests are served; a province's others are read when first asked for."""
GRACE = 3.0
"""Seconds that requests under way have to end when the server stops."""


class CannotListen(Exception):
    """The port is taken, or the address is not ours."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self._error = error

    def words(self, settings: Settings) -> str:
        host, port = settings.host, settings.port
        if self._error.errno == errno.EADDRINUSE:
            return both("start.port_taken", host=host, port=port, other=port + 1)
        return both("start.cannot_listen", host=host, port=port, reason=self._error.strerror or self._error)


class Book:
    """The halls' settings, as the sign-in pages ask for them."""

    def __init__(self, halls: Halls) -> None:
        self._halls = halls

    async def config(self, hall: str) -> HallConfig:
        return self._halls.config(hall)

    async def configs(self) -> Sequence[HallConfig]:
        return list(self._halls.configs.values())


class Server:
    """One process of hallsys. `address` is where it answers once `start` is through."""

    def __init__(self, settings: Settings, configs: Mapping[str, HallConfig], connection: Connection) -> None:
        self.settings, self.connection = settings, connection
        self.address = ""
        self.halls = Halls(configs, connection, self._secret)
        self.entrance = Entrance(
            connection.client,
            Book(self.halls),
            connection.ping,
            public_url=settings.public_url or None,
            trust_forwarded=settings.trust_proxy,
        )
        self.loudspeakers = Loudspeakers(self.halls, lambda hall: Leases(hall, connection))
        self.screens = Screens(self.halls, lambda hall: ScreenBook(hall, connection))
        self.sockets = Sockets(
            self.halls,
            Texts.load(),
            self.loudspeakers,
            self.screens,
            self.entrance.who,
            self.entrance.assets.version,
        )
        self.shelf = Shelf(settings.data / "voicepacks", lambda hall: Packs(hall, connection))
        self.voices = Voices(settings.data / "voice", configs, self.loudspeakers.speaks, self.shelf)
        self.halls.on_events(self.voices.hear)
        self.keeper = Keeper(self.halls)
        self.forecasts = Forecasts(self.halls, lambda hall: ForecastBook(hall, connection))
        self.advices = Advices(self.halls, self.forecasts)
        self.prompts = Prompts(settings.data / "voice", configs, self.shelf)
        self.desk = Desk(configs, self.entrance.joining.attempt)
        self.printers, self.lists = PrintDesk(configs), Lists()
        self.sender = Sender(configs, connection)
        self.alarms = Watch(
            self.halls, connection, self._sources(), Texts.load(), settings.public_url, self.sender.wake
        )
        self.lines = Lines(self.halls, lambda hall: self.alarms.room(hall).alarms.values())
        self._runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=GRACE)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=BODY_MOST)
        self.entrance.install(app)
        pages, guard, attempt = self.entrance.pages, self.entrance.door.guard_page, self.entrance.joining.attempt
        admin = Admin(
            self.entrance.accounts,
            self.entrance.joining,
            self.entrance.identities,
            pages,
            self.entrance.door,
            Book(self.halls).config,
            self.connection.ping,
        )
        app.add_routes(
            [
                *Api(self.halls).routes(),
                *Staff(self.halls).routes(),
                *self.sockets.routes(),
                *self.screens.routes(),
                *self.entrance.routes(),
                *display.screens(self.halls, pages, guard, self.settings.data / "media"),
                *display.routes(self.halls, self.voices.speech),
                *studio.routes(
                    Book(self.halls).config,
                    pages,
                    guard,
                    lambda hall: Packs(hall, self.connection),
                    self.settings.data / "voice",
                ),
                *caller.routes(self.halls, pages, guard),
                *phone.routes(self.halls, pages, guard),
                *BookingDesk(self.halls, pages, guard, attempt, self.entrance.origins.address).routes(),
                *Wall(self.halls, pages, guard, attempt, self.entrance.origins.base).routes(),
                *kiosk.routes(self.halls, pages, guard, self.desk, self.lists, self.printers),
                *kiosk.aloud(self.halls, self.prompts.say, self.entrance.joining.attempt),
                *printing.routes(self.halls, self.printers, self.lists, self.settings.public_url),
                *monitor.routes(self.halls, pages, guard),
                *forecast.routes(self.halls, self.forecasts),
                *advice.routes(self.halls, self.advices, self.forecasts, pages, guard),
                *alarms.AlarmRoutes(self.halls, self.alarms, self.sender, self.connection).routes(),
                *overview.routes(self.halls.configs, self.lines, pages),
                *Reports(self.halls, pages, guard, Texts.load()).routes(),
                *admin.routes(),
                *openapi.routes(*described()),
            ]
        )
        return app

    def _sources(self) -> Sources:
        """What the alarms see beside the rows: the wings do not know each other."""
        return Sources(
            heard=self.loudspeakers.heard,
            printers=lambda hall: [(each.id, each.state, each.works) for each in self.printers.states(hall)],
            dossiers=self.desk.trouble,
            waits=lambda hall: self.forecasts.of(hall).services(hall),
        )

    async def start(self) -> None:
        """Serve requests. A store that is away is waited for, and they are answered 503. Raises CannotListen."""
        await self._runner.setup()
        await self._read_halls(list(self.halls.configs)[:UP_FRONT])
        self.halls.start()
        self.keeper.start()
        self.forecasts.start()
        self.advices.start()
        self.desk.start()
        self.printers.start()
        self.alarms.start()
        self.sender.start()
        site = web.TCPSite(self._runner, self.settings.host, self.settings.port)
        try:
            await site.start()
        except OSError as error:
            raise CannotListen(error) from error
        self.address = near_address(self.settings.host, self._runner.addresses[0][1])

    async def stop(self) -> None:
        await self.sockets.close()
        await self._runner.cleanup()
        await self.alarms.close()
        await self.lines.close()
        await self.sender.close()
        await self.loudspeakers.close()
        await self.voices.close()
        await self.prompts.close()
        await self.advices.close()
        await self.forecasts.close()
        await self.keeper.close()
        await self.desk.close()
        await self.printers.close()
        await self.halls.close()

    async def setup_link(self) -> str | None:
        """The one-time link with which the first administrator sets a password; None when there is one."""
        try:
            return await self.entrance.setup_link(self.settings.public_url or self.address)
        except (StoreDown, Refused) as error:
            log.warning("the store does not answer yet, so no setup link is shown: %s", error)
            return None

    def demo(self) -> AbstractAsyncContextManager[None]:
        """A living day in the first hall while it lasts."""
        hall = next(iter(self.halls.configs.values()))
        return playing(self.settings, self.entrance.accounts, self.address, hall)

    async def _read_halls(self, names: list[str]) -> None:
        for result in await asyncio.gather(*(self.halls.get(name) for name in names), return_exceptions=True):
            if isinstance(result, Refused):
                log.warning("a hall cannot be read yet: %s", result.code)
            elif isinstance(result, BaseException):
                raise result

    async def _secret(self) -> bytes:
        return await self.entrance.joining.secret()


@asynccontextmanager
async def store_of(settings: Settings) -> AsyncIterator[Connection]:
    """The configured store, or the embedded one for as long as this lasts. Raises BadStoreUrl, EmbeddedError."""
    if settings.redis_url:
        connection = connect(settings.redis_url)
        try:
            await _say_if_away(settings, connection)
            yield connection
        finally:
            await connection.close()
        return
    async with Embedded(settings.data) as store:
        connection = connect(store.url)
        try:
            yield connection
        finally:
            await connection.close()


async def _say_if_away(settings: Settings, connection: Connection) -> None:
    try:
        await connection.ping()
    except StoreDown as error:
        tell(store_trouble(settings, error))
        tell(both("store.awaited"))


class Stop:
    """SIGTERM or Ctrl-C, from the first moment on: what is being started is broken off, and ended in order."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self._task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self)

    def __call__(self) -> None:
        # Once: a second Ctrl-C must not break the ending off.
        if not self.told.is_set() and self._task is not None:
            self.told.set()
            self._task.cancel()


async def serve(settings: Settings, configs: Mapping[str, HallConfig], *, demo: bool = False) -> int:
    """Run the server until it is told to stop; the exit status. Says on standard output where it answers."""
    stop = Stop()
    try:
        async with store_of(settings) as connection:
            server = Server(settings, configs, connection)
            try:
                await server.start()
                _spare_the_collector()
                greet(settings, configs, server.address, await server.setup_link())
                async with server.demo() if demo else nullcontext():
                    await stop.told.wait()
            finally:
                await server.stop()
    except asyncio.CancelledError:
        if not stop.told.is_set():
            raise
    except (EmbeddedError, BadStoreUrl) as error:
        tell(store_trouble(settings, error))
        return 1
    except CannotListen as error:
        tell(error.words(settings))
        return 1
    return 0


def _spare_the_collector() -> None:
    """What is there at the start stays; and a busy hall makes many short-lived objects and hardly a cycle, so a full
    collection, which holds everything up, may come seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
