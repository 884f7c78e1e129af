"""What every test may ask for."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from hallsys.store.embedded import Embedded


@pytest.fixture(scope="session")
def valkey_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real store for the whole run. It is shared: take a fresh hall name per test.

    Its supervisor has a loop and a thread of its own, so that tests are free in theirs.
    """
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="store of the tests")
    thread.start()
    store = Embedded(tmp_path_factory.mktemp("valkey"))
    try:
        asyncio.run_coroutine_threadsafe(store.start(), loop).result()
        yield store.url
    finally:
        asyncio.run_coroutine_threadsafe(store.stop(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
