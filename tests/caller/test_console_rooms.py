"""The rooms of the console by themselves: keys, bounces, questions, and pictures of every size."""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len

from hallsys.caller.console import layout
from hallsys.caller.console.alerts import Look, rings
from hallsys.caller.console.desk import View, desk
from hallsys.caller.console.presses import BOUNCE_S, Bounce, Press, Told
from hallsys.caller.console.question import Option, Question
from hallsys.caller.console.questions import ask_call, ask_transfer
from hallsys.caller.console.scene import Scene
from hallsys.caller.console.terminal import Keys
from hallsys.caller.console.wishes import Wish
from hallsys.caller.console.words import Words
from hallsys.caller.keys import KEYS
from hallsys.core.configure import hall_rows
from hallsys.core.policy import WHY
from hallsys.hallfile import load_halls

NOW = 1_795_412_955_000
MINUTE = 60_000


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


def a_hall(state: str = "open", at_hand: str | None = None, why: str = "arrival") -> dict[str, dict[str, Any]]:
    """Counter 3 of the sample hall, with three who wait and two who may come back."""
    config = load_halls(None)["phutho"]
    services = {
        service.id: {
            "id": service.id,
            "name": unicodedata.normalize("NFD", service.name.vi),
            "name_en": service.name.en,
            "short": unicodedata.normalize("NFD", service.short.vi),
            "short_en": service.short.en,
            "letter": service.series,
            "open": True,
        }
        for service in config.services
    }
    counters: dict[str, dict[str, Any]] = {
        counter.id: {
            "id": counter.id,
            "name": counter.name,
            "state": "open",
            "ticket": None,
            "services": list(counter.services),
            "since": NOW - 90 * MINUTE,
            "reason": None,
            "returned": None,
        }
        for counter in config.counters
    }
    counters["3"] |= {
        "state": state,
        "ticket": "H001" if at_hand else None,
        "reason": "lunch" if state == "paused" else None,
    }
    tickets = {
        label: {
            "label": label,
            "service": label[0],
            "number": int(label[1:]),
            "priority": None,
            "state": "waiting",
            "counter": None,
            "arrival": NOW - wait * MINUTE,
            "issued_at": NOW - wait * MINUTE,
            "queued_at": NOW - wait * MINUTE,
            "called_at": None,
            "started_at": None,
            "ended_at": None,
            "calls": 0,
            "why": None,
            "front": None,
            "to_counter": None,
        }
        for label, wait in {"H002": 5, "S001": 12, "A018": 130, "H003": 50, "A004": 60}.items()
    }
    tickets["A018"]["priority"] = "merit"
    tickets["H003"] |= {"state": "held"}
    tickets["A004"] |= {"state": "no_show", "ended_at": NOW - MINUTE}
    if at_hand:
        tickets["H001"] = tickets["H002"] | {
            "label": "H001",
            "state": at_hand,
            "called_at": NOW - 65_000,
            "calls": 2,
            "priority": "aged",
            "queued_at": NOW - 3 * MINUTE,
            "why": why,
            "counter": "3",
            "started_at": NOW - 5_000 if at_hand == "serving" else None,
        }
    return {"hall": hall_rows(config), "services": services, "counters": counters, "tickets": tickets}


def a_scene(view: View, language: str = "vi", **changes: Any) -> Scene:
    here = desk(view, "3", NOW)
    assert here is not None
    plain: dict[str, Any] = {"link": "live", "pending": None, "told": None, "resting": False, "question": None}
    return Scene(Words(language), view, here, now=NOW, asof=NOW, **(plain | changes))


def drawn(scene: Scene, width: int = 80, height: int = 24) -> str:
    return "\n".join(line.plain for line in layout.picture(scene, width, height))


def wish(view: View, name: str, sent: list[Any], language: str = "vi", officer: str | None = None) -> Wish:
    """`sent` is told `(command, arguments)`."""
    here = desk(view, "3", NOW)
    assert here is not None

    def send(command: str, args: dict[str, Any]) -> None:
        sent.append((command, args))

    return Wish(name, Words(language), view, here, NOW, officer, send, lambda name: sent.append(name))


