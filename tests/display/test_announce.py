"""The announcer against a small hall of its own: real sockets, a script in the place of the loudspeaker."""

import pytest

from hallsys.display.announcer import speaker
from hallsys.display.announcer.speaker import NoZoneError
from tests.display.hall import ZONES, Hall, Loudspeaker, announcing

A1, A2, A3, A4 = (f"A00{number}-1-abcdef" for number in (1, 2, 3, 4))


async def test_calls_are_spoken_in_order_one_at_a_time_and_acknowledged() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        for voice in (A1, A2, A3):
            await hall.call(voice)
        loudspeaker.may_end.set()
        assert await hall.played(3) == loudspeaker.spoken == [A1, A2, A3]
    assert loudspeaker.at_once == 1


async def test_stale_call_is_not_spoken_and_the_hall_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1, age_s=31)
        assert await hall.heard("played") == {"type": "played", "voice": A1, "skipped": True}
        await hall.call(A2, age_s=5)
        assert await hall.played() == [A2]
    assert loudspeaker.spoken == [A2]
    assert f"{A1}: too old, not spoken" in capsys.readouterr().err


async def test_backlog_is_asked_for_in_short() -> None:
    loudspeaker = Loudspeaker()
    hall = Hall()
    hall.gives_sound = False
    async with announcing(loudspeaker, hall):
        for voice in (A1, A2, A3, A4):
            await hall.call(voice)
        await hall.arrived()
        await hall.frame(type="sound", own=True)
        await hall.played(4)
    assert hall.asked == [f"{A1}.wav?short=1", f"{A2}.wav", f"{A3}.wav", f"{A4}.wav"]


async def test_nothing_begins_without_the_servers_word(monkeypatch: pytest.MonkeyPatch) -> None:
    loudspeaker, hall = Loudspeaker(), Hall()
    hall.confirms = False
    async with announcing(loudspeaker, hall):
        await hall.call(A1)
        await hall.heard("playing")
        await hall.frame(type="sound", own=False)
        await hall.frame(type="sound", own=True)
        assert (await hall.heard("playing"))["voice"] == A1
        assert loudspeaker.spoken == []
        await hall.speaking(A1)
        assert await hall.played() == [A1]


async def test_what_another_device_has_spoken_is_not_repeated_what_it_left_is() -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.frame(type="sound", own=False)
        for voice in (A1, A2, A3):
            await hall.call(voice)
        await hall.frame(type="spoken", voice=A1, zone="", heard=True)
        await hall.frame(type="spoken", voice=A3, zone="elsewhere", heard=True)
        await hall.speaking(A2)  # and then it died
        await hall.frame(type="sound", own=True)
        assert await hall.played(2) == [A2, A3]
    assert loudspeaker.spoken == [A2, A3]


async def test_whoever_loses_the_loudspeaker_falls_silent_at_once() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1)
        await hall.call(A2)
        assert await loudspeaker.began.get() == A1
        await hall.frame(type="sound", own=False)
        assert await loudspeaker.broken_off.get() == A1
        loudspeaker.may_end.set()
        await hall.frame(type="spoken", voice=A1, zone="", heard=True)
        await hall.frame(type="sound", own=True)
        assert await hall.played() == [A2]
    assert loudspeaker.spoken == [A2]


async def test_call_during_a_cut_is_spoken_after_it() -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1)
        await hall.played()
        hall.gives_sound = False
        await hall.cut()
        await hall.heard("sound")
        await hall.call(A2)
        await hall.frame(type="sound", own=True)
        assert (await hall.heard("played"))["voice"] == A1, "not confirmed by the server yet: said again"
        assert await hall.played() == [A2]
    assert hall.since == [None, "1-2"]
    assert loudspeaker.spoken == [A1, A2]


async def test_a_long_cut_ends_the_sentence_before_the_lease_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert speaker.HOLD_S == 2.5
    monkeypatch.setattr(speaker, "HOLD_S", 0.05)
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1)
        await loudspeaker.began.get()
        hall.gives_sound = False
        await hall.cut()
        assert await loudspeaker.broken_off.get() == A1
        loudspeaker.may_end.set()
        await hall.heard("sound")
        await hall.frame(type="sound", own=True)
        assert await hall.played() == [A1]


async def test_a_call_taken_back_falls_silent() -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.may_end.clear()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1)
        await hall.call(A2)
        await loudspeaker.began.get()
        await hall.event("undone", {"tickets": {"A001": {"label": "A001", "state": "waiting"}}})
        assert await hall.heard("played") == {"type": "played", "voice": A1, "skipped": True}
        loudspeaker.may_end.set()
        assert await hall.played() == [A2]


async def test_a_zone_has_its_own_calls_and_an_unknown_one_is_said() -> None:
    loudspeaker, hall = Loudspeaker(), Hall()
    hall.view["hall"]["zones"] = ZONES
    async with announcing(loudspeaker, hall, zone="b"):
        await hall.call("A001-1-abcdef")
        await hall.call("H001-2-abcdef")
        await hall.heard("playing")
        await hall.speaking("H001-2-abcdef", "b")
        assert await hall.played() == ["H001-2-abcdef"]
    with pytest.raises(NoZoneError, match="no zone 'c' in this hall; there are: '', 'a', 'b'"):
        await _no_zone(hall)


async def _no_zone(hall: Hall) -> None:
    from hallsys.display.announcer.speaker import Announcer

    class View:
        view = hall.view

    await Announcer(View(), None, "h", Loudspeaker(), zone="c").run()  # type: ignore[arg-type]


async def test_broken_loudspeaker_hands_the_sound_back_and_tries_again(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    loudspeaker.broken = 2
    async with announcing(loudspeaker) as hall:
        await hall.call(A1)
        wanted = [(await hall.heard("sound"))["want"] for _ in range(4)]
        assert await hall.played() == [A1]
    assert wanted == [False, True, False, True]
    assert "no sound card" in capsys.readouterr().err


async def test_sound_that_is_not_there_does_not_block_the_next(capsys: pytest.CaptureFixture[str]) -> None:
    loudspeaker = Loudspeaker()
    async with announcing(loudspeaker) as hall:
        await hall.call(A1, sound=False)
        await hall.call(A2)
        assert await hall.played() == [A2]
    assert hall.asked == [f"{A1}.wav"] * 3 + [f"{A2}.wav"]
    assert "404" in capsys.readouterr().err
