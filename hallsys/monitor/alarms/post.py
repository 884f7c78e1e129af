"""The one place from which something leaves the hall: a signed POST, once, with a limit on everything."""

import asyncio
import time

import aiohttp

from hallsys import __version__
from hallsys.hallalarms import Webhook
from hallsys.monitor.alarms.signing import headers, key_of, named
from hallsys.store.outbox import Letter


class Post:
    """Opens no connection before the first letter; `close` it."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def deliver(self, hook: Webhook, letter: Letter) -> str:
        """Empty when the receiver took it (2xx); else why not, without its address. Raises NoSecret.

        A redirect is not followed: whoever answers for the receiver could send the hall's alarms anywhere.
        """
        url, key = named(hook.url), key_of(named(hook.secret))
        body = letter.body.encode()
        signed = headers(key, letter.id, int(time.time()), body) | {"user-agent": f"hallsys/{__version__}"}
        session = self._opened()
        try:
            async with (
                asyncio.timeout(hook.timeout_s),
                session.post(url, data=body, headers=signed, allow_redirects=False) as answer,
            ):
                return "" if 200 <= answer.status < 300 else f"status {answer.status}"
        except TimeoutError:
            return "no answer in time"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return type(error).__name__  # its text may hold the address

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
            )
        return self._session
