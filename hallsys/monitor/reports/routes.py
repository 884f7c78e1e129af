"""The door of the reports: the supervisor's page, its tables, and the same figures for programs."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core.rights import Who, reaches, require
from hallsys.errors import Refused
from hallsys.monitor.reports.count import Answer, Hall, answers, day_of, of_halls, with_heat
from hallsys.monitor.reports.page import shown
from hallsys.monitor.reports.question import GROUPINGS, Days, Question, question
from hallsys.monitor.reports.table import as_csv, reasons_of, rows
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
        """`GET /halls/{hall}/reports` and `GET /api/v1/halls/{hall}/reports` (supervisors)."""
        return [
            web.get("/halls/{hall}/reports", self.page),
            web.get("/api/v1/halls/{hall}/reports", self.figures),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        hall = await self._halls.get(request.match_info["hall"])
        join = self._guard(request, hall.config, "supervisor")
        if join is not None:
            return join
        asked = question(request.query, self._today(hall))
        by_service = "service" if asked.by == "hall" else asked.by
        with _store():
            (found, services), heat = await with_heat(hall, asked.days, (by_service, "service"))
        if asked.by == "hall":
            found = await self._grouped(request, hall, asked)
        lang = page_language(request)
        say = partial(self._texts.say, lang)
        lines, of_services = (rows(answer, hall.config, self._halls.configs, lang, say) for answer in (found, services))
        today = self._today(hall)
        return self._pages.render(
            request,
            "monitor/reports.html",
            hall=hall.config,
            asked=asked,
            groupings=[by for by in GROUPINGS if by != "hall" or self._several(request["who"])],
            months=_last_month(asked.days, today),
            ranges=_ranges(today),
            **shown(found, lines, heat, of_services, reasons_of(found.now.total, hall.config, lang), lang, say),
        )

    async def figures(self, request: web.Request) -> web.Response:
        hall = await self._halls.get(request.match_info["hall"])
        config = hall.config
        require(request["who"], config.id, "supervisor")
        asked = question(request.query, self._today(hall))
        found = await self._grouped(request, hall, asked)
        if asked.format == "json":
            return web.Response(body=msgspec.json.encode(found), content_type="application/json")
        lang = page_language(request)
        say = partial(self._texts.say, lang)
        lines = rows(found, config, self._halls.configs, lang, say)
        if asked.format == "csv":
            body = as_csv(found, lines, say)
        else:
            reasons = reasons_of(found.now.total, config, lang)
            body = await asyncio.to_thread(as_xlsx, found, lines, reasons, say, str(getattr(config.name, lang)))
        name = f"{config.id}-{found.now.first}-{found.now.last}-{asked.by}.{asked.format}"
        headers = {"Content-Type": _TYPES[asked.format], "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, headers=headers)

    async def _grouped(self, request: web.Request, hall: Hall, asked: Question) -> Answer:
        """What is asked for. Raises Refused forbidden where somebody asks for halls that are none of theirs."""
        with _store():
            if asked.by != "hall":
                return (await answers(hall, asked.days, (asked.by,)))[0]
            halls = self._several(request["who"])
            if not halls:
                raise Refused("forbidden", "by")
            return await of_halls(hall, asked.days, [await self._halls.get(name) for name in halls])

    def _several(self, who: Who) -> list[str]:
        """The halls that somebody may compare; none for whoever has rights over one."""
        if who.hall is not None and "," not in who.hall:
            return []
        return [name for name in self._halls.configs if reaches(who.hall, name)]

    def _today(self, hall: Hall) -> date:
        return day_of(hall) or datetime.now(ZoneInfo(hall.config.timezone)).date()


def _last_month(days: Days, today: date) -> Days:
    """The month that a monthly report is of: the one that is looked at, else the last that is over."""
    if days.is_month:
        return days
    end = today.replace(day=1) - timedelta(days=1)
    return Days(end.replace(day=1), end)


def _ranges(today: date) -> dict[str, Days]:
    """Days that are often asked for."""
    month = today.replace(day=1)
    last = month - timedelta(days=1)
    return {
        "today": Days(today, today),
        "week": Days(today - timedelta(days=today.weekday()), today),
        "month": Days(month, today),
        "last_month": Days(last.replace(day=1), last),
        "year": Days(today.replace(month=1, day=1), today),
    }


@contextmanager
def _store() -> Iterator[None]:
    """A store that is away is a refusal to whoever asked."""
    try:
        yield
    except StoreDown:
        raise Refused("store_unavailable") from None
