"""One way to reach the store, whatever it is: embedded, a server, Sentinel or a Cluster.

| URL | store |
|---|---|
| `unix:///path/store.sock`, `redis://[user:password@]host:port/db`, `rediss://…` | one server (`rediss`: TLS) |
| `redis+sentinel://[user:password@]host:port,host:port/service[/db]` | the master of `service` |
| `redis+cluster://[user:password@]host:port,host:port` | a Cluster; the hosts are some of its nodes |

`rediss+sentinel` and `rediss+cluster` use TLS towards the servers. What redis-py takes as an option in a URL may follow
a `?`; `sentinel_username` and `sentinel_password` are for the Sentinels themselves.
"""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from redis.asyncio import BlockingConnectionPool, Redis, RedisCluster
from redis.asyncio import Connection as TcpConnection
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import AbstractConnection, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import (
    Sentinel,
    SentinelConnectionPool,
    SentinelManagedConnection,
    SentinelManagedSSLConnection,
)
from redis.backoff import NoBackoff
from redis.exceptions import (
    AuthenticationError,
    ClusterError,
    CrossSlotTransactionError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisClusterException,
    ResponseError,
    TryAgainError,
)
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import TimeoutError as NoAnswer

Client = Redis | RedisCluster

COMMAND_LIMIT = 3.0
"""s for one command, for connecting, and for a connection of the pool to become free"""
READ_BLOCK_MS = 2000
"""ms that a blocking read asks the store to wait, for whoever uses `Connection.reader`"""
READ_LIMIT = 10.0
"""s for a blocking read. Longer than its block, and not without end: a host that froze keeps its connections open."""
POOL = 64
"""connections of a client; whoever finds none free waits"""
NODE_POOL = 1024
"""connections to one node of a Cluster, where redis-py does not wait but raises"""

DOWN = (
    OSError,
    LostConnection,
    NoAnswer,
    ClusterError,
    RedisClusterException,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    TryAgainError,
)
DOWN_CODES = ("MISCONF", "NOREPLICAS", "BUSY", "UNBLOCKED")
"""answers of a store that cannot write now, which redis-py knows only as ResponseError"""
SLIPS = (AttributeError, RuntimeError)
"""what redis-py lets out of its own inside during a failover"""


class StoreDown(Exception):
    """The store did not answer, or cannot write now. Whether a write was done is not known."""


class BadStoreUrl(ValueError):
    """HALLSYS_REDIS_URL cannot be understood; the message says why, without secrets."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Turns everything that means "the store is not there now" into `StoreDown`; a mistake of ours passes as it is.

    A script the store has forgotten (NoScriptError) counts: the store is a new one. Load scripts inside, with a
    handler of your own, where that shall be mended at once.
    """
    try:
        yield
    except Exception as error:
        if _means_down(error):
            raise StoreDown(f"{type(error).__name__}: {error}") from error
        raise


def _means_down(error: Exception) -> bool:
    if isinstance(error, CrossSlotTransactionError):
        return False
    if isinstance(error, ResponseError) and str(error).startswith(DOWN_CODES):
        return True
    return isinstance(error, DOWN) or (isinstance(error, SLIPS) and _came_through_redis(error))


def _came_through_redis(error: Exception) -> bool:
    frame = error.__traceback__
    while frame:
        if frame.tb_frame.f_globals.get("__name__", "").startswith("redis."):
            return True
        frame = frame.tb_next
    return False


class _Cancellable(AbstractConnection):
    """Mends redis-py on Python 3.11: it sends within `asyncio.wait_for`, which there swallows most cancellations.

    A loop of commands could not be stopped (367 of 400 tried), nor limited by `asyncio.timeout`.
    """

    __slots__ = ()

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        limit, self.socket_timeout = self.socket_timeout, None
        try:
            async with asyncio.timeout(limit):
                await super().send_packed_command(command, check_health)
        finally:
            self.socket_timeout = limit


def _cancellable(base: type[AbstractConnection]) -> type[AbstractConnection]:
    return type(base.__name__, (_Cancellable, base), {"__slots__": ()})


def _cancellable_cluster(cluster: RedisCluster) -> RedisCluster:
    """A Cluster takes no class of connections; its nodes do, those it starts with and those it finds."""
    settings = cluster.nodes_manager.connection_kwargs
    settings["connection_class"] = _cancellable(settings.get("connection_class", TcpConnection))
    for node in cluster.nodes_manager.startup_nodes.values():
        node.connection_class = settings["connection_class"]
    return cluster


class _SentinelPool(SentinelConnectionPool, BlockingConnectionPool):
    """Follows the master, and lets callers wait for a free connection."""


