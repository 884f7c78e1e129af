"""The rooms of the console by themselves: keys, bounces, and pictures of every size."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from hallsys.caller.console import layout
from hallsys.caller.console.alerts import Look, rings
from hallsys.caller.console.presses import BOUNCE_S, Bounce, Press, Told
from hallsys.caller.console.terminal import Keys
from hallsys.caller.console.words import Words
from hallsys.core.policy import WHY
from tests.caller.scenes import MINUTE, NOW, a_hall, a_scene, drawn, every_question


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"\r", ["Enter"]),
        (b"1\n2", ["1", "Enter", "2"]),
        (b"\x1b5", ["Esc", "5"]),
        (b"\x1b\r", ["Esc", "Enter"]),
        (b"\x1bOM\x1bOp\x1bOy\x1bOj\x1bOo\x1bOm", ["Enter", "0", "9", "*", "/", "-"]),
        (b"\x1b[A\x1b[1;5C\x1b[3~x", ["Other", "Other", "Other", "x"]),
        (b"\x1b[200~1\r\r3\x1b[201~2", ["2"]),
        ("ớ".encode(), ["ớ"]),
        (b"\x7f\x15\x03\x01", ["Backspace", "Clear", "Quit", "Other"]),
    ],
)
def test_bytes_of_a_terminal_become_keys_however_they_are_cut(data: bytes, keys: list[str]) -> None:
    assert Keys().feed(data) == keys
    pieces = Keys()
    assert [key for byte in data for key in pieces.feed(bytes([byte]))] == keys
    assert not pieces.begun


def test_esc_alone_is_a_key_once_nothing_follows() -> None:
    keys = Keys()
    assert keys.feed(b"\x1b") == []
    assert keys.begun
    assert keys.end() == ["Esc"]
    assert keys.feed(b"1") == ["1"]


def test_a_key_held_down_counts_once_and_a_press_after_a_rest_counts() -> None:
    bounce = Bounce()
    assert bounce.counts("Enter", 10.0)
    bounce.answered("Enter", 10.4)
    assert not any(bounce.counts("Enter", 10.9 + 0.03 * repeat) for repeat in range(100))
    assert bounce.counts("1", 10.9)
    assert not bounce.counts("Enter", 13.87 + BOUNCE_S - 0.01)
    assert bounce.counts("Enter", 20.0)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("at_hand", [None, "called", "serving"])
@pytest.mark.parametrize("state", ["open", "paused", "closed"])
def test_every_picture_fits_its_window(language: str, at_hand: str | None, state: str) -> None:
    view = a_hall(state, at_hand, "priority kind=aged turn=1 of=2")
    scenes = [
        a_scene(view, language, link=link, pending=pending, told=told)
        for link in ("live", "connecting", "lost")
        for pending in (None, Press("Mời số tiếp", kept=True))
        for told in (None, Told("refused", "một lời từ chối dài " * 8, None))
    ]
    scenes += [a_scene(view, language, question=asked) for asked in every_question(view, language)]
    for scene in scenes:
        for width, height in ((80, 24), (200, 60), (60, 20), (36, 10), (20, 5), (9, 3), (1, 1)):
            lines = layout.picture(scene, width, height)
            assert len(lines) == height
            assert all(cell_len(line.plain) <= width for line in lines), (width, [line.plain for line in lines])


def test_marks_of_letters_do_not_push_the_columns() -> None:
    """The rows come decomposed here, as some keyboards type them: a letter and its marks are still one cell."""
    rows = drawn(a_scene(a_hall())).splitlines()
    names = [row for row in rows if "│" in row]
    assert any("Hộ tịch" in row for row in names)
    assert {cell_len(row[: row.index("│")]) for row in names} == {50}
    assert not any(unicodedata.combining(letter) for row in rows for letter in row)


def test_what_came_from_outside_commands_no_terminal() -> None:
    view = a_hall("paused")
    view["counters"]["3"]["reason"] = "\x1b[2Jnghỉ\a"
    assert "[2Jnghỉ. Bấm" in drawn(a_scene(view))
    assert "\x1b" not in drawn(a_scene(view))


def test_waits_stand_against_the_limits_in_words() -> None:
    said = drawn(a_scene(a_hall()))
    assert " 5 phút " in said
    assert "! 12 phút chờ lâu" in said
    assert "!! 130 phút quá lâu" in said
    assert "A018 ưu tiên" in said


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", WHY)
def test_every_reason_has_its_words(code: str, language: str) -> None:
    given = {
        "priority": " kind=aged turn=1 of=2", "ordinary": " after=2", "starvation": " minutes=31",
        "many": " after=3", "group": " name=land", "help": " minutes=12", "share": " service=H weight=2",
        "booked": " at=09:30", "early": " at=09:30",
    }  # fmt: skip
    why = code + given.get(code, "")
    assert "{" not in Words(language).why(a_hall(), why)
    assert Words(language).why(a_hall(), why)
    assert Words(language).why(a_hall(), "no_such_code k=v") == ""


def test_what_can_be_taken_back_runs_out() -> None:
    view = a_hall(at_hand="called")
    view["counters"]["3"]["did"] = {"what": "called", "ticket": "H001", "at": NOW - 3_000, "after": "H000"}
    said = drawn(a_scene(view))
    assert "« H000 xong, đã mời H001 · [.] Hoàn tác ███████░░░ còn 7 giây" in said
    view["counters"]["3"]["did"]["at"] = NOW - 10_000
    assert "còn" not in drawn(a_scene(view))


def test_what_is_announced_is_seen() -> None:
    view = a_hall()
    view["counters"]["4"] |= {"asks": "colleague"}
    view["counters"]["5"] |= {"state": "paused", "until": NOW + 9 * MINUTE}
    view["hall"]["notices"] = {"n1": {"id": "n1", "text": "Mất\x1b[2J điện", "at": NOW, "until": NOW + MINUTE}}
    said = drawn(a_scene(view, deaf=True), 100, 40)
    for words in ("Quầy 4 đang cần: đồng nghiệp", "Mất[2J điện", "Sảnh chưa nghe được", "Bạn còn ở quầy"):
        assert words in said, words
    assert "Quầy 4 đang cần" not in drawn(a_scene(view, link="lost"), 100, 40), "nobody knows whether it is still so"


def test_history_is_the_servers_and_its_middle_gives_way() -> None:
    steps = [("issued", ""), ("called", ""), ("held", "held: Photo giấy tờ"), ("resumed", ""), ("called", ""),
             ("transferred", "transferred: sang đất đai"), ("called", ""), ("noted", "mất sổ")]  # fmt: skip
    history = [
        {"time": NOW - (40 - 5 * index) * MINUTE, "kind": kind, "counter": "4", "why": None, "note": note}
        for index, (kind, note) in enumerate(steps)
    ]
    known = {"ticket": {"label": "H001"}, "history": history}
    said = drawn(a_scene(a_hall(at_hand="serving"), known=known), 100, 40)
    assert "Ghi chú: “mất sổ”" in said
    assert "Chuyển từ Quầy 4: “sang đất đai”" in said
    assert "Photo" not in said
    assert "… 3 việc nữa" in said


def test_the_bell_rings_for_what_deserves_it() -> None:
    quiet = Look(1, "fine", frozenset(), frozenset(), False, False, False)
    changes: list[dict[str, Any]] = [
        {"level": "warn"},
        {"priority": frozenset({"H002"})},
        {"help": frozenset({"4"})},
        {"forgotten": True},
        {"deaf": True},
    ]
    for change in changes:
        assert rings(quiet, replace(quiet, **change)), change
        assert not rings(replace(quiet, **change), quiet), change
    assert rings(replace(quiet, queue=0, idle=True), replace(quiet, idle=True))
    assert not rings(replace(quiet, queue=0), quiet), "somebody is served here"
