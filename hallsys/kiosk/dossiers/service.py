"""Dossiers from an HTTP service that answers in JSON; what its fields are called is the hall's setting."""

import asyncio
import logging
import os
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import msgspec
from yarl import URL

from hallsys.core.commands import fold_dossier
from hallsys.hallkiosk import DossierConfig
from hallsys.kiosk.dossiers.answer import Answer, Dossier, day_of, status_of
from hallsys.kiosk.dossiers.breaker import Breaker

log = logging.getLogger("hallsys.dossiers")

PAGES: Final = 10
"""Pages of an answer that are followed at most."""
LARGEST: Final = 2_000_000
"""Bytes of one answer; a service that sends more is broken or asked too widely."""
REMEMBERED: Final = 5000
"""Answers in the cache."""


class _Trouble(Exception):
    """What a service did wrong, in words without the code that was asked."""


class ServiceSource:
    """`url` holds `{code}`, or the code goes as JSON in the body of a POST under the name of the column `code`."""

    def __init__(
        self,
        config: DossierConfig,
        environ: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._config, self._clock = config, clock
        self._breaker = Breaker(clock)
        self._key = secrets.token_bytes(32)
        self._cache: dict[bytes, tuple[float, Dossier | None, str]] = {}
        self._headers = {
            name: environ.get(value[4:], "") if value.startswith("env:") else value
            for name, value in config.headers.items()
        }
        self._session: aiohttp.ClientSession | None = None
        self.trouble: str | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def find(self, code: str, check: str | None = None) -> Answer:
        place = blake2b(code.encode(), key=self._key, digest_size=16).digest()
        known = self._cache.get(place)
        if known is None or known[0] < self._clock():
            if not self._breaker.may_ask():
                return "unavailable"
            try:
                known = await self._remember(place, code)
            except BaseException:
                self._breaker.failed()
                raise
            if known is None:
                self._breaker.failed()
                return "unavailable"
            self._breaker.worked()
        _, dossier, wanted = known
        if dossier is None:
            return "unknown"
        if wanted:
            if not check:
                return "check_needed"
            if not secrets.compare_digest(wanted.upper().encode(), check.strip().upper().encode()):
                return "check_wrong"
        return dossier

    async def _remember(self, place: bytes, code: str) -> tuple[float, Dossier | None, str] | None:
        """Ask, and keep the answer for a while. None when the service does not do what it should."""
        try:
            async with asyncio.timeout(self._config.timeout_s):
                dossier, check = await self._ask(code)
        except (TimeoutError, aiohttp.ClientError, OSError, _Trouble) as error:
            # An exception's text may hold the address that was asked, and that the code.
            said = str(error) if isinstance(error, _Trouble) else type(error).__name__
            if said != self.trouble:
                log.warning("the dossier service does not answer as it should: %s", said)
            self.trouble = said
            return None
        self.trouble = None
        if len(self._cache) >= REMEMBERED:
            self._cache.clear()
        known = self._cache[place] = (self._clock() + self._config.cache_s, dossier, check)
        return known

    async def _ask(self, code: str) -> tuple[Dossier | None, str]:
        """The dossier, and the check code that its slip carries. Raises _Trouble."""
        config = self._config
        first = url = URL(config.url.replace("{code}", quote(code, safe="")), encoded=True)
        for _ in range(PAGES):
            answer = await self._fetch(url, None if "{code}" in config.url else {config.columns["code"]: code})
            if answer is None:
                return None, ""
            for row in _rows(_at(answer, config.rows)):
                found = _text(row, config.columns["code"])
                if found and fold_dossier(found) != code:
                    continue
                status = status_of(_text(row, config.columns["status"]), config.statuses)
                if status is None:
                    raise _Trouble(f"no status that is known in the field {config.columns['status']}")
                due = day_of(_text(row, config.columns.get("due", "")))
                return Dossier(status, due), _text(row, config.columns.get("check", ""))
            following = _text(answer, config.next_page)
            if not following:
                return None, ""
            url = url.join(URL(following))
            if url.origin() != first.origin():
                raise _Trouble("the next page is on another server")
        raise _Trouble(f"more than {PAGES} pages")

    async def _fetch(self, url: URL, body: object) -> Any:
        """The JSON of one answer; None for 404."""
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers, trust_env=False)
        method = "GET" if body is None else "POST"
        async with self._session.request(method, url, json=body, allow_redirects=False) as response:
            if response.status == 404:
                return None
            if response.status != 200:
                raise _Trouble(f"HTTP {response.status}")
            content = await response.content.read(LARGEST + 1)
            while not response.content.at_eof() and len(content) <= LARGEST:
                content += await response.content.read(LARGEST + 1)
            if len(content) > LARGEST:
                raise _Trouble(f"more than {LARGEST} bytes")
        try:
            return msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise _Trouble("not JSON") from None


def _rows(found: Any) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict):
        yield found
    elif isinstance(found, list):
        yield from (row for row in found if isinstance(row, dict))


def _at(answer: Any, path: str) -> Any:
    """What lies at `data.items`; None where there is nothing."""
    for name in filter(None, path.split(".")):
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def _text(row: Any, path: str) -> str:
    value = _at(row, path) if path else None
    return "" if value is None or isinstance(value, dict | list) else str(value)