class Connection:
    """The clients of one store. Nothing is sent before the first command; `close` it.

    `client` is for commands and never sends anything twice: a lost answer is looked for by key, not repeated.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.safe_url = without_secrets(url)
        """for logs"""
        try:
            self._options, self._hosts, self._kind, self._service = _understand(url)
            self._sentinel = _sentinel(self._hosts, self._options) if self._kind == "sentinel" else None
            self.client: Client = self._open(COMMAND_LIMIT)
        except (ValueError, TypeError) as error:
            raise BadStoreUrl(f"HALLSYS_REDIS_URL {self.safe_url} cannot be used: {error}") from error

    def reader(self) -> Client:
        """A fresh client for blocking reads of at most `READ_BLOCK_MS`; the caller ends it with `aclose()`."""
        return self._open(READ_LIMIT)

    async def ping(self) -> None:
        """Raises `StoreDown`, and `BadStoreUrl` when our user or password is refused, which waiting does not mend."""
        try:
            with store_errors():
                await self.client.ping()
        except StoreDown as down:
            error: BaseException | None = down
            while error is not None:
                if isinstance(error, AuthenticationError):
                    raise BadStoreUrl(f"{self.safe_url} refuses the user or password: {error}") from down
                error = error.__cause__ or error.__context__
            raise

    async def close(self) -> None:
        await self.client.aclose()
        if self._sentinel:
            await self._sentinel.aclose()

    def _open(self, limit: float) -> Client:
        options: dict[str, Any] = {
            "max_connections": POOL,
            **self._options,
            "socket_timeout": limit,
            "socket_connect_timeout": COMMAND_LIMIT,
            "decode_responses": False,
            # Version 3 is no faster in redis-py, needs a round more to connect, and shapes streams in another way.
            "protocol": 2,
            "retry": Retry(NoBackoff(), 0),
        }
        if self._kind == "cluster":
            nodes = [ClusterNode(host, port) for host, port in self._hosts]
            return _cancellable_cluster(RedisCluster(startup_nodes=nodes, **{**options, "max_connections": NODE_POOL}))
        options["timeout"] = COMMAND_LIMIT
        tls = options.pop("ssl", False)
        pool: BlockingConnectionPool
        if self._sentinel:
            options["connection_class"] = _cancellable(
                SentinelManagedSSLConnection if tls else SentinelManagedConnection
            )
            pool = _SentinelPool(self._service, self._sentinel, **options)  # type: ignore[no-untyped-call]
        else:
            options["connection_class"] = _cancellable(options.get("connection_class", TcpConnection))
            pool = BlockingConnectionPool(**options)
        # Connects nothing, but finds an option that does not exist now instead of at the first command.
        pool.make_connection()  # type: ignore[no-untyped-call]
        return Redis.from_pool(pool)


def connect(url: str) -> Connection:
    """The connection for a store's URL (see the module). Raises `BadStoreUrl`; does not reach out yet."""
    return Connection(url)


def without_secrets(url: str) -> str:
    """The URL with neither password nor options."""
    parts = urlsplit(url)
    user, at, hosts = parts.netloc.rpartition("@")
    return f"{parts.scheme}://{user.partition(':')[0]}{':***' if ':' in user else ''}{at}{hosts}{parts.path}"


def _understand(url: str) -> tuple[dict[str, Any], list[tuple[str, int]], str, str]:
    """Options for redis-py; and for Sentinel and Cluster the hosts, the kind and the service."""
    parts = urlsplit(url)
    scheme, _, kind = parts.scheme.partition("+")
    if kind not in ("", "sentinel", "cluster"):
        raise ValueError("after redis+ comes sentinel or cluster")
    if not kind:
        if not (parts.path if scheme == "unix" else scheme in ("redis", "rediss") and parts.hostname):
            raise ValueError(
                "it begins with redis://host, rediss://host, redis+sentinel://, redis+cluster:// or unix:///path"
            )
        return dict(parse_url(url)), [], "", ""
    user, at, netloc = parts.netloc.rpartition("@")
    hosts = [_host(item, 26379 if kind == "sentinel" else 6379) for item in netloc.split(",")]
    service, _, db = parts.path.strip("/").partition("/")
    if kind == "sentinel" and not service:
        raise ValueError("the name of the service is missing: redis+sentinel://host:26379/service")
    if kind == "cluster" and parts.path.strip("/"):
        raise ValueError("a Cluster has no database numbers: nothing may follow the hosts")
    options = dict(parse_url(f"{scheme}://{user}{at}placeholder/{db}?{parts.query}"))
    del options["host"]
    if options.pop("connection_class", None) is SSLConnection:
        options["ssl"] = True
    return options, hosts, kind, unquote(service)


def _sentinel(hosts: list[tuple[str, int]], options: dict[str, Any]) -> Sentinel:
    """Whom to ask for the master; takes the Sentinels' own options out of `options`."""
    asking = {"socket_timeout": 1.0, "socket_connect_timeout": 1.0, "retry": Retry(NoBackoff(), 0)}
    for name in ("username", "password"):
        if value := options.pop(f"sentinel_{name}", None):
            asking[name] = value
    return Sentinel(hosts, sentinel_kwargs=asking)  # type: ignore[no-untyped-call]


def _host(item: str, default_port: int) -> tuple[str, int]:
    one = urlsplit(f"//{item}")
    if not one.hostname:
        raise ValueError("a host is missing between the commas")
    return one.hostname, one.port or default_port
