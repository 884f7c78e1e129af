"""A ticket on its holder's phone, in a hall that everybody may read: it follows the call as the boards do."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import PHONE, WALL, Hall, Stations

pytestmark = pytest.mark.browser


async def test_a_phone_follows_its_ticket_and_nobody_sees_its_token(hall: Hall, stations: Stations) -> None:
    await hall.do("open_counter", counter="1")
    before, mine = await hall.label("T"), await hall.do("issue", service="T")
    label, token = mine["ticket"]["label"], mine["token"]
    phone = await (await stations(hall.address, PHONE)).open(f"/t/{token}")
    board = await (await stations(hall.address, WALL)).open(hall.page("board?sound=0"))
    page = phone.page
    await expect(page.locator(".me.soon .num")).to_have_text(label)
    await expect(page.locator(".pair2 dd").first).to_have_text("1 người")
    await hall.do("call_next", counter="1")
    await expect(page.locator(".pair2 dd").first).to_have_text("không có ai")
    await expect(page.locator(".pair2 dd").last).to_have_text(before)
    await hall.do("call_next", counter="1")
    await expect(page.locator(".me.now .num")).to_have_text(label)
    await expect(page.locator(".me.now .to")).to_have_text("Quầy 1")
    await expect(board.page.locator(".call .who .num").last).to_have_text(label)
    await hall.do("hold", counter="1")
    await expect(page.locator(".me.held .num")).to_have_text(label)
    await hall.do("resume", ticket=label)
    await hall.do("call_next", counter="1")
    await hall.do("start", counter="1")
    await expect(page.locator(".me.serving .num")).to_have_text(label)
    await hall.do("finish", counter="1")
    await expect(page.locator(".me.done .num")).to_have_text(label)

    assert any(label in str(frame) for frame in board.frames)
    assert not any(token in str(frame) for frame in board.frames)
    assert token not in await board.page.content()


async def test_a_phone_follows_its_ticket_in_a_hall_that_is_not_open_for_reading(
    shut_hall: Path, tmp_path: Path, stations: Stations
) -> None:
    async with serving(tmp_path / "data", "--config", str(shut_hall)) as child:
        hall = Hall(await child.ready(), await admin_token(tmp_path / "data"))
        await hall.do("open_counter", counter="1")
        mine = await hall.do("issue", service="T")
        phone = await (await stations(hall.address, PHONE)).open(f"/t/{mine['token']}")
        await expect(phone.page.locator(".me.soon .num")).to_have_text(mine["ticket"]["label"])
        await hall.do("call_next", counter="1")
        await expect(phone.page.locator(".me.now .num")).to_have_text(mine["ticket"]["label"])
        await phone.context.close()  # before its server goes
