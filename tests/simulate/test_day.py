"""Days played against a real server, through its public doors."""

import argparse
import asyncio
import dataclasses
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from hallsys.app import Server
from hallsys.config import HallConfig, Settings
from hallsys.hallfile import load_hall
from hallsys.live.client import Client, Declined
from hallsys.simulate import command
from hallsys.simulate.command import NotPlayed, Options, keep_alive, simulate
from hallsys.simulate.halls import make_hall_toml
from hallsys.store.connection import connect


class House:
    """A server with one hall, and a token for each role."""

    def __init__(self, server: Server, options: Options, hall: str, admin: str) -> None:
        self.server, self.options, self.hall, self.admin = server, options, hall, admin


def hall_config(folder: Path, name: str, *, rules: bool = False) -> HallConfig:
    file = folder / "hall.toml"
    file.write_text(make_hall_toml(5, hall=name, voice=False, rules=rules), "utf-8")
    config = load_hall(file)
    # Somebody sent back comes to the same counter again after a second, not after a minute of the test.
    return msgspec.structs.replace(config, policy=msgspec.structs.replace(config.policy, return_pause_s=1))


@asynccontextmanager
async def standing(valkey_url: str, folder: Path, config: HallConfig) -> AsyncIterator[House]:
    name, connection = config.id, connect(valkey_url)
    server = Server(Settings(data=folder, port=0), {name: config}, connection)
    await server.start()
    accounts = server.entrance.accounts
    tokens = {role: await accounts.create_token(name, role) for role in ("kiosk", "counter", "supervisor", "admin")}
    options = Options(
        url=server.address,
        hall=name,
        kiosk_token=tokens["kiosk"],
        counter_token=tokens["counter"],
        supervisor_token=tokens["supervisor"],
        tickets=60,
        speed=0,
    )
    try:
        yield House(server, options, name, tokens["admin"])
    finally:
        await server.stop()
        await connection.close()


