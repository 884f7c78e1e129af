"""Whatever a client sends on a socket: it is answered or closed with a promised code, and the hall goes on."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from hallsys.core.commands import COMMANDS
from tests.running import Running, Screen

CODES = {1000, 1007, 1009, 4500, 4503}

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
args = st.fixed_dictionaries(
    {},
    optional={
        "counter": st.sampled_from(["1", "2", "99", ""]) | plain,
        "service": st.sampled_from(["A", "H", "Z"]) | plain,
        "ticket": st.sampled_from(["A001", "H001", "X"]) | plain,
        "place": plain,
        "at": st.integers() | plain,
        "score": plain,
        "reason": plain,
    },
)
do = st.fixed_dictionaries(
    {"type": st.just("do")},
    optional={
        "id": st.text(min_size=8, max_size=8, alphabet="abcdefgh") | plain,
        "name": st.sampled_from([*COMMANDS, "fly"]) | plain,
        "args": args | plain,
        "more": plain,
    },
)
other = st.fixed_dictionaries(
    {"type": st.sampled_from(["hello", "sound", "played", "event", "", "tick"]) | plain},
    optional={"v": plain, "since": plain, "want": st.booleans() | plain, "voice": st.text() | plain},
)
frames = (do | do | other | plain).map(lambda frame: json.dumps(frame).encode()) | st.binary(max_size=60)


async def alive(screen: Screen) -> bool:
    """Whether the socket still answers a command; else it was closed with one of the promised codes."""
    try:
        answer = await screen.do("issue", service="Z")
    except ConnectionClosed:
        assert screen.socket.close_code in CODES
        return False
    assert answer["code"] == "unknown_service"
    return True


@settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sent=st.lists(frames, min_size=1, max_size=6), greeted=st.booleans())
async def test_any_frames(server: Running, caplog: pytest.LogCaptureFixture, sent: list[bytes], greeted: bool) -> None:
    admin = await server.door("admin")
    async with admin.socket() as screen:
        if greeted:
            await screen.hello()
        for frame in sent:
            await _send(screen, frame)
        await alive(screen)
    async with admin.screen() as next_one:
        assert await alive(next_one)
        assert next_one.view == (await admin.view())["view"]
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]


async def _send(screen: Screen, frame: Any) -> None:
    try:
        await screen.socket.send(frame, text=True)
    except ConnectionClosed:
        assert screen.socket.close_code in CODES
