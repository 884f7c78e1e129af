"""The main job through the pages alone: joined by code, a number taken, called, shown, spoken, recalled, finished."""

import base64
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from hallsys.display.voice.sound import RATE, loudness, peak
from tests.child import serving
from tests.pages.conftest import admin_token
from tests.pages.station import DESK, PHONE, PORTRAIT, WALL, Hall, Station, Stations

pytestmark = pytest.mark.browser

PASSWORD = "một câu dễ nhớ"
SETTLED = 1_000
"""ms after which neither kiosk nor counter takes a press for the bounce of the one before."""
LOOKS_AGAIN = 6_500
"""ms, a little more than a page without a link waits before it asks the server again."""
FAST = 8
"""A browser plays up to sixteen times as fast as people hear; the first call is heard at their pace."""


@dataclass
class Crew:
    """A hall at work: every device joined by its code."""

    hall: Hall
    stations: Stations
    admin: Station
    loud: Station
    still: Station
    kiosk: Station
    second: Station
    third: Station

    @property
    def boards(self) -> tuple[Station, Station]:
        return self.loud, self.still

    async def take(self, service: str, priority: str | None = None) -> str:
        """A number at the kiosk, press by press; its label."""
        page = self.kiosk.page
        await self.kiosk.later(SETTLED)
        await page.locator("kiosk-start .sv", has=page.locator(".l", has_text=service)).click()
        await expect(page.locator("kiosk-priority")).to_be_visible()
        await self.kiosk.later(SETTLED)
        await (page.locator(".choice", has_text=priority) if priority else page.locator("kiosk-priority .go")).click()
        await expect(page.locator("kiosk-ticket")).to_be_visible()
        label = await page.locator("kiosk-ticket .num").inner_text()
        assert label.startswith(service)
        await self.kiosk.later(SETTLED)
        await page.locator("kiosk-ticket .go").click()
        await expect(page.locator("kiosk-start")).to_be_visible()
        return label

    async def press(self, counter: Station, *keys: str) -> None:
        await counter.later(SETTLED)
        for key in keys:
            await counter.page.keyboard.press(key)

    async def opens(self) -> None:
        """Both counters are open, if need be by Enter."""
        for counter in (self.second, self.third):
            what = counter.page.locator("#what")
            await expect(what).to_have_text(re.compile("Mở quầy|Mời số tiếp"))
            if await what.inner_text() == "Mở quầy":
                await self.press(counter, "Enter")
            await expect(what).to_have_text("Mời số tiếp")

    async def calls(self, counter: Station, label: str) -> None:
        """Enter: the next number, and the officer sees which it is."""
        await self.press(counter, "Enter")
        await expect(counter.page.locator("#now.called .num")).to_have_text(label)

    async def finishes(self, counter: Station) -> None:
        await self.press(counter, "0")
        await expect(counter.page.locator("#now .empty")).to_be_visible()


@pytest.fixture(scope="module")
async def crew(wall: Browser, shut_hall: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Crew]:
    data = tmp_path_factory.mktemp("main") / "data"
    async with serving(data, "--config", str(shut_hall)) as child, Stations(wall) as stations:
        address = await child.ready()
        admin = await sign_up(await stations(address, DESK), await child.line("Set the IT officer's password (a link"))
        loud = await joined(admin, await stations(address, WALL), "board", name="Bảng cửa chính")
        await expect(loud.page.locator("hall-health")).to_contain_text("Có tiếng")
        yield Crew(
            hall=Hall(address, await admin_token(data)),
            stations=stations,
            admin=admin,
            loud=loud,
            still=await joined(admin, await stations(address, PORTRAIT), "board", name="Bảng phòng chờ"),
            kiosk=await joined(admin, await stations(address, PORTRAIT, clock=True), "kiosk", name="Máy cửa vào"),
            second=await joined(admin, await stations(address, DESK, clock=True), "counter", counter="2"),
            third=await joined(admin, await stations(address, DESK, clock=True), "counter", counter="3"),
        )


@pytest.fixture(autouse=True)
async def nobody_waits(crew: Crew) -> None:
    """What a failed test left behind is no other test's trouble."""
    view = await crew.hall.view()
    for counter in view["counters"].values():
        if counter["ticket"]:
            await crew.hall.do("finish", counter=counter["id"])
    for label, ticket in view["tickets"].items():
        if ticket["state"] in ("waiting", "held"):
            await crew.hall.do("cancel", ticket=label)


async def sign_up(admin: Station, said: str) -> Station:
    """The first start's link leads to a password, and that to the hall."""
    page = admin.page
    await page.goto(said.partition(": ")[2])
    await page.locator("input[name=user]").fill("Chị Hạnh")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("form .go").click()
    await page.locator("a[href='/halls/phutho/admin']").click()
    await expect(page.locator("#as-of")).to_contain_text(":")
    return admin