@pytest.fixture
async def house(valkey_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with standing(valkey_url, tmp_path, hall_config(tmp_path, f"day{uuid.uuid4().hex[:8]}")) as found:
        yield found


async def test_day_agrees_with_the_server(house: House) -> None:
    """Each role with the least token that will do; everything that happens in a hall happens."""
    async with asyncio.timeout(120):
        summary = await simulate(house.options)
    assert summary.problems == []
    assert summary.notes == []
    assert summary.tickets == 60
    done = {step: count for step, count, _ in summary.steps}
    assert done["issued"] == 60
    for step in ("called", "recalled", "started", "finished", "no_show", "held", "resumed", "returned", "reinstated"):
        assert done[step] > 0, step
    assert {state for state, *_ in summary.states} <= {"done", "no_show", "cancelled"}


async def test_day_in_a_hall_with_every_rule_on_two_servers_closed_at_the_end(valkey_url: str, tmp_path: Path) -> None:
    """Wrong presses taken back, walk-ins, bookings, several services, groups, outcomes, keys sent twice: it agrees."""
    config = hall_config(tmp_path, f"day{uuid.uuid4().hex[:8]}", rules=True)
    (tmp_path / "second").mkdir()
    async with (
        asyncio.timeout(120),
        standing(valkey_url, tmp_path, config) as house,
        standing(valkey_url, tmp_path / "second", config) as second,
    ):
        options = dataclasses.replace(
            house.options, tickets=200, seed=2, more_urls=[second.options.url], supervisor_token=house.admin, close=True
        )
        summary = await simulate(options)
        assert summary.problems == []
        assert summary.notes == []
        done = {step: count for step, count, _ in summary.steps}
        assert done["issued"] == summary.tickets == 200
        for step in (
            "undone",
            "booked",
            "noted",
            "rated",
            "help_asked",
            "help_ended",
            "signed_off",
            "day_closed",
            "counter_assigned",
        ):
            assert done[step] > 0, step
        assert done["finished"] > {state: left for state, left, _ in summary.states}["done"], "nobody had two services"
        assert {state for state, *_ in summary.states} == {"done", "no_show", "cancelled", "expired"}
        assert summary.repeated > 0
        for refusal in (("finish", "outcome_needed"), ("start", "wrong_state"), ("check_in", "too_early")):
            assert summary.refusals[refusal] > 0, refusal
        with pytest.raises(Declined, match="hall_closed"):
            async with Client(house.options.url, house.hall, house.admin) as late:
                await late.do("issue", {"service": "A"})


async def test_second_day_in_a_hall_that_has_tickets(house: House) -> None:
    """What was there before is neither ours nor a disagreement; more counters than there are is said."""
    async with asyncio.timeout(120), Client(house.options.url, house.hall, house.admin) as stranger:
        for _ in range(3):
            await stranger.do("issue", {"service": "A"})
        summary = await simulate(dataclasses.replace(house.options, tickets=20, counters=9, seed=5))
    assert summary.problems == []
    assert summary.tickets == 20
    assert summary.notes == ["9 counters were asked for, the hall has 5"]


async def test_deed_that_nobody_told_us_of_is_a_disagreement(house: House) -> None:
    """Somebody cancels a ticket of ours behind our back: the summary says which."""

    async def meddle() -> str:
        async with Client(house.options.url, house.hall, house.admin) as stranger:
            async for news in stranger.events():
                for row in getattr(news, "changes", {}).get("tickets", {}).values():
                    if row is not None and row["state"] == "waiting":
                        await stranger.do("cancel", {"ticket": row["label"]})
                        return str(row["label"])
        return ""

    async with asyncio.timeout(120):
        meddling = asyncio.create_task(meddle())
        summary = await simulate(dataclasses.replace(house.options, tickets=20))
        label = await meddling
    assert f"{label}: state was left as 'waiting', the server says 'cancelled'" in summary.problems


async def test_token_without_the_right_is_said(house: House) -> None:
    with pytest.raises(NotPlayed, match="supervisor"):
        await simulate(dataclasses.replace(house.options, supervisor_token=house.options.kiosk_token))
    with pytest.raises(NotPlayed, match="404"):
        await simulate(dataclasses.replace(house.options, hall="nowhere"))


async def test_hall_stays_alive_day_after_day(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The loop goes on with another day when one is over, and ends when it is told to."""
    days: list[int] = []
    play = command._play

    async def counted(options: Options, *rest: object) -> None:
        days.append(options.seed)
        await play(options, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(command, "_play", counted)
    async with asyncio.timeout(120):
        alive = asyncio.create_task(keep_alive(dataclasses.replace(house.options, tickets=3)))
        async with Client(house.options.url, house.hall, house.admin) as onlooker:
            issued = 0
            async for news in onlooker.events():
                issued += getattr(news, "kind", "") == "issued"
                if issued == 7:
                    break
        alive.cancel()
        with pytest.raises(asyncio.CancelledError):
            await alive
    assert days == [1, 2, 3]


def arguments(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HALLSYS_TOKEN", "from the environment")
    options = command.options_from(arguments("--kiosk-token", "k", "--tickets", "7"))
    assert (options.kiosk_token, options.counter_token, options.tickets) == ("k", "from the environment", 7)
    assert options.speed == 60
    assert command.options_from(arguments("--loop")).speed == 20
    assert command.options_from(arguments("--loop", "--speed", "0")).speed == 0
    assert (options.url, options.more_urls) == (Options.url, [])
    two = command.options_from(arguments("--url", "http://a", "--url", "http://b", "--close"))
    assert (two.url, two.more_urls, two.close) == ("http://a", ["http://b"], True)


@pytest.mark.parametrize("words", [("--tickets", "0"), ("--counters", "0"), ("--speed", "-1")])
def test_numbers_that_make_no_day(words: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(arguments(*words)) == 2
    assert "or more" in capsys.readouterr().err


def test_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(arguments("--url", "http://127.0.0.1:1", "--tickets", "3")) == 2
    assert "127.0.0.1" in capsys.readouterr().err
