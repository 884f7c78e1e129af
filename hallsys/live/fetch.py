"""GETs with a bearer token, for what does not come over the socket: sounds, lists, views."""

from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import quote, urlsplit, urlunsplit

import aiohttp
import msgspec

PATIENCE_S: Final = 10.0


class FetchError(Exception):
    """The answer did not come, or was not a 200; `status` is None without one."""

    def __init__(self, path: str, status: int | None, why: str) -> None:
        super().__init__(f"GET {path}: {why}" if status is None else f"GET {path}: {status} {why}")
        self.status = status


class Fetch:
    """An HTTP client of one server: `async with Fetch(url, token) as fetch: await fetch.json("/healthz")`."""

    def __init__(self, url: str, token: str | None, *, patience: float = PATIENCE_S) -> None:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        scheme = {"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme)
        self._base = urlunsplit((scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._patience = aiohttp.ClientTimeout(total=patience)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(headers=self._headers, timeout=self._patience)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def bytes(self, path: str, **query: str | int) -> bytes:
        """The body of a 200. Raises FetchError."""
        if self._session is None:
            raise RuntimeError("use `async with Fetch(…)`")
        try:
            async with self._session.get(self._base + path, params=query) as answer:
                body = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise FetchError(path, None, str(error) or type(error).__name__) from error
        if answer.status != 200:
            raise FetchError(path, answer.status, body[:300].decode(errors="replace"))
        return body

    async def json(self, path: str, **query: str | int) -> Any:
        """The decoded body of a 200. Raises FetchError."""
        body = await self.bytes(path, **query)
        try:
            return msgspec.json.decode(body)
        except msgspec.DecodeError as error:
            raise FetchError(path, None, f"not JSON: {error}") from error

    async def view(self, hall: str) -> dict[str, Any]:
        """`{"at": position, "view": tables}` of a hall. Raises FetchError."""
        answer: dict[str, Any] = await self.json(f"/api/v1/halls/{quote(hall, safe='')}/view")
        return answer

    async def tickets(self, hall: str) -> list[dict[str, Any]]:
        """Every ticket row of the day, all pages. Raises FetchError."""
        rows: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = await self.json(f"/api/v1/halls/{quote(hall, safe='')}/tickets", limit=1000, **after)
            rows += page["tickets"]
            if page["next"] is None:
                return rows
            after = {"after": page["next"]}