def every_question(view: View, language: str) -> list[Question]:
    """With what Tab leads to, and what follows."""
    asked = [wish(view, key.action, [], language, "Nguyễn Văn A").ask() for key in KEYS]
    found = [question for question in asked if question is not None]
    for question in found:
        if question.further and question.options:
            found.append(question.further(question.options[0].means))
    return found


def answer(question: Question | None, *steps: str) -> None:
    """Type each step and press Enter, or Tab after one that ends so."""
    for step in steps:
        assert question is not None
        words, tab = step.removesuffix(">"), step.endswith(">")
        question.typed = words
        chosen = question.chosen()
        assert chosen is not None, (words, question.title)
        assert chosen.does, question.title
        lead = question.further if tab else question.then
        assert lead is not None
        question = lead(chosen.means)
    assert question is None, question.title


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


def test_a_number_is_found_by_what_people_type_and_never_guessed() -> None:
    view, words = a_hall(), Words("vi")
    here = desk(view, "3", NOW)
    assert here is not None
    asked = ask_call(words, view, here, NOW, print)
    for typed, found in {
        "": None,
        "a18": "A018",
        "18": "A018",
        "A018": "A018",
        "00": None,
        "h": "H002",
        "zz": None,
        "1": None,
    }.items():
        asked.typed = typed
        chosen = asked.chosen()
        assert (chosen and chosen.means) == found, typed


def test_a_choice_is_named_before_it_is_made_and_means_what_it_says() -> None:
    view, words = a_hall(at_hand="serving"), Words("vi")
    sent: list[dict[str, Any]] = []
    here = desk(view, "3", NOW)
    assert here is not None
    asked = ask_transfer(words, view, here, sent.append)
    for key in ("x", "Backspace", "n"):
        asked.type(key)
    chosen = asked.chosen()
    assert chosen is not None
    assert chosen.does == "Chuyển H001 sang Đất đai, Nông nghiệp, Môi trường"
    assert asked.then(chosen.means) is None
    asked.type("Clear")
    assert asked.chosen() is None
    asked.type("4")
    chosen = asked.chosen()
    assert chosen is not None
    asked.then(chosen.means)
    assert sent == [{"service": "N"}, {"to_counter": "4"}]
    assert len({option.typed for option in asked.options}) == len(asked.options)


def test_a_service_and_a_counter_of_one_name_are_both_to_be_had() -> None:
    view = a_hall(at_hand="called")
    sent: list[dict[str, Any]] = []
    view["services"]["N"]["letter"] = "4"
    here = desk(view, "3", NOW)
    assert here is not None
    asked = ask_transfer(Words("vi"), view, here, sent.append)
    assert [option.shown for option in asked.options if option.typed.startswith("4")] == ["Đất đai", "Quầy 4"]
    assert len({option.typed for option in asked.options}) == len(asked.options)


def a_hall_with_rules(at_hand: str | None = "serving") -> dict[str, dict[str, Any]]:
    view = a_hall(at_hand=at_hand)
    named = {"name": "Đất đai", "name_en": "Land"}
    outcomes = [{"id": "received", "name": "Đã nhận", "name_en": "Received"}, {"id": "amend", **named}]
    view["hall"] |= {"groups": [{"id": "land", **named}], "outcomes": outcomes}
    return view


