"""What the console's keys ask, and what is sent by the answers."""

from typing import Any

import pytest

from hallsys.caller.console.desk import desk
from hallsys.caller.console.question import Option, Question
from hallsys.caller.console.questions import ask_call, ask_transfer
from hallsys.caller.console.words import Words
from tests.caller.scenes import MINUTE, NOW, a_hall, a_scene, drawn, wish


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
