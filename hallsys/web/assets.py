"""Files for the browser: `static/` under a versioned address, and the typeface from its wheel under `/fonts/`."""

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from aiohttp import web

from hallsys.errors import Refused
from hallsys.resources import resource

_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    ".mp3": "audio/mpeg",
    ".wav": "audio/wav",
    ".ttf": "font/ttf",
    ".woff2": "font/woff2",
}
"""By hand: the tables of the operating system differ, and a module with the wrong type does not run."""

_FOREVER: Final = "public, max-age=31536000, immutable"


class Assets:
    """Every file under `static/`, found once at the start; only what was found is served, so no path leads outside.

    One version, a hash of all the contents, stands in every address: modules import each other by prefix, and a page
    must never mix the files of two versions.
    """

    def __init__(self, folder: Path | None = None) -> None:
        folder = folder or resource("static")
        self._files = {
            path.relative_to(folder).as_posix(): path
            for path in sorted(folder.rglob("*"))
            if path.suffix in _TYPES and path.is_file()
        }
        digest = hashlib.sha256()
        for name, path in self._files.items():
            digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        self.version: Final = digest.hexdigest()[:12]
        self.prefix: Final = f"/static/{self.version}/"
        self.fonts: Final = {path.name: path for path in _font_folder().glob("*.ttf")}

    def url(self, path: str) -> str:
        """The address of a file (`css/board.css`) or of a folder of modules (`js/`)."""
        return self.prefix + path

    def routes(self) -> list[web.RouteDef]:
        """`GET /static/{version}/{path}` and `GET /fonts/{name}`."""
        return [
            web.get("/static/{version}/{path:.+}", self._static),
            web.get("/fonts/{name}", self._font),
        ]

    async def _static(self, request: web.Request) -> web.StreamResponse:
        path = self._files.get(request.match_info["path"])
        if path is None:
            raise Refused("not_found")
        # A screen that still shows the page of an older version gets today's file, but may not keep it.
        known = request.match_info["version"] == self.version
        return _file(path, _FOREVER if known else "no-cache")

    async def _font(self, request: web.Request) -> web.StreamResponse:
        path = self.fonts.get(request.match_info["name"])
        if path is None:
            raise Refused("not_found")
        return _file(path, "public, max-age=604800")


def _file(path: Path, cache: str) -> web.FileResponse:
    return web.FileResponse(path, headers={"Content-Type": _TYPES[path.suffix], "Cache-Control": cache})


def _font_folder() -> Path:
    # The folder is looked up and not imported: the package's own code lists its files twice for nothing.
    spec = find_spec("font_source_sans_pro")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package font-source-sans-pro is missing; install the locked dependencies again.")
    return Path(spec.origin).parent / "files"
