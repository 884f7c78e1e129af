"""The floors, one process: `python -m benchmarks.floors DATA` prints `ready http://… store=<pid>`.

    POST /a       A  a constant answer from a bare handler
    POST /b       B  the same with one small script call a request, on the same kind of store, synced always
    GET  /ws      F  screens, and
    POST /press   F  one ready-made frame written to each of them

With `--store-only` it only keeps a store for other servers and prints `ready unix://…`.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import Final

from aiohttp import WSMsgType, web
from redis.asyncio import BlockingConnectionPool, Redis

from hallsys.store.embedded import Embedded

ROW: Final = (
    b'{"ticket":{"label":"A012","service":"A","number":12,"priority":null,"state":"waiting","counter":null,'
    b'"arrival":1795400000000,"issued_at":1795400000000,"queued_at":1795400000000,"called_at":null,"started_at":null,'
    b'"ended_at":null,"calls":0,"why":null},"token":"0123456789abcdef0123456789abcdef","ahead":3,"wait":null}'
)
SCRIPT: Final = """
local number = redis.call('INCR', KEYS[1])
redis.call('XADD', KEYS[2], 'MAXLEN', '~', 10000, '*', 'e', ARGV[1])
return number
"""
"""The least that could pass for an issued ticket: the next number and a durable event."""

EVENT: Final = (
    b'{"type":"event","at":"1-12","kind":"recalled","time":1795400000000,"changes":{"tickets":{"A012":{"label":"A012",'
    b'"service":"A","number":12,"priority":null,"state":"called","counter":"3","arrival":1795400000000,'
    b'"issued_at":1795400000000,"called_at":1795400000000,"calls":2,"why":"arrival"}}},"voice":"A012-3-abcdef"}'
)
FRAME: Final = b"\x81\x7e" + len(EVENT).to_bytes(2, "big") + EVENT


def floors(redis: Redis) -> web.Application:
    """The three bare handlers."""
    script = redis.register_script(SCRIPT)
    transports: set[asyncio.Transport] = set()

    async def a(request: web.Request) -> web.Response:
        return web.Response(body=ROW, content_type="application/json")

    async def b(request: web.Request) -> web.Response:
        await request.read()
        number = await script(keys=["number", "events"], args=[ROW])
        return web.Response(body=b'{"at":"1-%d","result":%b}' % (number, ROW), content_type="application/json")

    async def screen(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        await socket.receive()
        await socket.send_str('{"type":"snapshot","at":"1-11","view":{}}')
        transport = request.transport
        assert transport is not None
        transports.add(transport)
        try:
            async for message in socket:
                if message.type is WSMsgType.ERROR:
                    break
        finally:
            transports.discard(transport)
        return socket

    async def press(request: web.Request) -> web.Response:
        for transport in transports:
            transport.write(FRAME)
        return web.Response(body=ROW, content_type="application/json")

    app = web.Application()
    app.add_routes([web.post("/a", a), web.post("/b", b), web.get("/ws", screen), web.post("/press", press)])
    return app


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--store-only", action="store_true")
    options = parser.parse_args()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        store = await stack.enter_async_context(Embedded(options.data))
        if options.store_only:
            sys.stdout.write(f"ready {store.url}\n")
        else:
            redis = Redis(connection_pool=BlockingConnectionPool.from_url(store.url, max_connections=64))
            stack.push_async_callback(redis.aclose)
            runner = web.AppRunner(floors(redis), access_log=None, shutdown_timeout=0.1)
            stack.push_async_callback(runner.cleanup)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, backlog=2048).start()
            sys.stdout.write(f"ready http://127.0.0.1:{runner.addresses[0][1]}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
