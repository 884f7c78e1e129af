"""A server that may be killed and started again at its address, and the hall in its own words."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from hallsys.resources import resource
from tests.child import Child, hallsys, serving
from tests.ports import free_port
from tests.running import Door


@dataclass
class Hall:
    """A server that may be killed and started again at the same address, and the hall's admin."""

    data: Path
    port: int
    server: Child
    door: Door
    officer: str
    stack: AsyncExitStack

    async def again(self) -> None:
        """The server starts once more."""
        self.server = await self.stack.enter_async_context(serving(self.data, HALLSYS_PORT=str(self.port)))
        await self.server.ready()

    async def label(self, service: str, priority: str | None = None) -> str:
        made = (await self.door.do("issue", service=service, priority=priority)).result
        return str(made["ticket"]["label"])

    async def history(self, since: str) -> list[tuple[str, str]]:
        """What happened: the kind of every event, and whom it was about."""
        events = (await self.door.events(since))["events"]
        return [(event["kind"], _about(event["changes"])) for event in events]

    async def has(self, kind: str, about: str, since: str) -> None:
        """Wait for an event in the server's own words, past any cable."""
        async with self.door.screen(since) as screen:
            while (kind, about) not in [(event["kind"], _about(event["changes"])) for event in screen.events]:
                await screen.next("event")


def _about(changes: dict[str, Any]) -> str:
    return str(next(iter(changes.get("tickets") or changes.get("counters") or [""])))


async def token(data: Path, *words: str) -> str:
    return (await hallsys(data, "token", "create", "--hall", "phutho", "--role", *words)).out.strip()


@asynccontextmanager
async def standing(data: Path, **environ: str) -> AsyncIterator[Hall]:
    """A hall whose server may die, with an officer's token for counter 3."""
    if "HALLSYS_CONFIG" not in environ:
        # A forecast that sees a breach coming would, at a moment of its own, take lines of a small terminal.
        quiet = data.parent / "quiet.toml"
        quiet.write_text(resource("samples/phutho.toml").read_text("utf-8") + "\n[alarms]\non = false\n", "utf-8")
        environ["HALLSYS_CONFIG"] = str(quiet)
    port = free_port()
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(serving(data, HALLSYS_PORT=str(port), **environ))
        address = await server.ready()
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))
        door = Door(http, address, "phutho", await token(data, "admin"))
        yield Hall(data, port, server, door, await token(data, "counter", "--counter", "3"), stack)
