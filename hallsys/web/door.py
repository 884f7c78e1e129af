"""Which page opens for whom; whoever may not enter gets a code with which an administrator lets the device in."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from aiohttp import web

from hallsys.config import HallConfig
from hallsys.core import rights
from hallsys.errors import Refused
from hallsys.web.pages import Pages

Guard = Callable[[web.Request, HallConfig, str], web.Response | None]
"""`guard(request, hall, role)`: the page that joins a device, where whoever asks has not that role; else None."""

PAGE_OF: Final = {"display": "board", "kiosk": "kiosk", "counter": "counter", "supervisor": "monitor"}
"""What a device with this role is for."""


class Door:
    """Guards the pages of a hall."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def guard_page(self, request: web.Request, hall: HallConfig, role: str) -> web.Response | None:
        """None when the page may be shown to somebody of at least this role; else the answer to give instead. With
        `?join` a device that nobody knows is joined also where it might look in without, so that it can be set from
        afar.

        That is the join page (401, or 403 for those whose right is too small), which loads itself again once the device
        was let in; for `admin`, which no device may become, the way to the sign-in (303) or Refused forbidden.
        """
        who = request["who"]
        if "join" in request.query and who is None and role != "admin":
            return self._join_page(request, hall, role, 200)
        try:
            if role == "display":
                rights.may_read(who, hall.id, hall.open_reading)
            else:
                rights.require(who, hall.id, role)
        except Refused as refused:
            if role == "admin":
                if refused.code == "unauthorized":
                    raise web.HTTPSeeOther(sign_in_url(request)) from refused
                raise
            return self._join_page(request, hall, role, refused.status)
        return None

    def _join_page(self, request: web.Request, hall: HallConfig, role: str, status: int) -> web.Response:
        return self._pages.render(
            request,
            "web/join.html",
            hall=hall,
            domains=("web",),
            data={"page": PAGE_OF[role]},
            status=status,
            theme="dark" if role == "display" else "light",
            wanted=PAGE_OF[role],
            sign_in=sign_in_url(request),
        )


def sign_in_url(request: web.Request) -> str:
    """The sign-in page, and back here from it."""
    return f"/login?next={quote(request.path_qs, safe='/')}"
