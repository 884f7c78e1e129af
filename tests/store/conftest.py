"""Ledgers at their desks, for the tests of the store."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.store.desk import Desk, Proxy, desk, new_hall, proxy


@pytest.fixture
async def hall(valkey_url: str) -> AsyncIterator[Desk]:
    """A hall with counter 1 open; what it told is compared with the store at the end of every test."""
    async with desk(new_hall(), valkey_url) as it:
        await it.do("open_counter", counter="1")
        yield it
        await it.agrees()


@pytest.fixture
async def door(valkey_url: str, tmp_path: Path) -> AsyncIterator[Proxy]:
    async with proxy(tmp_path, valkey_url) as it:
        yield it
