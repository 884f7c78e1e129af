"""The Python client against a server that follows a script: what `cases.json` does not tell."""

import asyncio
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from hallsys.errors import Refused
from hallsys.live.client import Client, Declined, Event, News, Snapshot, Sound, Timings, UnwelcomeError
from tests.live.stage import VIEW, Peer, Stage, following, until
from tests.ports import free_port


async def test_first_hello_has_no_position_and_carries_the_token() -> None:
    """A snapshot fills the view; the hall's id and the token travel in the upgrade."""

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.stay()

    stage = Stage(first)
    async with following(stage) as (client, news):
        assert client.at == "1-5"
        assert client.view == VIEW
        assert isinstance(await news.get(), Snapshot)
    assert stage.hellos == [{"type": "hello", "v": 1, "since": None, "more": True}]
    assert stage.tokens == ["Bearer t0k"]
    assert stage.paths == ["/ws/h"]


async def test_events_are_folded_whole_rows_and_null_removes() -> None:
    """Every table alike, also one the client never heard of."""

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.event("1-6", "A001")
        await peer.say(
            type="event", at="1-7", kind="odd", time=2, changes={"tickets": {"A001": None}, "new": {"x": {"y": 1}}}
        )
        await peer.stay()

    async with following(Stage(first)) as (client, news):
        await until(news, "1-7")
        assert client.view["tickets"] == {}
        assert client.view["new"] == {"x": {"y": 1}}
        assert client.at == "1-7"


async def test_event_of_another_epoch_is_not_applied() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.event("1-6", "A001")
        await peer.event("2-6", "A009")
        await peer.stay()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-6")
        await peer.event("1-7", "A002")
        await peer.stay()

    stage = Stage(first, second)
    async with following(stage) as (client, news):
        await until(news, "1-7")
        assert set(client.view["tickets"]) == {"A001", "A002"}
    assert stage.since == [None, "1-6"]


async def test_silence_is_a_dead_link() -> None:
    """A server that stops ticking without closing is left and tried again."""

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.stay()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-5")
        await peer.event("1-6", "A001")
        await peer.stay()

    stage = Stage(first, second)
    async with following(stage, timings=Timings(silence=0.2)) as (client, news):
        await until(news, "1-6")
        assert "nothing heard" in client.trouble
    assert stage.since[:2] == [None, "1-5"]


@pytest.mark.parametrize("code", [4400, 4408, 4409, 4410, 1011, 1001])
async def test_close_codes_that_mean_come_back(code: int) -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.socket.close(code)

    async def second(peer: Peer) -> None:
        await peer.snapshot("2-1")
        await peer.stay()

    stage = Stage(first, second)
    async with following(stage) as (_, news):
        await until(news, "2-1")
    assert stage.since == [None, "1-5"]


@pytest.mark.parametrize("code", [4500, 4501, 4502, 4503, 4599])
async def test_close_codes_that_mean_do_not_come_back(code: int) -> None:
    """The first connection refused: entering raises, with the code."""

    async def first(peer: Peer) -> None:
        await peer.socket.close(code, "because")

    stage = Stage(first)
    async with stage:
        client = Client(stage.url, "h", None)
        with pytest.raises(UnwelcomeError, match="because") as refused:
            await client.__aenter__()
        assert refused.value.code == code
    assert len(stage.hellos) == 1
    assert stage.tokens == [None]


async def test_turned_away_later_ends_commands_and_followers() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.hear("do")
        await peer.socket.close(4501)

    async with following(Stage(first)) as (client, _):
        follower = asyncio.ensure_future(anext(client.events()))
        with pytest.raises(UnwelcomeError):
            await client.do("recall", {"counter": "3"})
        with pytest.raises(UnwelcomeError):
            await follower
        with pytest.raises(UnwelcomeError):
            await client.do("recall", {"counter": "3"})


async def test_command_is_answered() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        asked = await peer.hear("do")
        assert (asked["name"], asked["args"]) == ("call_next", {"counter": "3"})
        assert asked["id"] == "press-0001"
        await peer.say(type="done", id="someone-else", at="1-6", result={"why": "not ours"})
        await peer.say(type="done", id=asked["id"], at="1-6", result={"why": "arrival"})
        await peer.stay()

    async with following(Stage(first)) as (client, _):
        assert await client.do("call_next", {"counter": "3"}, key="press-0001") == {"why": "arrival"}


async def test_refusal_has_the_servers_code_and_words() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        asked = await peer.hear("do")
        await peer.say(type="refused", id=asked["id"], code="nobody_waiting", message="Không có số nào đang chờ")
        await peer.stay()

    async with following(Stage(first)) as (client, _):
        with pytest.raises(Refused) as refused:
            await client.do("call_next", {"counter": "3"})
        assert isinstance(refused.value, Declined)
        assert refused.value.code == "nobody_waiting"
        assert refused.value.message == "Không có số nào đang chờ"


async def test_abandoned_command_is_not_asked_again() -> None:
    """Whoever stopped waiting for a press does not want it to happen after the next reconnect."""
    asked = asyncio.Event()

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.hear("do")
        asked.set()
        await peer.hear("played")
        peer.socket.transport.abort()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-5")
        assert (await peer.hear("do"))["name"] == "later"
        await peer.event("1-6", "A001")
        await peer.stay()

    stage = Stage(first, second)
    async with following(stage) as (client, news):
        press = asyncio.create_task(client.do("recall", {"counter": "3"}))
        await asked.wait()
        press.cancel()
        with pytest.raises(asyncio.CancelledError):
            await press
        await client.say({"type": "played", "voice": "x"})
        later = asyncio.create_task(client.do("later", {}))
        await until(news, "1-6")
        later.cancel()


