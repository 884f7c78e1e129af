"""The door of the reports: the supervisor's page, its tables, and the same figures for programs."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.rights import require
from hallsys.errors import Refused
from hallsys.monitor.reports.count import Answer, Hall, answer, day_of
from hallsys.monitor.reports.question import Question, question
from hallsys.monitor.reports.table import as_csv, rows
from hallsys.monitor.reports.workbook import as_xlsx
from hallsys.store.connection import StoreDown
from hallsys.texts import Texts
from hallsys.web.door import Guard
from hallsys.web.pages import Pages, page_language

_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Halls(Protocol):
    @property
    def configs(self) -> Mapping[str, HallConfig]: ...
    async def get(self, hall_id: str, /) -> Hall: ...


class Reports:
    """Handlers; they raise Refused."""

    def __init__(self, halls: Halls, pages: Pages, guard: Guard, texts: Texts) -> None:
        self._halls, self._pages, self._guard, self._texts = halls, pages, guard, texts

    def routes(self) -> list[web.RouteDef]:
        """`GET /api/v1/halls/{hall}/reports` (supervisors)."""
        return [web.get("/api/v1/halls/{hall}/reports", self.figures)]

    async def figures(self, request: web.Request) -> web.Response:
        hall = await self._halls.get(request.match_info["hall"])
        config = hall.config
        require(request["who"], config.id, "supervisor")
        asked, found = await self._answer(request, hall)
        if asked.format == "json":
            return web.Response(body=msgspec.json.encode(found), content_type="application/json")
        lang = page_language(request)
        say = partial(self._texts.say, lang)
        lines = rows(found, config, self._halls.configs, lang, say)
        if asked.format == "csv":
            body = as_csv(found, lines, say)
        else:
            body = await asyncio.to_thread(as_xlsx, found, lines, say, str(getattr(config.name, lang)))
        name = f"{config.id}-{found.now.first}-{found.now.last}-{asked.by}.{asked.format}"
        headers = {"Content-Type": _TYPES[asked.format], "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, headers=headers)

    async def _answer(self, request: web.Request, hall: Hall) -> tuple[Question, Answer]:
        now = datetime.now(ZoneInfo(hall.config.timezone)).date()
        asked = question(request.query, day_of(hall) or now)
        halls: list[Hall] = []
        if asked.by == "hall":
            if request["who"].hall is not None:
                raise Refused("forbidden", "by")
            halls = [await self._halls.get(name) for name in self._halls.configs]
        with _store():
            return asked, await answer(hall, asked.days, asked.by, halls)


@contextmanager
def _store() -> Iterator[None]:
    """A store that is away is a refusal to whoever asked."""
    try:
        yield
    except StoreDown:
        raise Refused("store_unavailable") from None
