"""A server of `web/` and `admin/` alone, on a store of its own: accounts span halls, so a shared store would not do."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from hallsys.admin.routes import Admin
from hallsys.config import CounterConfig, HallConfig, ServiceConfig, Words
from hallsys.core import rights
from hallsys.errors import Refused
from hallsys.store.connection import Connection, connect
from hallsys.store.embedded import Embedded
from hallsys.web.entrance import Entrance
from hallsys.web.errors import BODY_MOST

Client = TestClient[web.Request, web.Application]

PASSWORD = "một câu dễ nhớ"


def hall(id_: str, open_reading: bool = False) -> HallConfig:
    """A hall with one service and two counters."""
    return HallConfig(
        id=id_,
        name=Words("Trung tâm Phục vụ hành chính công phường Phú Thọ", "Phú Thọ ward service centre"),
        province=Words("tỉnh Phú Thọ", "Phú Thọ province"),
        services=[ServiceConfig("A", Words("Chứng thực", "Certification"), Words("Chứng thực", "Certify"))],
        counters=[CounterConfig("1", "Quầy 1", ["A"]), CounterConfig("2", "Quầy 2", ["A"])],
        open_reading=open_reading,
    )


class Book:
    """Two halls: one open for reading, one closed."""

    def __init__(self) -> None:
        self._halls = {one.id: one for one in (hall("open", open_reading=True), hall("shut"))}

    async def config(self, id_: str) -> HallConfig:
        if id_ not in self._halls:
            raise Refused("unknown_hall")
        return self._halls[id_]

    async def configs(self) -> Sequence[HallConfig]:
        return list(self._halls.values())


class Server:
    """One server: its parts, and a client without cookies of its own."""

    def __init__(self, entrance: Entrance, client: Client) -> None:
        self.entrance = entrance
        self.accounts = entrance.accounts
        self.client = client


Start = Callable[..., Awaitable[Server]]


@pytest.fixture(scope="session")
async def store(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Embedded]:
    async with Embedded(tmp_path_factory.mktemp("accounts")) as embedded:
        yield embedded


@pytest.fixture
async def connection(store: Embedded) -> AsyncIterator[Connection]:
    found = connect(store.url)
    await found.client.execute_command("FLUSHALL")
    yield found
    await found.close()


@pytest.fixture
async def start(connection: Connection, aiohttp_client: Callable[..., Awaitable[Client]]) -> Start:
    """Starts a server on the test's store; twice for two servers."""

    async def begin(**settings: object) -> Server:
        book = Book()
        entrance = Entrance(connection.client, book, connection.ping, join_wait=5.0, **settings)  # type: ignore[arg-type]
        app = web.Application(client_max_size=BODY_MOST)
        entrance.install(app)
        admin = Admin(
            entrance.accounts,
            entrance.joining,
            entrance.identities,
            entrance.pages,
            entrance.door,
            book.config,
            connection.ping,
        )
        app.add_routes([*entrance.routes(), *admin.routes(), *probes(entrance, book)])
        return Server(entrance, await aiohttp_client(app))

    return begin


@pytest.fixture
async def server(start: Start) -> Server:
    return await start()


def probes(entrance: Entrance, book: Book) -> list[web.RouteDef]:
    """What a wing does: a guarded page per role, something read by the API, something that breaks."""

    async def page(request: web.Request) -> web.Response:
        config = await book.config(request.match_info["hall"])
        answer = entrance.door.guard_page(request, config, request.match_info["role"])
        return answer or entrance.pages.render(request, "web/base.html", hall=config)

    async def whoami(request: web.Request) -> web.Response:
        config = await book.config(request.match_info["hall"])
        who = rights.require(request["who"], config.id, "display")
        return web.json_response({"role": who.role, "counter": who.counter, "name": who.name})

    async def echo(request: web.Request) -> web.Response:
        return web.json_response({"size": len(await request.read())})

    async def boom(_request: web.Request) -> web.Response:
        raise LookupError("secret detail")

    return [
        web.get("/halls/{hall}/page/{role}", page),
        web.get("/api/v1/halls/{hall}/whoami", whoami),
        web.post("/api/v1/echo", echo),
        web.get("/boom/{secret}", boom),
    ]


async def sign_in(server: Server, name: str, password: str = PASSWORD, **headers: str) -> web.Response:
    """Posts the sign-in form; the answer itself, not what it leads to."""
    form = {"user": name, "password": password}
    return await server.client.post("/login", data=form, headers=headers, allow_redirects=False)  # type: ignore[return-value]
