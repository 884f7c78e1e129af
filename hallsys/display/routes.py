"""The display wing's door: the screens, what they show beside the calls, and the sound of a call."""

import asyncio
from collections.abc import Callable
from hashlib import blake2s
from pathlib import Path
from typing import Final

import msgspec
from aiohttp import hdrs, web

from hallsys.core.rights import may_read
from hallsys.display import announced
from hallsys.display.media import TYPES, Media
from hallsys.display.voice.errors import VoiceError
from hallsys.display.voice.speech import Speech
from hallsys.errors import Refused
from hallsys.live.halls import Halls
from hallsys.texts import LANGUAGES, Texts
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

_KEPT: Final = "private, max-age=3600"
"""A call is heard twice at the most; an hour outlives every recall of it."""


def screens(halls: Halls, pages: Pages, guard: Guard, folder: Path) -> list[web.RouteDef]:
    """`GET /halls/{hall}/board`, a screen in whatever shape it is set to; `/halls/{hall}/media`, the list of slides
    that lie in `folder`, and `/halls/{hall}/media/{name}`, one of them."""
    media = Media(folder)
    # Both languages travel with the page: a screen is set to another one, or to both, without being loaded anew.
    texts = {language: Texts.load().domain(language, "display", "waits") for language in LANGUAGES}

    async def board(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        join = guard(request, hall.config, "display")
        if join is not None:
            return join
        return pages.render(
            request,
            "display/board.html",
            hall=hall.config,
            domains=("display", "waits"),
            data={
                "tz": hall.config.timezone,
                "texts": texts,
                "screen": request["who"].device if request["who"] else None,
            },
        )

    async def slides(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        may_read(request["who"], hall.config.id, hall.config.open_reading)
        found = await asyncio.to_thread(media.slides, hall.config.id)
        body = msgspec.json.encode({"slides": found})
        headers = {hdrs.CACHE_CONTROL: "no-cache"}
        return web.Response(body=body, content_type="application/json", headers=headers)

    async def slide(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        may_read(request["who"], hall.config.id, hall.config.open_reading)
        path = await asyncio.to_thread(media.find, hall.config.id, request.match_info["name"])
        if path is None:
            raise Refused("not_found")
        kind = TYPES[path.suffix.lower()]
        return web.FileResponse(path, headers={hdrs.CONTENT_TYPE: kind, hdrs.CACHE_CONTROL: _KEPT})

    return [
        web.get("/halls/{hall}/board", board),
        web.get("/halls/{hall}/media", slides),
        web.get("/halls/{hall}/media/{name}", slide),
    ]


def routes(halls: Halls, speech: Callable[[str], Speech]) -> list[web.RouteDef]:
    """`GET /halls/{hall}/voice/{id}.mp3|.wav`; `speech(hall id)` is that hall's voice."""

    async def voice(request: web.Request) -> web.StreamResponse:
        hall = await halls.get(request.match_info["hall"])
        may_read(request["who"], hall.config.id, hall.config.open_reading)
        if not hall.config.voice.enabled:
            raise Refused("not_found")
        said = announced.find(hall.hub, request.match_info["id"])
        if said is None:
            await hall.ledger.followed()  # another server may have announced it a moment ago
            said = announced.find(hall.hub, request.match_info["id"])
        if said is None:
            raise Refused("not_found")
        if request.query.get("short") == "1":
            said = msgspec.structs.replace(said, short=True)
        try:
            if request.match_info["form"] == "wav":
                sound, kind = await speech(hall.config.id).wav(said), "audio/wav"
            else:
                sound, kind = await speech(hall.config.id).mp3(said), "audio/mpeg"
        except VoiceError as error:
            raise Refused("voice_unavailable") from error
        etag = f'"{blake2s(sound, digest_size=12).hexdigest()}"'
        headers = {hdrs.ETAG: etag, hdrs.CACHE_CONTROL: _KEPT}
        if request.headers.get(hdrs.IF_NONE_MATCH) == etag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=sound, content_type=kind, headers=headers)

    return [
        web.get("/halls/{hall}/voice/{id}.{form:mp3|wav}", voice),
    ]
