"""Where a request comes from: its page's origin, its address, the name under which the browser reached us."""

from typing import Final

from aiohttp import web
from yarl import URL

_PORTS: Final = {"http": 80, "https": 443}


class Origins:
    """Judges origins. `public_url` is the installation's own address, if it is set (`https://hang-doi.example.vn`).

    `X-Forwarded-*` counts only with `trust_forwarded`: without a proxy in front, anybody can write it.
    """

    def __init__(self, public_url: str | None = None, trust_forwarded: bool = False) -> None:
        self._public = URL(public_url) if public_url else None
        self._trust = trust_forwarded

    def is_foreign(self, request: web.Request, origin: str) -> bool:
        """Was it another site's page that sent this request? An opaque origin (`null`) is foreign.

        Host and port decide; the scheme does not, for a proxy that ends TLS is common and often passes only the host.
        """
        try:
            url = URL(origin)
            wanted = (url.host, url.port or _PORTS.get(url.scheme))
            if self._public and wanted == (self._public.host, self._public.port):
                return False
            here = URL(f"{url.scheme}://{self._host(request)}")
        except ValueError:
            return True
        return url.host is None or wanted != (here.host, here.port)

    def is_https(self, request: web.Request) -> bool:
        """Does the browser see https?"""
        if self._public:
            return self._public.scheme == "https"
        if self._trust:
            return request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
        return request.secure

    def base(self, request: web.Request) -> str:
        """The address of `/` for a phone that reads it from a square code."""
        if self._public:
            return str(self._public).rstrip("/")
        return f"{'https' if self.is_https(request) else 'http'}://{self._host(request)}"

    def address(self, request: web.Request) -> str:
        """The client's network address; the last one that our proxy noted, when proxies are trusted."""
        forwarded = request.headers.get("X-Forwarded-For") if self._trust else None
        return forwarded.rpartition(",")[2].strip() if forwarded else request.remote or "local"

    def _host(self, request: web.Request) -> str:
        forwarded = request.headers.get("X-Forwarded-Host") if self._trust else None
        return forwarded or request.host