async def test_one_key_at_once_is_one_command() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        asked = await peer.hear("do")
        await peer.say(type="done", id=asked["id"], at="1-6", result={"n": 1})
        assert (await peer.hear("do"))["name"] == "other"
        await peer.stay()

    async with following(Stage(first)) as (client, _):
        both = await asyncio.gather(
            client.do("issue", {"service": "A"}, key="same-key"), client.do("issue", {"service": "A"}, key="same-key")
        )
        assert both == [{"n": 1}, {"n": 1}]
        last = asyncio.create_task(client.do("other", {}))
        await asyncio.sleep(0)
        last.cancel()


async def test_command_too_long_is_refused_before_it_is_sent() -> None:
    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.stay()

    async with following(Stage(first)) as (client, _):
        with pytest.raises(Refused, match="64 KiB"):
            await client.do("hold", {"counter": "3", "note": "x" * 70_000})


async def test_follower_hears_events_and_snapshots_in_order() -> None:
    go = asyncio.Event()

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await go.wait()
        await peer.event("1-6", "A001")
        await peer.snapshot("1-9", {"tickets": {}})
        await peer.event("1-10", "A002")
        await peer.stay()

    async with following(Stage(first)) as (client, _):
        heard: list[News] = []
        events = client.events()
        next_one = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        go.set()
        heard.append(await next_one)
        async for news in events:
            heard.append(news)
            if len(heard) == 3:
                break
        assert [type(news) for news in heard] == [Event, Snapshot, Event]
        assert client.view == {"tickets": {"A002": {"label": "A002", "state": "waiting"}}}


async def test_sound_is_asked_for_on_every_connection_and_lost_with_it() -> None:
    asked: list[dict[str, Any]] = []

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        asked.append(await peer.hear("sound"))
        await peer.say(type="sound", own=True)
        assert (await peer.hear("played"))["voice"] == "A001-3-aabbcc"
        peer.socket.transport.abort()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-5")
        asked.append(await peer.hear("sound"))
        await peer.say(type="sound", own=True)
        await peer.stay()

    async with following(Stage(first, second)) as (client, news):
        assert isinstance(await news.get(), Snapshot)
        await client.want_sound("hall-pc", zone="a")
        assert await news.get() == Sound(True)
        await client.say({"type": "played", "voice": "A001-3-aabbcc"})
        assert await news.get() == Sound(None)
        assert await news.get() == Sound(True)
    page = asked[0].pop("page")
    assert asked[0] == {"type": "sound", "want": True, "screen": "hall-pc", "zone": "a"}
    assert asked[1] == {**asked[0], "page": page}, "its lease is found by the same word"


async def test_garbage_and_unknown_frames() -> None:
    """An unknown type is handed on, for the protocol may grow; what is no frame at all ends the connection."""

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.say(type="from the future", at="9-9")
        await peer.event("1-6", "A001")
        await peer.socket.send("not json")
        await peer.stay()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-6")
        await peer.event("1-7", "A002")
        await peer.stay()

    stage = Stage(first, second)
    async with following(stage) as (client, news):
        await until(news, "1-7")
        assert set(client.view["tickets"]) == {"A001", "A002"}
    assert stage.since == [None, "1-6"]


async def test_server_that_is_not_there_yet() -> None:
    """Nobody listens, then somebody does: the client has not given up, and said what it saw."""
    states: asyncio.Queue[str] = asyncio.Queue()

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.stay()

    async with asyncio.timeout(120):
        port = free_port()
        timings = Timings(first=0.05, cap=0.05, patience=0.1)
        client = Client(f"ws://127.0.0.1:{port}", "h", None, on_state=states.put_nowait, timings=timings)
        entering = asyncio.create_task(client.__aenter__())
        assert await states.get() == "lost"
        stage = Stage(first)
        server = await serve(stage.play, "127.0.0.1", port)
        await entering
        assert await states.get() == "live"
        await client.__aexit__(None, None, None)
        server.close()
        await server.wait_closed()


async def test_upgrade_refused_is_tried_again() -> None:
    """A load balancer's 503 is not the server's last word."""
    refusals = iter([503, 404])

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        await peer.stay()

    stage = Stage(first)

    def gate(socket: ServerConnection, request: object) -> Any:
        status = next(refusals, None)
        return None if status is None else socket.respond(status, "in a moment\n")

    async with asyncio.timeout(120):
        server = await serve(stage.play, "127.0.0.1", 0, process_request=gate)
        async with Client(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "h", None) as client:
            assert client.at == "1-5"
        server.close()
        await server.wait_closed()


async def test_sound_handed_back_is_not_asked_for_again() -> None:
    """A device that cannot speak leaves the loudspeaker to others, also after a cut."""

    async def first(peer: Peer) -> None:
        await peer.snapshot()
        assert (await peer.hear("sound"))["want"] is True
        assert (await peer.hear("sound"))["want"] is False
        peer.socket.transport.abort()

    async def second(peer: Peer) -> None:
        await peer.say(type="resumed", at="1-5")
        assert (await peer.hear("do"))["name"] == "recall"
        await peer.event("1-6", "A001")
        await peer.stay()

    async with following(Stage(first, second)) as (client, news):
        await client.want_sound("hall-pc")
        await client.want_sound("hall-pc", want=False)
        press = asyncio.create_task(client.do("recall", {"counter": "3"}))
        await until(news, "1-6")
        press.cancel()
