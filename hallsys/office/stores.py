"""The store that a command works on: the configured one, the running server's, or one started for this long."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import TypeVar

from hallsys.config import ConfigError, Settings
from hallsys.office.words import both
from hallsys.store.connection import BadStoreUrl, Connection, StoreDown, connect
from hallsys.store.embedded import DataFolderBusy, EmbeddedError, borrowed
from hallsys.store.folder import StoreFolder

T = TypeVar("T")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Connection]:
    """Raises BadStoreUrl, EmbeddedError."""
    if settings.redis_url:
        connection = connect(settings.redis_url)
        try:
            yield connection
        finally:
            await connection.close()
        return
    async with borrowed(settings.data) as url:
        connection = connect(url)
        try:
            yield connection
        finally:
            await connection.close()


def with_store(settings: Settings, work: Callable[[Connection], Coroutine[None, None, T]]) -> T:
    """Do something with the store. Raises ConfigError in words for people when there is none to work on."""

    async def begin() -> T:
        async with opened(settings) as connection:
            await connection.ping()
            return await work(connection)

    try:
        return asyncio.run(begin())
    except (StoreDown, EmbeddedError, BadStoreUrl) as error:
        raise ConfigError(store_trouble(settings, error)) from error


def store_trouble(settings: Settings, error: Exception) -> str:
    """Why the store cannot be used, and what to do."""
    if isinstance(error, DataFolderBusy):
        owner = StoreFolder(settings.data).owner()
        return both("store.busy", data=settings.data, pid=owner[0] if owner else "?")
    if isinstance(error, EmbeddedError):
        return both("store.embedded", data=settings.data, reason=error)
    if isinstance(error, BadStoreUrl):
        return both("store.bad_url", reason=error)
    where = connect(settings.redis_url).safe_url if settings.redis_url else settings.data
    return both("store.away", where=where, reason=error)