@pytest.mark.parametrize(
    ("name", "steps", "sent"),
    [
        ("transfer", ("4",), ("transfer", {"to_counter": "4"})),
        ("transfer", ("#1",), ("transfer", {"to_group": "land"})),
        ("transfer", ("a>", "", "", ""), ("transfer", {"service": "A", "place": "arrival"})),
        (
            "transfer",
            ("#1>", "2", "25", "thiếu bản sao"),
            ("transfer", {"to_group": "land", "place": "front", "after": 25, "note": "thiếu bản sao"}),
        ),
        ("service", ("y",), ("transfer", {"service": "Y", "place": "arrival"})),
        ("hold", ("",), ("hold", {})),
        ("hold", ("1",), ("hold", {"note": "Photo giấy tờ"})),
        ("hold", ("đợi chồng",), ("hold", {"note": "đợi chồng"})),
        ("finish", ("",), ("finish", {"delivered": ["H"]})),
        ("finish", ("1",), ("finish", {"outcome": "received", "delivered": ["H"]})),
        ("finish", ("2>", "h, a"), ("finish", {"outcome": "amend", "delivered": ["H", "A"]})),
        ("note", ("gọi lại sau",), ("note", {"ticket": "H001", "text": "gọi lại sau"})),
        ("pause_counter", ("2",), ("pause_counter", {"reason": "lunch"})),
        ("pause_counter", ("1>", "15"), ("pause_counter", {"reason": "break", "minutes": 15})),
        ("pause_counter", ("1>", ""), ("pause_counter", {"reason": "break"})),
        ("walk_in", ("a",), ("walk_in", {"service": "A"})),
        ("walk_in", ("a>", "1"), ("walk_in", {"service": "A", "priority": "aged"})),
        ("ask_help", ("2",), ("ask_help", {"kind": "supervisor"})),
        ("notice", ("nghỉ",), ("notice", {"text": "nghỉ", "minutes": 10, "speak": False})),
        ("notice", ("nghỉ>", "30", "1"), ("notice", {"text": "nghỉ", "minutes": 30, "speak": True})),
        ("sign", ("1",), ("sign_off", {})),
        ("call", ("s1", "2"), ("call", {"ticket": "S001", "reason": "Việc khẩn"})),
        ("back", ("h3",), ("resume", {"ticket": "H003"})),
        ("more", (".",), "undo"),
    ],
)
def test_what_is_answered_is_what_is_sent(name: str, steps: tuple[str, ...], sent: Any) -> None:
    told: list[Any] = []
    answer(wish(a_hall_with_rules(), name, told, officer="an.nguyen").ask(), *steps)
    assert told == [sent]


def test_a_hall_that_asks_for_an_outcome_gets_one_before_the_next_is_called() -> None:
    view, sent = a_hall_with_rules(), list[Any]()
    assert wish(view, "call_next", sent).ask() is None
    view["hall"]["policy"] = view["hall"]["policy"] | {"outcome_required": True}
    question = wish(view, "call_next", sent).ask()
    assert question is not None
    assert question.chosen() is None, "a stray Enter sends nothing"
    answer(question, "1")
    assert sent == [("call_next", {"outcome": "received", "delivered": ["H"]})]
    assert wish(a_hall(at_hand="serving"), "finish", sent).ask() is None


def test_help_that_was_asked_for_and_a_line_that_stands_can_be_ended() -> None:
    view, sent = a_hall_with_rules(), list[Any]()
    view["counters"]["3"]["asks"] = "technical"
    view["hall"]["notices"] = {"n1": {"id": "n1", "text": "Quầy 3 nghỉ", "at": NOW - 1, "until": NOW + MINUTE}}
    answer(wish(view, "ask_help", sent).ask(), "1")
    answer(wish(view, "notice", sent).ask(), "1")
    assert sent == [("ask_help", {"kind": None}), ("end_notice", {"notice": "n1"})]


def test_a_terminal_says_that_it_takes_no_pin() -> None:
    alone = wish(a_hall(), "sign", []).ask()
    assert alone is not None
    assert alone.chosen() is None
    assert not alone.options
    assert "PIN" in drawn(a_scene(a_hall(), question=alone))


def test_a_key_pressed_twice_in_a_question_names_one_thing() -> None:
    question = wish(a_hall(at_hand="called"), "transfer", []).ask()
    assert question is not None
    question.type("4")
    assert question.repeats("4")
    assert not question.repeats("5")
    question.options = [*question.options, Option("44", "Quầy 44", "", {})]
    assert not question.repeats("4")
    number = wish(a_hall(), "call", []).ask()
    assert number is not None
    number.typed = "A0"
    assert not number.repeats("0")


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
