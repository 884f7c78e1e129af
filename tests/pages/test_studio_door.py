"""The studio's door: who may, what is kept, and that the next call of every server speaks with it."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import numpy as np
import pytest

from hallsys.display.voice import sound
from hallsys.display.voice.reader import DIGITS
from hallsys.store.backup import Record, back_up, read_backup
from tests.running import Running, Serve
from tests.voice.test_pack import tone, zipped
from tests.voice.test_pack_takes import as_wav, recording

QUIET_TONE = 1_234.0
"""Hertz; no word of the synthetic voice has so much of it."""


def take(hertz: float = QUIET_TONE, seconds: float = 0.5) -> bytes:
    """A recording in a quiet room: a tone, which a call can be searched for."""
    time = np.arange(round(seconds * 48_000)) / 48_000
    still = np.random.default_rng(2).standard_normal(24_000) * 1e-4
    return as_wav(np.concatenate([still, 0.3 * np.sin(2 * np.pi * hertz * time), still]).astype(np.float32))


def share(wav: bytes, hertz: float = QUIET_TONE) -> float:
    """How much of a WAV's power lies within 5 Hz of a tone."""
    spectrum = np.abs(np.fft.rfft(sound.from_pcm(wav[44:], sound.RATE))) ** 2
    frequency = np.fft.rfftfreq((len(wav) - 44) // 2, 1 / sound.RATE)
    return float(spectrum[np.abs(frequency - hertz) < 5].sum() / spectrum.sum())


class Studio:
    """The door as the page knocks at it."""

    def __init__(self, running: Running, token: str | None) -> None:
        self._running, self._token = running, token
        self.path = f"{running.address}/halls/{running.hall}/studio"

    async def ask(self, method: str, path: str, body: Any = None, **options: Any) -> aiohttp.ClientResponse:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= options.pop("headers", {})
        data = body if isinstance(body, bytes | io.BytesIO | None) else msgspec.json.encode(body)
        answer = await self._running.http.request(method, self.path + path, data=data, headers=headers, **options)
        await answer.read()
        return answer

    async def get(self, path: str, **query: str) -> aiohttp.ClientResponse:
        return await self.ask("GET", path, params=query)

    async def done(self, path: str, body: Any = None, **query: str) -> Any:
        answer = await self.ask("POST", path, {} if body is None else body, params=query)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def refusal(self, path: str, body: Any = None, **query: str) -> tuple[int, str, str]:
        answer = await self.ask("POST", path, {} if body is None else body, params=query)
        error = (await answer.json())["error"]
        return answer.status, error["code"], error["message"]

    async def voices(self) -> Any:
        return await (await self.get("/voices")).json()

    async def record(self, pack: str, *texts: str, wav: bytes | None = None) -> None:
        for text in texts:
            await self.done(f"/packs/{pack}/take", wav or take(), language="vi", text=text)


async def studio(running: Running, role: str = "supervisor") -> Studio:
    return Studio(running, await running.token(role))


async def called(running: Running, voice: str) -> bytes:
    """The sound of a call, as a board hears it."""
    answer = await running.http.get(f"{running.address}/halls/{running.hall}/voice/{voice}.wav")
    assert answer.status == 200, await answer.text()
    return await answer.read()


async def a_call(running: Running) -> str:
    """A001 is called to counter 2; the id of its sound."""
    door = await running.door("admin")
    async with door.screen() as screen:
        await door.do("open_counter", counter="2")
        await door.do("issue", service="A")
        await door.do("call_next", counter="2")
        while not any("voice" in event for event in screen.events):
            await screen.next("event")
        return str(screen.events[-1]["voice"])


async def test_a_take_is_spoken_by_the_next_call_as_soon_as_its_pack_is_chosen(server: Running) -> None:
    voice, door = await a_call(server), await studio(server)
    before = await called(server, voice)
    assert share(before) < 0.01
    pack = (await door.done("/packs", {"name": "  Hạnh "}))["id"]
    await door.record(pack, "không", "một")
    assert await called(server, voice) == before, "nobody has chosen it"
    await door.done("/choose", {"pack": pack})
    after = await called(server, voice)
    assert share(after) > 0.2
    # The hall's other words are the synthetic voice's, and a take that comes later is heard at once, too.
    await door.record(pack, "a", "hai", "xin mời công dân số", "đến quầy số")
    assert share(await called(server, voice)) > 0.5 > share(after)
    for text in ("không", "một", "a", "hai", "xin mời công dân số", "đến quầy số"):
        await door.done(f"/packs/{pack}/take/remove", language="vi", text=text)
    assert await called(server, voice) == before
    await door.record(pack, "một")
    await door.done("/choose", {"pack": None})
    assert await called(server, voice) == before


async def test_every_server_of_the_hall_speaks_with_it_and_goes_on_while_the_store_is_away(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await serve()
    second = await serve(hall=first.hall)
    voice = await a_call(second)
    door = await studio(first)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    await door.record(pack, "không", "một")
    await door.done("/choose", {"pack": pack})
    spoken = await called(first, voice)
    for file in (tmp_path / "voicepacks" / first.hall).iterdir():
        file.unlink()
    assert share(spoken) > 0.2
    assert await called(second, voice) == spoken
    assert len(list((tmp_path / "voicepacks" / first.hall).iterdir())) == 1, "it has fetched it for itself"
    await second.server.connection.close()
    monkeypatch.setattr(second.server.connection.client, "execute_command", _away)
    assert await second.server.shelf(first.hall) is not None


async def _away(*_: object, **__: object) -> None:
    raise ConnectionError("the store is away")


async def test_what_is_recorded_is_listed_with_what_is_left_to_read(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    await door.record(pack, "bảy")
    faint = as_wav(recording(peak=0.02, noise=-85.0))
    report = (await door.done(f"/packs/{pack}/take", faint, language="vi", text="tám"))["report"]
    assert (report["flaws"], report["usable"]) == (["faint"], True)
    shown = await door.voices()
    texts = [prompt["text"] for prompt in shown["prompts"]]
    assert texts[:12] == ["xin mời công dân số", "đến quầy số", *DIGITS["vi"]]
    assert {"hát", "en-nờ"} < set(texts)
    assert {"text": "en-nờ", "sign": "N", "group": "letter", "language": "vi"} in shown["prompts"]
    (only,) = shown["packs"]
    assert (only["id"], only["name"], shown["chosen"]) == (pack, "Hạnh", None)
    assert only["takes"].keys() == {"vi/bảy", "vi/tám"}
    assert only["takes"]["vi/tám"]["flaws"] == ["faint"]
    assert only["takes"]["vi/bảy"]["seconds"] == pytest.approx(0.5, abs=0.1)
    kept = await door.get(f"/packs/{pack}/take", language="vi", text="bảy")
    assert share(await kept.read()) > 0.9


async def test_a_take_is_tried_without_being_kept(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    tried = await door.done("/try", take(), language="vi", text="bảy")
    assert tried["report"]["usable"]
    assert tried["report"]["lufs"] == pytest.approx(-19, abs=0.5)
    assert tried["clip"].startswith("UklGR")  # RIFF in base64
    assert (await door.voices())["packs"][0]["takes"] == {}
    cut = take()[:44] + take()[44 + 48_000 :]
    cut = cut[:40] + (len(cut) - 44).to_bytes(4, "little") + cut[44:]
    assert (await door.done("/try", cut, language="vi", text="bảy"))["report"]["flaws"] == ["cut"]
    status, code, _ = await door.refusal(f"/packs/{pack}/take", cut, language="vi", text="bảy")
    assert (status, code) == (400, "bad_request")


async def test_a_pack_goes_to_another_hall_as_one_file(serve: Serve) -> None:
    first, second = await serve(), await serve()
    here, there = await studio(first), await studio(second)
    pack = (await here.done("/packs", {"name": "Nguyễn Thị Hạnh"}))["id"]
    await here.record(pack, "không", "một")
    exported = await here.get(f"/packs/{pack}.zip")
    assert exported.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''giong-nguy")
    content = await exported.read()
    assert sorted(zipfile.ZipFile(io.BytesIO(content)).namelist()) == ["pack.json", "vi/không.wav", "vi/một.wav"]
    brought = await there.done("/import", content)
    assert (brought["name"], brought["takes"]) == ("Nguyễn Thị Hạnh", 2)
    await there.done("/choose", {"pack": brought["id"]})
    assert share(await called(second, await a_call(second))) > 0.2
    assert share(await called(first, await a_call(first))) < 0.01
    again = await (await there.get(f"/packs/{brought['id']}.zip")).read()
    assert zipfile.ZipFile(io.BytesIO(again)).namelist() == zipfile.ZipFile(io.BytesIO(content)).namelist()


async def test_a_call_is_heard_before_its_pack_is_chosen(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    empty = await (await door.get(f"/packs/{pack}/call", ticket="A012", counter="3")).read()
    await door.record(pack, "ba")
    heard = await door.get(f"/packs/{pack}/call", ticket="A012", counter="3")
    assert heard.content_type == "audio/mpeg"
    assert await heard.read() != empty
    assert (await door.get(f"/packs/{pack}/call", ticket="A012", counter="99")).status == 404


async def test_only_supervisors_of_this_hall_and_pages_of_this_site(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    orders = [
        "/packs",
        "/choose",
        "/import",
        "/try",
        *(f"/packs/{pack}/{what}" for what in ("remove", "take", "take/remove")),
    ]
    reads = ["/voices", f"/packs/{pack}.zip", f"/packs/{pack}/take", f"/packs/{pack}/call"]
    stranger = Studio(server, await server.token("admin", hall="elsewhere"))
    for low, status in ((Studio(server, None), 401), (await studio(server, "counter"), 403), (stranger, 403)):
        for path in orders:
            assert (await low.ask("POST", path, b"x" * 100)).status == status, path
        for path in reads:
            assert (await low.get(path)).status == status, path
    assert (await (await studio(server, "admin")).get("/voices")).status == 200
    cookie = {"Cookie": "hallsys_session=x", "Origin": "https://elsewhere.example"}
    foreign = await door.ask("POST", "/packs", {"name": "X"}, headers=cookie)
    assert (await foreign.json())["error"]["code"] == "foreign_origin"
    page = await door.ask("GET", "", headers={"Accept": "text/html"})
    assert "microphone=(self)" in page.headers["Permissions-Policy"]
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


async def test_what_cannot_be_used_is_refused_in_words(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    where, seven = f"/packs/{pack}/take", {"language": "vi", "text": "bảy"}
    assert (await door.refusal(where, b"no sound", **seven))[:2] == (400, "bad_request")
    assert "WAV" in (await door.refusal(where, b"no sound", **seven))[2]
    assert (await door.refusal(where, io.BytesIO(bytes(3 * 2**20 + 1)), **seven))[:2] == (413, "too_large")
    assert (await door.refusal(where, take(), language="vi", text="../bảy"))[:2] == (404, "not_found")
    assert (await door.refusal(where, take(), language="vi", text="triệu"))[:2] == (404, "not_found")
    assert (await door.refusal("/packs/feedbeef/take", take(), **seven))[:2] == (404, "not_found")
    assert (await door.refusal("/packs/chosen/take", take(), **seven))[:2] == (404, "not_found")
    assert (await door.refusal("/choose", {"pack": "feedbeef"}))[:2] == (404, "not_found")
    assert (await door.refusal("/packs", {"name": "   "}))[:2] == (400, "bad_request")
    assert (await door.refusal("/import", b"PK"))[:2] == (400, "bad_request")
    status, code, words = await door.refusal("/import", zipped(**{"pack.json": b'{"name":"H"}', "../x": tone(0.3)}))
    assert (status, code) == (400, "bad_request")
    assert "../x" in words
    assert (await door.get(where, **seven)).status == 404
    assert (await door.get("/packs/feedbeef.zip")).status == 404


async def test_a_hall_has_twelve_voices_at_the_most_and_a_deleted_one_is_silent(server: Running) -> None:
    voice, door = await a_call(server), await studio(server)
    packs = [(await door.done("/packs", {"name": f"Giọng {n}"}))["id"] for n in range(12)]
    assert (await door.refusal("/packs", {"name": "Giọng 13"}))[:2] == (409, "limit_reached")
    await door.done("/choose", {"pack": packs[3]})
    assert (await door.refusal("/packs", {"name": "Giọng 13"}))[:2] == (409, "limit_reached")
    await door.record(packs[3], "một")
    before = share(await called(server, voice))
    await door.done(f"/packs/{packs[3]}/remove")
    assert share(await called(server, voice)) < before / 5
    shown = await door.voices()
    assert shown["chosen"] is None
    assert packs[3] not in [pack["id"] for pack in shown["packs"]]
    assert [pack["name"] for pack in shown["packs"]][:3] == ["Giọng 0", "Giọng 1", "Giọng 2"]


async def test_a_backup_holds_the_voices(server: Running, tmp_path: Path) -> None:
    await a_call(server)
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    await door.record(pack, "một")
    await door.done("/choose", {"pack": pack})
    await back_up(server.server.connection, tmp_path / "all.backup")
    records = [one for one in read_backup(tmp_path / "all.backup") if isinstance(one, Record)]
    rows = {one.key: dict(one.rows) for one in records if one.key.startswith(f"{{{server.hall}}}:voicepacks")}
    assert rows[f"{{{server.hall}}}:voicepacks"][b"chosen"] == pack.encode()
    kept = await (await door.get(f"/packs/{pack}/take", language="vi", text="một")).read()
    assert rows[f"{{{server.hall}}}:voicepacks:{pack}"] == {"vi/một".encode(): kept}


async def test_two_readers_at_once_lose_nothing(server: Running) -> None:
    door = await studio(server)
    pack = (await door.done("/packs", {"name": "Hạnh"}))["id"]
    texts = DIGITS["vi"]
    await asyncio.gather(*(door.record(pack, text) for text in texts))
    assert (await door.voices())["packs"][0]["takes"].keys() == {f"vi/{text}" for text in texts}
