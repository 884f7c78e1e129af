"""The studio's door: the page, the takes that it sends, and the packs that they make."""

import asyncio
import base64
import re
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import msgspec
from aiohttp import hdrs, web

from hallsys.config import HallConfig
from hallsys.core.rights import require
from hallsys.display.studio.prompts import Prompt, key, prompts
from hallsys.display.studio.work import developed, packed, unpacked
from hallsys.display.voice.errors import VoiceError
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement, Phrasing
from hallsys.errors import Refused
from hallsys.store.packs import Pack, Packs
from hallsys.web.bodies import read_json
from hallsys.web.door import Guard
from hallsys.web.pages import Pages

TAKE_BODY: Final = 3 << 20
"""Bytes; ten seconds of 32-bit samples at 48 kHz are two thirds of it."""
PACK_BODY: Final = 24 << 20
SAMPLE: Final = "012"
"""The number of the ticket that is called to hear how the voice sounds."""

HallConfigOf = Callable[[str], Awaitable[HallConfig]]


class NewPack(msgspec.Struct, forbid_unknown_fields=True):
    """`name` of the reader."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=60, pattern=r"\S")]


class Choose(msgspec.Struct, forbid_unknown_fields=True):
    """The pack that speaks from the next call on; null: the synthetic voice."""

    pack: str | None


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """An empty object."""


def routes(
    config: HallConfigOf, pages: Pages, guard: Guard, packs: Callable[[str], Packs], cache: Path
) -> list[web.RouteDef]:
    """`GET /halls/{hall}/studio` and, under it, what its script asks (supervisors)."""
    return Studio(config, pages, guard, packs, cache).routes()


class Studio:
    """The handlers. `config` raises Refused unknown_hall; `cache` is where finished calls are kept."""

    def __init__(
        self, config: HallConfigOf, pages: Pages, guard: Guard, packs: Callable[[str], Packs], cache: Path
    ) -> None:
        self._config, self._pages, self._guard, self._packs, self._cache = config, pages, guard, packs, cache

    def routes(self) -> list[web.RouteDef]:
        own = "/halls/{hall}/studio"
        return [
            web.get(own, self._page),
            web.get(f"{own}/voices", self._show),
            web.post(f"{own}/packs", self._make),
            web.post(f"{own}/choose", self._choose),
            web.post(f"{own}/import", self._import),
            web.post(f"{own}/try", self._try),
            web.get(f"{own}/packs/{{pack}}.zip", self._export),
            web.post(f"{own}/packs/{{pack}}/remove", self._drop),
            web.post(f"{own}/packs/{{pack}}/take", self._keep),
            web.get(f"{own}/packs/{{pack}}/take", self._take),
            web.post(f"{own}/packs/{{pack}}/take/remove", self._remove),
            web.get(f"{own}/packs/{{pack}}/call", self._call),
        ]

    async def _page(self, request: web.Request) -> web.StreamResponse:
        hall = await self._config(request.match_info["hall"])
        join = self._guard(request, hall, "supervisor")
        if join is not None:
            return join
        data = {"tz": hall.timezone, "ticket": hall.services[0].series + SAMPLE, "counter": _counter(hall)}
        return self._pages.render(request, "display/studio.html", hall=hall, domains=("studio",), data=data)

    async def _show(self, request: web.Request) -> web.Response:
        hall, packs = await self._enter(request)
        chosen, found = await packs.chosen(), await packs.all()
        return _json(
            {
                "prompts": prompts(hall),
                "chosen": chosen.id if chosen else None,
                "packs": [
                    {"id": id_, "name": shown.pack.name, "made": shown.pack.made, "takes": shown.notes}
                    for id_, shown in found.items()
                ],
            }
        )

    async def _make(self, request: web.Request) -> web.Response:
        _, packs = await self._enter(request)
        body = await read_json(request, NewPack)
        return _json({"id": await packs.make(Pack(body.name.strip(), time.time_ns() // 1_000_000), {})})

    async def _choose(self, request: web.Request) -> web.Response:
        _, packs = await self._enter(request)
        await packs.choose((await read_json(request, Choose)).pack)
        return _json({})

    async def _drop(self, request: web.Request) -> web.Response:
        _, packs = await self._enter(request)
        await read_json(request, Nothing)
        await packs.drop(request.match_info["pack"])
        return _json({})

    async def _try(self, request: web.Request) -> web.Response:
        """What a recording becomes, without keeping it: the report, and the clip as WAV in base64."""
        hall, _ = await self._enter(request)
        prompt = _asked(request, hall)
        found = await asyncio.to_thread(developed, await _body(request, TAKE_BODY), prompt.word)
        return _json({"report": found.report, "clip": base64.b64encode(found.take.wav).decode()})

    async def _keep(self, request: web.Request) -> web.Response:
        hall, packs = await self._enter(request)
        prompt = _asked(request, hall)
        found = await asyncio.to_thread(developed, await _body(request, TAKE_BODY), prompt.word)
        if not found.usable:
            raise Refused("bad_request", problem="take_useless")
        await packs.put(request.match_info["pack"], key(prompt.word), found.take)
        return _json({"report": found.report})

    async def _take(self, request: web.Request) -> web.Response:
        hall, packs = await self._enter(request)
        wav = await packs.take(request.match_info["pack"], key(_asked(request, hall).word))
        return web.Response(body=wav, content_type="audio/wav")

    async def _remove(self, request: web.Request) -> web.Response:
        hall, packs = await self._enter(request)
        await packs.remove(request.match_info["pack"], key(_asked(request, hall).word))
        return _json({})

    async def _export(self, request: web.Request) -> web.Response:
        _, packs = await self._enter(request)
        shown = await packs.one(request.match_info["pack"])
        takes = await packs.takes(request.match_info["pack"])
        name = quote(re.sub(r"\s+", "-", shown.pack.name.lower()), safe="")
        return web.Response(
            body=await asyncio.to_thread(packed, shown.pack, takes),
            content_type="application/zip",
            headers={hdrs.CONTENT_DISPOSITION: f"attachment; filename*=UTF-8''giong-{name}.zip"},
        )

    async def _import(self, request: web.Request) -> web.Response:
        _, packs = await self._enter(request)
        pack, takes = await asyncio.to_thread(unpacked, await _body(request, PACK_BODY))
        return _json({"id": await packs.make(pack, takes), "name": pack.name, "takes": len(takes)})

    async def _call(self, request: web.Request) -> web.Response:
        """A whole call as this pack speaks it, chosen or not; the synthetic voice where it has no take."""
        hall, packs = await self._enter(request)
        hall = msgspec.structs.replace(hall, voice=msgspec.structs.replace(hall.voice, repeat=1))
        counter = request.query.get("counter", _counter(hall))
        label = request.query.get("ticket", hall.services[0].series + SAMPLE)
        if len(label) > 12 or all(known.id != counter for known in hall.counters):
            raise Refused("unknown_counter", "counter")
        shown = await packs.one(request.match_info["pack"])
        content = await asyncio.to_thread(packed, shown.pack, await packs.takes(request.match_info["pack"]))
        try:
            sound = await self._spoken(hall, content, label, counter)
        except VoiceError as error:
            raise Refused("voice_unavailable") from error
        return web.Response(body=sound, content_type="audio/mpeg")

    async def _spoken(self, hall: HallConfig, content: bytes, label: str, counter: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "pack.zip"
            await asyncio.to_thread(file.write_bytes, content)

            async def pack() -> Path:
                return file

            speech = Speech(self._cache, hall.voice, phrasing=Phrasing.of(hall), pack=pack)
            try:
                return await speech.mp3(Announcement("call", label, counter))
            finally:
                await speech.close()

    async def _enter(self, request: web.Request) -> tuple[HallConfig, Packs]:
        """Before anything of the body is read: it may be large, and it may be a stranger's."""
        hall = await self._config(request.match_info["hall"])
        require(request["who"], hall.id, "supervisor")
        return hall, self._packs(hall.id)


def _asked(request: web.Request, hall: HallConfig) -> Prompt:
    """The prompt that a request is about. Raises Refused not_found for what this hall never says."""
    for prompt in prompts(hall):
        if (prompt.language, prompt.text) == (request.query.get("language"), request.query.get("text")):
            return prompt
    raise Refused("not_found", "text")


async def _body(request: web.Request, most: int) -> bytes:
    """A sound or a pack, which is larger than a command may be. Raises Refused too_large."""
    if (request.content_length or 0) > most:
        raise Refused("too_large")
    found = bytearray()
    async for part in request.content.iter_any():
        found += part
        if len(found) > most:
            raise Refused("too_large")
    return bytes(found)


def _counter(hall: HallConfig) -> str:
    """The third, as in the sentence that everybody tests with; the last where there are fewer."""
    return hall.counters[:3][-1].id


def _json(body: object) -> web.Response:
    return web.Response(body=msgspec.json.encode(body), content_type="application/json")
