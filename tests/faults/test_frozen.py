"""A store that stands still, and a screen that never reads."""

import asyncio
import json
import os
import signal
import socket
import time
from base64 import b64encode

import aiohttp
import pytest

from tests.faults.conftest import HALL, House, Server, token
from tests.faults.load import Load, Refusal, nothing_lost_or_twice, same_picture, screens

STANDS_STILL = 10.0
"""Seconds."""


async def test_a_store_that_stands_still(house: House) -> None:
    """Commands are answered 503 while it does, screens keep their picture, and all goes on by itself."""
    server = await house.server()
    async with aiohttp.ClientSession() as http, screens([server.url] * 3) as walls:
        load = Load(http, [server.url], await token(server.store_url))
        day = asyncio.create_task(load.day())
        await load.acknowledges(100)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        os.kill(server.store_pid, signal.SIGSTOP)
        try:
            await load.until(lambda: load.unavailable["503"] > 0)
            print(f"first 503 after {loop.time() - begun:.2f} s")
            with pytest.raises(Refusal, match="503 store_unavailable"):
                await load.once(server.url, "issue", "while-it-stands", {"service": "A"})
            async with http.get(f"{server.url}/readyz") as ready:
                assert ready.status == 503
            async with http.get(f"{server.url}/api/v1/halls/{HALL}/view") as view:
                assert view.status == 200
            assert all(wall.client.live for wall in walls)
            await asyncio.sleep(begun + STANDS_STILL - loop.time())  # the fault itself, not a wait for something
        finally:
            os.kill(server.store_pid, signal.SIGCONT)
        print(f"back after {await load.back_after(time.monotonic()):.2f} s")
        await day
        assert set(load.unavailable) == {"503"}
        await nothing_lost_or_twice(load, server.store_url)
        await same_picture(http, server.store_url, [server.url], walls)


async def test_a_server_that_stands_still_beside_another(house: House) -> None:
    """It wakes with an old picture and with commands that it has decided on it."""
    store = await house.store()
    servers = [await house.server(redis_url=store.url) for _ in range(2)]
    urls = [server.url for server in servers]
    async with aiohttp.ClientSession() as http, screens(urls) as walls:
        admin = await token(store.url)
        load, beside = Load(http, urls, admin, seed=1), Load(http, urls[1:], admin, seed=2)
        day = asyncio.create_task(load.day())
        await load.acknowledges(100)
        os.kill(servers[0].pid, signal.SIGSTOP)
        try:
            await beside.client(50)
        finally:
            os.kill(servers[0].pid, signal.SIGCONT)
        await day
        beside.acknowledged |= load.acknowledged
        await nothing_lost_or_twice(beside, store.url)
        await same_picture(http, store.url, urls, walls)


async def deaf(server: Server, begs: int) -> socket.socket:
    """A screen that says hello, asks and asks, and never reads."""
    it = socket.socket()
    it.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    it.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(it, ("127.0.0.1", server.port))
    upgrade = [
        f"GET /ws/{HALL} HTTP/1.1",
        "Host: hall",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {b64encode(os.urandom(16)).decode()}",
    ]
    await loop.sock_sendall(it, "\r\n".join([*upgrade, "", ""]).encode())
    await loop.sock_sendall(it, frame({"type": "hello", "v": 1, "since": None}))
    for number in range(begs):
        press = {"type": "do", "id": f"unheard-{number}", "name": "issue", "args": {"service": "A"}}
        await loop.sock_sendall(it, frame(press))
    return it


def frame(message: object) -> bytes:
    """A masked text frame; a mask of zeros is one."""
    text = json.dumps(message).encode()
    return bytes([0x81, 0x80 | 126]) + len(text).to_bytes(2, "big") + b"\0\0\0\0" + text


async def test_screens_that_never_read_hold_up_nobody(house: House) -> None:
    server = await house.server()
    async with aiohttp.ClientSession() as http, screens([server.url] * 3) as walls:
        silent = await asyncio.gather(*(deaf(server, begs=200) for _ in range(5)))
        try:
            load = Load(http, [server.url], await token(server.store_url))
            await load.day()
            await nothing_lost_or_twice(load, server.store_url)
            await same_picture(http, server.store_url, [server.url], walls)
        finally:
            for it in silent:
                it.close()
