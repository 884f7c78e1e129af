"""A disk that is full: a small one is mounted as the data folder, which only root may."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.faults.conftest import House, token
from tests.faults.load import Load, Refusal, nothing_lost_or_twice, same_picture, screens

SIZE = 8 << 20
"""Bytes."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "hallsys-test", str(folder)]
    mounted = subprocess.run(mount, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk cannot be mounted here, which only root may: {mounted.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    """A file that takes all the room there is."""
    file = folder / "somebody-elses.log"
    with file.open("wb", buffering=0) as it:
        try:
            while it.write(bytes(4096)) == 4096:
                pass
        except OSError:
            pass
    return file


async def test_a_full_disk(small_disk: Path, house: House) -> None:
    server = await house.server(data=small_disk)
    async with aiohttp.ClientSession() as http, screens([server.url] * 2) as walls:
        load = Load(http, [server.url], await token(server.store_url))
        day = asyncio.create_task(load.day())
        await load.acknowledges(100)
        file = fill(small_disk)
        await load.until(lambda: load.unavailable["503"] > 50)
        with pytest.raises(Refusal, match="503 store_unavailable"):
            await load.once(server.url, "issue", "no-room-for-me", {"service": "A"})
        async with http.get(f"{server.url}/readyz") as ready:
            assert ready.status == 503
        assert all(wall.client.live for wall in walls)
        moment = time.monotonic()
        file.unlink()
        print(f"back after {await load.back_after(moment):.2f} s")
        await day
        assert set(load.unavailable) == {"503"}
        await nothing_lost_or_twice(load, server.store_url)
        await same_picture(http, server.store_url, [server.url], walls)
