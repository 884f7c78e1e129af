"""`hallsys announce` as people run it: a process and a server of its own, and a player that tells what it got."""

import asyncio
import json
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from websockets.asyncio.client import connect

from tests.child import hallsys, serving
from tests.display.test_players import script


@asynccontextmanager
async def speaking(address: str, *flags: str, path: Path, token: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hallsys", "announce", "--url", address, *flags),
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}", "HALLSYS_TOKEN": token},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_call_comes_out_of_the_player_and_is_acknowledged(tmp_path: Path) -> None:
    data, bin_ = tmp_path / "data", tmp_path / "bin"
    bin_.mkdir()
    script(bin_, f'echo "$1 $(basename "$2") $(wc -c < "$2")" >> {tmp_path}/heard', "pw-play")
    async with serving(data) as child:
        address = await child.ready()
        created = await hallsys(data, "token", "create", "--hall", "phutho", "--role", "admin")
        headers = {"Authorization": f"Bearer {created.out.strip()}"}

        async def do(name: str, **args: Any) -> None:
            key = {"Idempotency-Key": uuid.uuid4().hex}
            url = f"{address}/api/v1/halls/phutho/commands/{name}"
            async with http.post(url, json=args, headers={**headers, **key}) as answer:
                assert answer.status == 200, await answer.text()

        async with (
            asyncio.timeout(120),
            aiohttp.ClientSession() as http,
            connect(address.replace("http", "ws") + "/ws/phutho", proxy=None) as socket,
            speaking(address, "--device", "usb", "--volume", "50", path=bin_, token=created.out.strip()) as process,
        ):
            await socket.send('{"type":"hello","v":1,"more":true}')
            assert process.stderr is not None
            while b"this PC speaks" not in await process.stderr.readline():
                pass
            await do("open_counter", counter="2")
            await do("issue", service="A")
            await do("call_next", counter="2")
            while (frame := json.loads(await socket.recv()))["type"] != "spoken":
                pass
            assert frame["voice"].startswith("A001-2-")
            assert frame["heard"] is True
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    probe, call = (tmp_path / "heard").read_text().splitlines()
    assert probe.split()[0] == call.split()[0] == "--target=usb"
    assert int(call.split()[2]) > 100_000 > int(probe.split()[2])
