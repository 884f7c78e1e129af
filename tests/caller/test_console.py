"""`hallsys console` in a real terminal, worked by keys alone, beside a real server."""

import os
import re
import signal
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from hallsys.simulate.halls import make_hall_toml
from tests.caller.booth import Booth, Cable, console
from tests.caller.hall import Hall, standing
from tests.child import hallsys
from tests.ports import free_port

NEXT = "Mời số tiếp"
SENT = "thực hiện một lần"


def calling(label: str) -> str:
    """How the ticket at hand begins while it is called."""
    return f"  {label}    ► Đang mời"


@pytest.fixture(scope="module")
async def hall(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    async with standing(tmp_path_factory.mktemp("console") / "data") as found:
        yield found


async def test_a_morning_by_keys_alone_with_double_presses_and_a_server_that_dies(
    hall: Hall, tmux: str, tmp_path: Path
) -> None:
    first, urgent, second, third = [
        await hall.label("H"),
        await hall.label("H", "aged"),
        await hall.label("S"),
        await hall.label("H"),
    ]
    since = (await hall.door.view())["at"]
    expected: list[tuple[str, str]] = []
    async with Cable(hall.port) as cable, console(tmux, tmp_path, cable.url, hall.officer) as booth:
        await booth.until("Quầy đang đóng", "[Enter]  Mở quầy")
        await booth.twice("Enter")
        await booth.until(f"[Enter]  {NEXT}", "4 số đang chờ")
        expected += [("counter_opened", "3")]

        await booth.twice("Enter")
        screen = await booth.until("[Enter]  Xong, mời số tiếp", calling(urgent))
        assert "ưu tiên (Người cao tuổi (từ 75 tuổi)), lượt ưu tiên 1" in screen
        await booth.twice("1")
        await booth.until("lần gọi 2")
        await booth.twice("2")
        await booth.until("● Đang phục vụ", "Bắt đầu phục vụ")
        await booth.twice("4")
        await booth.until(f"[Enter] Giữ lượt {urgent}")
        await booth.twice("Enter")
        await booth.until(f"[Enter]  {NEXT}", f"{urgent} giữ từ")
        expected += [("called", urgent), ("recalled", urgent), ("started", urgent), ("held", urgent)]

        await booth.twice("Enter")
        await booth.until(calling(first))
        await booth.twice("5")
        await booth.until(f"Chuyển {first} đi đâu?", "> _")
        await booth.keys("Enter")
        await booth.until("Chọn nơi đến trước")
        await booth.keys("4")
        await booth.until(f"[Enter] Chuyển {first} sang Quầy 4")
        await booth.keys("Escape")
        await booth.until("1 Gọi lại", gone="đi đâu?")
        await booth.until("[Enter]")
        await booth.keys("5")
        await booth.until("> _")
        await booth.keys("4")
        await booth.twice("Enter")
        await booth.until(NEXT, gone="đi đâu?")
        expected += [("called", first), ("transferred", first)]

        # 20 minutes are not over: the officer's own order of services decides
        await booth.rested()
        await booth.twice("Enter")
        await booth.until(calling(third))
        await booth.twice("3")
        await booth.until(f"{third} vắng lúc")
        await booth.twice("*")
        await booth.until("> _")
        await booth.keys(*urgent.lower())
        await booth.until(f"[Enter] {urgent} vào ngay lượt kế tiếp")
        await booth.twice("Enter")
        await booth.until(gone=f"{urgent} giữ từ")
        expected += [("called", third), ("no_show", third), ("resumed", urgent)]

        await booth.rested()
        await booth.twice("Enter")
        await booth.until(calling(urgent), "quay lại sau khi giữ lượt")
        await booth.twice("6")
        await booth.until(gone="► Đang mời")
        await booth.twice("7")
        await booth.until("Số cần gọi")
        await booth.keys(*second.lower().replace("0", ""))
        await booth.until(f"[Enter] Chọn {second}, rồi nói lý do")
        await booth.keys("Enter")
        await booth.until(f"Vì sao gọi {second} ngoài thứ tự")
        await booth.keys("2")
        await booth.until(f"[Enter] Mời {second}: Việc khẩn", gone="bỏ qua")
        await booth.keys("Enter")
        await booth.until(calling(second))
        await booth.twice("0")
        await booth.until(gone="► Đang mời")
        await hall.door.do("cancel", ticket=urgent)
        expected += [("called", urgent), ("returned", urgent), ("called", second), ("finished", second)]
        expected += [("cancelled", urgent)]

        expected += await outages(hall, booth, cable, since)

        await booth.twice("-")
        await booth.until("> _")
        await booth.keys("2")
        await booth.twice("Enter")
        await booth.until("Đang tạm nghỉ từ", "nghỉ trưa.")
        await booth.twice("/")
        await booth.until("Quầy đang đóng")
        expected += [("counter_paused", "3"), ("counter_closed", "3")]
        await booth.keys("q")
        screen = await booth.until("EXIT=0", "echo")
        assert "-icanon" not in screen
        assert "-echo" not in screen
    assert [step for step in await hall.history(since) if step[0] != "issued"] == expected


async def outages(hall: Hall, booth: Booth, cable: Cable, since: str) -> list[tuple[str, str]]:
    """Presses while the server is dead, while it dies, and one that it did but could not answer."""
    labels = [await hall.label("H") for _ in range(4)]

    await hall.server.end(signal.SIGKILL)
    await booth.until("… Đang kết nối")
    await booth.rested()
    await booth.keys("Enter")
    await booth.until("Đang gửi lại… lần bấm của bạn được giữ", f"Lần bấm “{NEXT}” đã được giữ")
    await booth.twice("Enter")
    await booth.until("× Mất kết nối")
    await hall.again()
    await booth.until(SENT, "● Trực tuyến", calling(labels[0]))

    await booth.rested()
    hall.server.process.send_signal(signal.SIGSTOP)
    await booth.twice("Enter")
    await booth.until("Đang gửi…")
    await hall.server.end(signal.SIGKILL)
    await booth.until("đã được giữ")
    await hall.again()
    await booth.until(SENT, "● Trực tuyến", calling(labels[1]))

    await booth.rested()
    cable.deaf = True
    await booth.twice("Enter")
    await hall.has("called", labels[2], since)
    cable.cut()
    cable.deaf = False
    await booth.until("● Trực tuyến", calling(labels[2]))

    await booth.rested()
    await booth.keys("Enter")
    await hall.server.end(signal.SIGKILL)  # whether it was done by then is chance; it is done once
    await hall.again()
    await booth.until("● Trực tuyến", calling(labels[3]))
    await booth.rested()
    await booth.keys("0")
    await booth.until(gone="► Đang mời")
    steps = [("called", labels[0])]
    for done, called in pairwise(labels):
        steps += [("finished", done), ("called", called)]
    return [*steps, ("finished", labels[3])]


async def test_the_window_may_be_small_and_the_terminal_is_given_back_on_a_signal(
    hall: Hall, tmux: str, tmp_path: Path
) -> None:
    async with console(tmux, tmp_path, hall.door.address, hall.officer, NO_COLOR="1") as booth:
        await booth.until("[Enter]", "Các quầy khác", "q Thoát")
        await booth.resize(36, 10)
        screen = await booth.until("Quầy 3", "[Enter]", gone="Các quầy khác")
        assert len(screen.splitlines()) <= 10
        await booth.resize(120, 40)
        styled = await booth.screen(styled=True) if await booth.until("Các quầy khác") else ""
        assert not re.findall(r"\x1b\[(?:\d+;)*(?:3[0-7]|4[0-7]|9[0-7])m", styled), "a colour in spite of NO_COLOR"
        await booth.keys("Up")
        await booth.until("bật Num Lock")
        os.kill(booth.program(), signal.SIGTERM)
        screen = await booth.until("EXIT=143", "echo")
        assert "-icanon" not in screen
        assert "-echo" not in screen
        assert "Quầy" not in screen, "the shell's own screen is back"


async def test_a_refusal_is_said_in_words_and_a_question_about_a_gone_ticket_is_dropped(
    hall: Hall, tmux: str, tmp_path: Path
) -> None:
    since = (await hall.door.view())["at"]
    wanted, other = await hall.label("X"), await hall.label("X")
    words = ("--counter", "3", "--lang", "en")
    async with console(tmux, tmp_path, hall.door.address, hall.officer, *words) as booth:
        await booth.until("[Enter]  Open")
        await booth.keys("Enter")
        await booth.until("[Enter]  Call next")
        await booth.keys("7")
        await booth.until("> _")
        await booth.keys(*wanted)
        await booth.until(f"[Enter] Choose {wanted}")
        await booth.keys("Enter")
        await booth.keys("1")
        await booth.until(f"[Enter] Call {wanted}: Needs help at once")
        await hall.door.do("cancel", ticket=wanted)
        await booth.keys("Enter")
        await booth.until(f"! {wanted} cannot do that now")
        await booth.rested()
        await booth.keys("Enter")
        await booth.until(f"  {other}    ► Calling")
        await booth.keys("5")
        await booth.until(f"Where does {other} go?")
        await hall.door.do("finish", counter="3")
        await booth.until("the question was dropped")
        await hall.door.do("close_counter", counter="3")
        await booth.until("The counter is closed")
        await booth.keys("C-c")
        await booth.until("EXIT=0")
    kinds = [step for step in await hall.history(since) if step[0] != "issued"]
    expected = [("counter_opened", "3"), ("cancelled", wanted), ("called", other), ("finished", other)]
    assert kinds == [*expected, ("counter_closed", "3")]


@pytest.mark.parametrize(
    ("words", "wrong", "status", "said"),
    [
        (("--counter", "9"), "", 6, "1, 2, 3, 4, 5"),
        (("--counter", "4"), "", 4, "quầy 4"),
        (("--counter", "3"), "token", 4, "HALLSYS_TOKEN"),
        (("--counter", "3", "--hall", "nowhere"), "", 5, "nowhere"),
        (("--counter", "3"), "url", 2, "--url http://"),
    ],
)
async def test_who_cannot_begin_is_told_why(
    words: tuple[str, ...], wrong: str, status: int, said: str, hall: Hall, tmux: str, tmp_path: Path
) -> None:
    url = "ftp://there" if wrong == "url" else hall.door.address
    who = "nobody" if wrong == "token" else hall.door.token if "9" in words else hall.officer
    async with console(tmux, tmp_path, url, who or "", *words, size=(200, 24)) as booth:
        await booth.until("hallsys console: ", said, f"EXIT={status}")


async def test_a_server_that_is_not_there_is_named(tmux: str, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    async with console(tmux, tmp_path, url, "", size=(200, 24)) as booth:
        await booth.until(f"Máy chủ {url} không trả lời", "EXIT=3")


async def test_without_a_terminal_it_says_what_it_needs(tmp_path: Path) -> None:
    done = await hallsys(tmp_path, "console", "--counter", "3", "--lang", "en")
    assert done.code == 2
    assert "needs a terminal" in done.err


async def test_what_is_beside_the_common_path(hall: Hall, tmux: str, tmp_path: Path) -> None:
    """Undone in time, a visitor without a number, a note that is read, colleagues in need, every key explained."""
    since = (await hall.door.view())["at"]
    label = await hall.label("S")
    async with console(tmux, tmp_path, hall.door.address, hall.officer) as booth:
        await booth.until("[Enter]  Mở quầy")
        await booth.keys("Enter")
        await booth.until(f"[Enter]  {NEXT}", f"» Lượt kế tiếp: {label} · đến lượt theo thứ tự lấy số")
        await booth.keys("Enter")
        await booth.until(calling(label), f"« đã mời {label} · [.] Hoàn tác", "còn ")
        await booth.twice(".")
        await booth.until("1 số đang chờ", gone="Hoàn tác █")
        await booth.rested()

        await booth.twice("K")
        await booth.until("> _")
        await booth.twice("y")
        await booth.until("> y_", "[Enter] Phục vụ")
        await booth.keys("Enter")
        await booth.until("● Đang phục vụ", "khách không lấy số")
        taken = next(row for row in await tickets(hall) if row["why"] == "walk_in")["label"]
        await booth.until(f"  {taken}    ● Đang phục vụ")
        await booth.rested()
        await booth.keys("N")
        await booth.until("> _")
        await booth.keys(*"mất sổ", "Enter")
        await booth.until("Ghi chú: “mất sổ”")

        await hall.door.do("ask_help", counter="4", kind="security")
        await hall.door.do("notice", text="Quầy 4 tạm nghỉ 10 phút")
        await booth.until("? Quầy 4 đang cần: bảo vệ", "i Quầy 4 tạm nghỉ 10 phút (đến ")
        await hall.door.do("ask_help", counter="4", kind=None)
        await booth.until(gone="đang cần")
        await booth.keys("?")
        await booth.until("2 (Bắt đầu)", "1 Gọi lại: gọi lại bằng loa", "Tab thêm chi tiết", "không đăng nhập bằng PIN")
        await booth.keys("0")
        await booth.until("[Enter] Xong, chưa mời tiếp")
        await booth.keys("Enter")
        await booth.until(gone="Đang phục vụ")
        await booth.rested()
        await booth.keys("/")
        await booth.until("Quầy đang đóng")
    await hall.door.do("cancel", ticket=label)
    steps = [("counter_opened", "3"), ("called", label), ("undone", label), ("issued", taken), ("started", taken)]
    told = [step for step in await hall.history(since) if step != ("issued", label)]
    others = ("noted", "help_asked", "help_ended", "notice", "cancelled")
    assert [step for step in told if step[0] not in others] == [*steps, ("finished", taken), ("counter_closed", "3")]


async def tickets(hall: Hall) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await hall.door.get("/tickets", limit=1000)).json["tickets"]
    return found


async def test_a_hall_that_asks_for_a_pin_is_no_place_for_a_token(tmux: str, tmp_path: Path) -> None:
    settings = tmp_path / "hall.toml"
    text = make_hall_toml(3, hall="phutho", voice=False)
    settings.write_text(f"{text}\n[policy]\nsign_in = true\n", "utf-8")
    async with (
        standing(tmp_path / "data", HALLSYS_CONFIG=str(settings)) as hall,
        console(tmux, tmp_path, hall.door.address, hall.officer, size=(200, 24)) as booth,
    ):
        await booth.until("hallsys console: ", "policy.sign_in", "EXIT=4")


async def test_another_press_waits_for_the_one_under_way(hall: Hall, tmux: str, tmp_path: Path) -> None:
    label = await hall.label("S")
    since = (await hall.door.view())["at"]
    async with Cable(hall.port) as cable, console(tmux, tmp_path, cable.url, hall.officer) as booth:
        await booth.until("[Enter]  Mở quầy")
        await booth.keys("Enter")
        await booth.until(f"[Enter]  {NEXT}", f"» Lượt kế tiếp: {label}")
        await booth.keys("Enter")
        await booth.until(calling(label))
        cable.deaf = True
        await booth.keys("2")
        await hall.has("started", label, since)
        await booth.keys("6")
        await booth.until("Đang gửi…", "… “Trả về hàng chờ” sẽ làm")
        cable.deaf = False
        cable.cut()
        await booth.until(gone="Đang phục vụ")
        await hall.has("returned", label, since)
        await booth.rested()
        await booth.keys("/")
        await booth.until("Quầy đang đóng")
    await hall.door.do("cancel", ticket=label)
    expected = [("called", label), ("started", label), ("returned", label)]
    assert [step for step in await hall.history(since) if step[1] == label][:3] == expected


async def test_the_officer_is_told_who_asks_to_come_later(hall: Hall, tmux: str, tmp_path: Path) -> None:
    label = await hall.label("A")
    async with console(tmux, tmp_path, hall.door.address, hall.officer) as booth:
        await booth.until("[Enter]  Mở quầy")
        await booth.keys("Enter")
        await booth.until(f"[Enter]  {NEXT}", f"» Lượt kế tiếp: {label}")
        await booth.keys("Enter")
        await booth.until(calling(label))
        await hall.door.do("late", ticket=label)
        await booth.until(f"{label} xin đến muộn", gone="Đang mời")
        await booth.rested()
        await booth.keys("/")
        await booth.until("Quầy đang đóng")
    await hall.door.do("cancel", ticket=label)