async def joined(admin: Station, device: Station, page: str, *, name: str = "", counter: str = "") -> Station:
    """The device shows a code, and the administrator, who sees it waiting, lets it in."""
    await device.open(f"/halls/phutho/{page}")
    await expect(device.page.locator("#qr")).to_be_visible()
    code = await device.page.locator("#code").inner_text()
    office = admin.page
    await office.locator("#refresh").click()
    await office.locator("#waiting button", has_text=code).click()
    form = office.locator("#confirm")
    await expect(form.locator("[name=code]")).to_have_value(code)
    await form.locator("[name=counter]").select_option(counter)
    await form.locator("[name=name]").fill(name or f"Quầy {counter}")
    await form.locator(".go").click()
    await expect(office.locator("#device-rows")).to_contain_text(name or f"Quầy {counter}")
    await expect(device.page.locator({"board": ".board", "kiosk": ".kiosk", "counter": "#desk"}[page])).to_be_visible()
    return device


async def shows(board: Station, label: str, counter: str, place: int = 0) -> None:
    call = board.page.locator("hall-call .call").nth(place)
    await expect(call.locator(".who .num")).to_have_text(label)
    await expect(call.locator(".to .num")).to_have_text(counter)


async def sound(board: Station, voice: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """A call's file as the page's own decoder hears it, at RATE."""
    text = await board.page.evaluate(
        """async ([voice, rate]) => {
          const file = await fetch(`/halls/phutho/voice/${encodeURIComponent(voice)}.mp3`);
          const context = new OfflineAudioContext(1, 1, rate);
          const { buffer } = (await context.decodeAudioData(await file.arrayBuffer())).getChannelData(0);
          const blob = new Blob([buffer]);
          return await new Promise((resolve) => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result.split(",")[1]);
            reader.readAsDataURL(blob);
          });
        }""",
        [voice, RATE],
    )
    return np.frombuffer(base64.b64decode(text), np.float32)


async def test_a_number_is_taken_called_shown_spoken_recalled_finished(crew: Crew) -> None:
    ordinary = await crew.take("A")
    first = await crew.take("A", "Người cao tuổi")
    assert (ordinary, first) == ("A001", "A002")
    for board in crew.boards:
        await expect(board.page.locator(".w", has_text="Chứng thực").locator(".n")).to_contain_text("2")

    await crew.opens()
    await crew.calls(crew.second, first)
    await expect(crew.second.page.locator("#now .note")).to_contain_text("ưu tiên")
    for board in crew.boards:
        await shows(board, first, "2")
        await expect(board.page.locator(".call.lit .say").first).to_contain_text("Mời công dân số")
        await expect(board.page.locator(".ctr[data-state=called]")).to_contain_text(first)

    # What the hall hears is the file of this very call, from its beginning to its end.
    log = await crew.loud.heard(1)
    [event] = crew.loud.calls()
    assert event["kind"] == "called"
    assert {entry["voice"] for entry in log} == {event["voice"]}
    assert "error" not in {entry["type"] for entry in log}
    times = [entry["time"] for entry in log if entry["type"] == "timeupdate"]
    assert len(times) > 10
    assert times == sorted(times)
    end = log[-1]
    samples = await sound(crew.loud, event["voice"])
    seconds = len(samples) / RATE
    assert end["time"] == pytest.approx(end["length"], abs=0.1)
    assert end["length"] == pytest.approx(seconds, abs=0.15)
    assert (end["at"] - log[0]["at"]) / 1000 >= seconds - 0.5, "heard at the pace of people"
    assert 6 < seconds < 20, "a chime and the sentence twice"
    assert loudness(samples) == pytest.approx(-19, abs=1)
    assert peak(samples) < -1

    await crew.loud.page.evaluate("rate => { heard.rate = rate }", FAST)
    await crew.press(crew.second, "1")
    log = await crew.loud.heard(2)
    called, recalled = crew.loud.calls()
    assert recalled["kind"] == "recalled"
    assert called["voice"] != recalled["voice"]
    assert [entry["voice"] for entry in log if entry["type"] == "ended"] == [called["voice"], recalled["voice"]]
    await expect(crew.second.page.locator("#now .calls")).to_contain_text("2")

    await crew.press(crew.second, "2")
    await expect(crew.second.page.locator("#now.serving .num")).to_have_text(first)
    for board in crew.boards:
        await expect(board.page.locator(".ctr[data-state=serving]")).to_contain_text(first)
    await crew.finishes(crew.second)
    for board in crew.boards:
        await expect(board.page.locator(".ctr").nth(1)).to_have_attribute("data-state", "free")
    await crew.calls(crew.second, ordinary)
    await crew.finishes(crew.second)

    await crew.loud.heard(3)
    assert await crew.still.page.evaluate("heard.log") == [], "only the owner of the loudspeaker speaks"
    assert {label: row["state"] for label, row in (await crew.hall.view())["tickets"].items()} == {
        "A001": "done",
        "A002": "done",
    }


async def test_two_counters_at_once_are_both_shown_and_spoken_in_turn(crew: Crew) -> None:
    await crew.opens()
    await crew.still.page.reload()  # a mute screen leaves each call lit as long as a voice would; begin anew
    labels = [await crew.take("A"), await crew.take("H")]
    before = len(crew.loud.calls())
    spoken = len([entry for entry in await crew.loud.page.evaluate("heard.log") if entry["type"] == "ended"])
    await crew.loud.page.evaluate("heard.rate = 2")  # slow enough for both to be on the wall together
    await crew.calls(crew.second, labels[0])
    await crew.calls(crew.third, labels[1])
    for board in crew.boards:
        await shows(board, labels[0], "2")
        await shows(board, labels[1], "3", place=1)
        await expect(board.page.locator(".call.rest .say").first).to_have_text("Mời tiếp ngay sau đây")
    await crew.loud.page.evaluate("rate => { heard.rate = rate }", FAST)
    log = await crew.loud.heard(spoken + 2)
    voices = [event["voice"] for event in crew.loud.calls()[before:]]
    assert len(voices) == 2
    # a player that ran dry for a moment says "playing" again
    heard = ((entry["type"], entry["voice"]) for entry in log if entry["type"] in ("playing", "ended"))
    turns = [turn for turn, _ in groupby(heard)]
    assert turns[-4:] == [(what, voice) for voice in voices for what in ("playing", "ended")]
    assert await crew.still.page.evaluate("heard.log") == []
    await shows(crew.loud, labels[1], "3")
    for counter in (crew.second, crew.third):
        await crew.finishes(counter)


async def test_hold_transfer_and_no_show(crew: Crew) -> None:
    await crew.opens()
    held, moved = await crew.take("A"), await crew.take("K")
    page = crew.second.page
    await crew.calls(crew.second, held)
    await crew.press(crew.second, "4", "Enter")
    await expect(page.locator("#back")).to_contain_text(held)
    await crew.calls(crew.second, moved)

    # The one who was held comes back before everybody else.
    behind = await crew.take("A")
    await page.locator("#back button", has_text=held).click()
    await expect(page.locator("#aside")).to_be_hidden()

    await crew.press(crew.second, "5")
    await expect(page.locator("dialog")).to_be_visible()
    await page.keyboard.press("3")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.locator("#now .empty")).to_be_visible()
    await crew.calls(crew.second, held)
    await expect(page.locator("#now .note")).to_contain_text("giữ lượt")
    await crew.calls(crew.third, moved)
    for counter in (crew.second, crew.third):
        await crew.finishes(counter)

    await crew.calls(crew.second, behind)
    await crew.press(crew.second, "3")
    await expect(page.locator("#now .empty")).to_be_visible()
    await expect(page.locator("#back")).to_contain_text(behind)
    tickets = (await crew.hall.view())["tickets"]
    assert [tickets[label]["state"] for label in (held, moved, behind)] == ["done", "done", "no_show"]
    assert tickets[moved]["counter"] == "3"


async def test_a_ticket_on_a_phone_follows_its_call(crew: Crew) -> None:
    """In a hall that shows itself only to its own devices, the holder of a ticket still sees it: the page looks again
    by itself, for it has no link there."""
    await crew.opens()
    made = await crew.hall.do("issue", service="A")
    label, token = made["ticket"]["label"], made["token"]
    phone = await (await crew.stations(crew.hall.address, PHONE, clock=True)).open(f"/t/{token}")
    await expect(phone.page.locator("phone-ticket .num")).to_have_text(label)
    await crew.calls(crew.second, label)
    await sees(phone, ".me.now .to", "Quầy 2")
    await crew.press(crew.second, "2")
    await sees(phone, ".me.serving .num", label)
    await crew.finishes(crew.second)
    await sees(phone, ".me.done .num", label)

    for board in crew.boards:
        assert any(label in str(frame) for frame in board.frames)
        assert not any(token in str(frame) for frame in board.frames)
        assert token not in await board.page.content()
    assert token not in str(await crew.hall.view())


async def sees(phone: Station, place: str, text: str) -> None:
    await phone.in_time(
        LOOKS_AGAIN, lambda timeout: expect(phone.page.locator(place)).to_have_text(text, timeout=timeout)
    )
