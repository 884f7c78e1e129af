"""`serve --demo`: a living day in the first hall, played through the server's own public doors.

It has a token of its own, taken back at the end. Whatever goes wrong in the play is said in the log and tried again;
the server does not notice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from hallsys.errors import Refused
from hallsys.simulate.command import LOOP_SPEED, Options, keep_alive
from hallsys.store.accounts import Accounts, digest

log = logging.getLogger("hallsys.demo")

NAME: Final = "serve --demo"
REST: Final = 5.0
"""Seconds before a play that broke off begins again."""


async def play(accounts: Accounts, address: str, hall: str, begins: Callable[[], None]) -> None:
    """Day after day until cancelled; `begins` is called at each beginning."""
    while True:
        try:
            async with _token(accounts, hall) as token:
                begins()
                await keep_alive(Options(address, hall, token, token, token, speed=LOOP_SPEED))
        except Exception as error:  # noqa: BLE001  the demo may fail, the server may not
            log.warning("the demo breaks off (%s: %s) and begins again", type(error).__name__, error)
        await asyncio.sleep(REST)


@asynccontextmanager
async def _token(accounts: Accounts, hall: str) -> AsyncIterator[str]:
    """A token for as long as this lasts. Those of demos that were killed are taken back, too."""
    for id_, grant in (await accounts.grants(hall)).items():
        if grant.kind == "token" and grant.name == NAME:
            await accounts.revoke(id_)
    token = await accounts.create_token(hall, "admin", None, NAME)
    try:
        yield token
    finally:
        with suppress(Refused):  # the store is away; the next demo clears up
            await accounts.revoke(digest(token))
