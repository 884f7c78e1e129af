"""A phone shows its ticket's token instead of a sign-in: it reads a closed hall, and does nothing else."""

import pytest

from tests.running import Running, Serve


@pytest.fixture
async def shut(serve: Serve) -> Running:
    return await serve(open_reading=False)


async def taken(server: Running) -> str:
    return str((await (await server.door("kiosk")).do("issue", service="A")).result["token"])


async def test_a_ticket_reads_a_hall_that_is_not_open(shut: Running) -> None:
    token = await taken(shut)
    async with shut.nobody.socket(f"{shut.hall}?ticket={token}") as phone:
        snapshot = await phone.hello()
        assert token not in str(snapshot)


@pytest.mark.parametrize("token", ["", "guess", "{hall}.AAAAAAAAAAAAAAAAAAAAAA"])
async def test_what_is_no_ticket_reads_nothing(shut: Running, token: str) -> None:
    await taken(shut)
    async with shut.nobody.socket(f"{shut.hall}?ticket={token.format(hall=shut.hall)}") as stranger:
        assert await stranger.closed() == 4501


@pytest.mark.parametrize("frame", [{"type": "sound", "want": True}, {"type": "played", "voice": "A001-1-abcdef"}])
async def test_a_ticket_cannot_take_the_loudspeaker(shut: Running, frame: dict[str, object]) -> None:
    token = await taken(shut)
    async with shut.nobody.socket(f"{shut.hall}?ticket={token}") as phone:
        await phone.hello()
        await phone.send(frame)
        assert await phone.closed() == 4501


async def test_a_ticket_does_no_command_that_asks_for_a_sign_in(shut: Running) -> None:
    token = await taken(shut)
    async with shut.nobody.socket(f"{shut.hall}?ticket={token}") as phone:
        await phone.hello()
        assert (await phone.do("issue", service="A"))["code"] == "unauthorized"
