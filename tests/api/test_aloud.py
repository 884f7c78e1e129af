"""A kiosk's page read out, over the server's doors."""

from hallsys.config import VoiceConfig
from hallsys.kiosk.desk import ALOUD
from tests.running import Door, Reply, Running, Serve


async def say(door: Door, text: str, language: str = "vi") -> Reply:
    return await door.ask("POST", f"{door.api}/say", json={"text": text, "language": language})


async def test_a_line_is_read_out_to_a_kiosk_and_to_nobody_else(server: Running) -> None:
    kiosk = await server.door("kiosk")
    heard = await say(kiosk, "Ông/bà có thuộc diện ưu tiên không?")
    assert (heard.status, heard.headers["Content-Type"]) == (200, "audio/mpeg")
    english = await say(kiosk, "Do you belong to a priority group?", "en")
    assert len(heard.body) > 2_000
    assert english.body != heard.body
    assert (await say(await server.door("display"), "Xin chào")).refusal == (403, "forbidden")
    assert (await say(server.nobody, "Xin chào")).refusal == (401, "unauthorized")
    assert (await say(kiosk, "a" * 301)).refusal == (400, "bad_request")
    assert (await say(kiosk, "\u0011")).refusal == (400, "bad_request")


async def test_a_silent_hall_reads_nothing_out(serve: Serve) -> None:
    hall = await serve(voice=VoiceConfig(enabled=False))
    assert (await say(await hall.door("kiosk"), "Xin chào")).refusal == (503, "voice_unavailable")


async def test_a_device_does_not_have_the_server_talk_all_day(server: Running) -> None:
    kiosk = await server.door("kiosk")
    for _ in range(ALOUD[0]):
        assert (await say(kiosk, "Xin chào")).status == 200
    assert (await say(kiosk, "Xin chào")).refusal == (429, "too_many")
