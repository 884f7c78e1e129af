"""What a command's arguments may be, and which field a refusal names."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.core import commands as c
from hallsys.core.commands import COMMANDS, bad_request, fold_dossier, parse
from hallsys.core.decide import decide
from hallsys.errors import Refused
from tests.core.rig import EIGHT, Rig

PROTOCOL = (
    "issue cancel open_counter pause_counter close_counter call_next call recall start finish no_show hold return "
    "transfer resume reinstate late book check_in cancel_booking rate rate_here undo walk_in note assign_counter "
    "sign_on sign_off ask_help notice end_notice set_screen expire open_day close_day"
)
LEAST: dict[str, dict[str, Any]] = {
    "issue": {"service": "A"},
    "cancel": {"ticket": "A001"},
    "call": {"counter": "1", "ticket": "A001", "reason": "r"},
    "transfer": {"counter": "1", "service": "H"},
    "resume": {"ticket": "A001"},
    "reinstate": {"ticket": "A001"},
    "late": {"ticket": "A001"},
    "cancel_booking": {"booking": "ABC"},
    "rate_here": {"counter": "1", "ticket": "A001", "score": 5},
    "book": {"service": "A", "at": EIGHT},
    "check_in": {"booking": "ABC"},
    "rate": {"token": "t", "score": 5},
    "walk_in": {"counter": "1", "service": "A"},
    "note": {"ticket": "A001", "text": "t"},
    "notice": {"text": "t"},
    "end_notice": {"notice": "ABC"},
    "set_screen": {"screen": "d1", "name": "n"},
    "expire": {"ticket": "A001"},
    "open_day": {},
    "close_day": {},
}
"""The arguments that each command must have; a counter, where nothing is said."""


def least(name: str) -> dict[str, Any]:
    return LEAST.get(name, {"counter": "1"})


def refusal(name: str, body: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        parse(name, body)
    return caught.value


def field_of(name: str, /, **arguments: Any) -> tuple[str | None, object]:
    refused = refusal(name, msgspec.json.encode(arguments))
    assert refused.code == "bad_request"
    return refused.field, refused.params["problem"]


def test_the_commands_are_those_of_the_protocol() -> None:
    assert list(COMMANDS) == PROTOCOL.split()


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_taken_with_its_least_arguments(name: str) -> None:
    command = parse(name, msgspec.json.encode(least(name)))
    assert type(command) is COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_rule(name: str) -> None:
    """Done or refused by a rule; anything else is a hole in the decider."""
    command = parse(name, msgspec.json.encode(least(name)))
    with suppress(Refused):
        decision = decide(Rig().state, command, EIGHT + 1, label="A001", code="ABC", officer="lan", role="counter")
        assert decision.events


def test_what_is_no_command_has_no_rule() -> None:
    with pytest.raises(TypeError, match="Command"):
        decide(Rig().state, c.Command(), EIGHT)


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in COMMANDS for field in least(name)])
def test_a_missing_argument_is_named(name: str, field: str) -> None:
    arguments = {key: value for key, value in least(name).items() if key != field}
    assert field_of(name, **arguments) == (field, "missing" if (name, field) != ("transfer", "service") else "value")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_argument_is_named(name: str) -> None:
    assert field_of(name, **least(name), colour="red") == ("colour", "unknown")


@pytest.mark.parametrize(("name", "field"), [(name, field) for name in COMMANDS for field in least(name)])
@pytest.mark.parametrize("wrong", [True, {"a": 1}, [1], 1.5, None])
def test_an_argument_of_another_type_is_named(name: str, field: str, wrong: object) -> None:
    named, problem = field_of(name, **{**least(name), field: wrong})
    assert named == field
    assert problem in ("value", "missing")


@pytest.mark.parametrize(
    ("name", "field", "value"),
    [
        ("issue", "service", ""),
        ("issue", "service", "A" * 33),
        ("issue", "priority", ""),
        ("issue", "dossier", "not a dossier"),
        ("issue", "dossier", "G22.99.09-240114-0001" + " " * 64),
        ("cancel", "reason", ""),
        ("pause_counter", "reason", "r" * 201),
        ("call", "reason", ""),
        ("finish", "outcome", ""),
        ("finish", "delivered", "A"),
        ("finish", "delivered", ["A", 3]),
        ("finish", "delivered", ["A"] * 51),
        ("hold", "note", "n" * 501),
        ("transfer", "place", "middle"),
        ("transfer", "to_counter", 5),
        ("transfer", "after", 0),
        ("transfer", "after", 481),
        ("transfer", "note", "n" * 501),
        ("issue", "person", "123"),
        ("issue", "person", "1" * 257),
        ("issue", "dossiers", 0),
        ("issue", "dossiers", 1000),
        ("issue", "then", ["A"] * 10),
        ("pause_counter", "minutes", 0),
        ("call_next", "delivered", ["A"] * 51),
        ("note", "text", ""),
        ("note", "text", "t" * 501),
        ("assign_counter", "services", []),
        ("assign_counter", "mode", "some"),
        ("ask_help", "kind", "Trưởng phòng"),
        ("ask_help", "kind", "fire"),
        ("call", "reason", "  "),
        ("note", "text", "\n"),
        ("notice", "text", "\u3000"),
        ("notice", "text", ""),
        ("notice", "text", "t" * 201),
        ("notice", "minutes", 481),
        ("sign_on", "take_over", "yes"),
        ("set_screen", "board", "wall"),
        ("set_screen", "theme", "red"),
        ("set_screen", "languages", ["fr"]),
        ("set_screen", "volume", 101),
        ("book", "at", -1),
        ("book", "at", 4_102_444_800_000),
        ("book", "at", 10**30),
        ("rate", "score", 0),
        ("rate", "score", 6),
        ("rate", "score", "5"),
        ("rate", "reasons", ["r"] * 11),
        ("rate", "token", "t" * 129),
    ],
)
def test_a_value_that_will_not_do_is_named(name: str, field: str, value: object) -> None:
    assert field_of(name, **{**least(name), field: value}) == (field, "value")


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", b"null", b'"A"', b"7", b"\xff\xfe", b'{"service":"A"} {}', b'{"service":"\\ud800"}', b"[" * 9999],
)
def test_what_is_no_json_object_is_said_to_be_none(body: bytes) -> None:
    refused = refusal("issue", body)
    assert (refused.code, refused.field, refused.params["problem"]) == ("bad_request", None, "json")


def test_no_body_is_no_arguments() -> None:
    assert parse("close_day", b"") == c.CloseDay()
    assert parse("close_day", msgspec.Raw(b"")) == c.CloseDay()
    assert refusal("issue", b"").field == "service"


def test_an_unknown_command_is_refused_before_its_arguments_are_looked_at() -> None:
    assert refusal("dance", b"\xff").code == "unknown_command"


def test_a_transfer_goes_to_a_service_or_a_counter_and_not_both() -> None:
    assert parse("transfer", b'{"counter":"1","to_counter":"2"}') == c.Transfer("1", to_counter="2")
    assert field_of("transfer", counter="1") == ("service", "value")
    assert field_of("transfer", counter="1", service="A", to_counter="2") == ("service", "value")


@pytest.mark.parametrize("board", ["zone", "counter"])
def test_a_board_of_a_part_says_of_which(board: str) -> None:
    assert field_of("set_screen", screen="d1", name="n", board=board) == (board, "missing")
    parsed = parse("set_screen", msgspec.json.encode({"screen": "d1", "name": "n", "board": board, board: "1"}))
    assert getattr(parsed, board) == "1"


@pytest.mark.parametrize("board", ["hall", "media", "led"])
def test_a_board_of_the_whole_hall_needs_no_more(board: str) -> None:
    parsed = parse("set_screen", msgspec.json.encode({"screen": "d1", "name": "n", "board": board}))
    assert parsed == c.SetScreen("d1", "n", board)  # type: ignore[arg-type]


def test_a_transfer_goes_to_one_place() -> None:
    assert parse("transfer", b'{"counter":"1","to_group":"g"}') == c.Transfer("1", to_group="g")
    assert field_of("transfer", counter="1", to_group="g", to_counter="2") == ("service", "value")
    assert field_of("transfer", counter="1", to_group="g", service="A") == ("service", "value")


def test_a_cancellation_names_a_ticket_or_its_token() -> None:
    assert parse("cancel", b'{"token":"t"}') == c.Cancel(token="t")
    assert field_of("cancel") == ("ticket", "missing")


@given(st.binary(max_size=60), st.sampled_from(list(COMMANDS)))
def test_no_body_does_worse_than_be_refused(body: bytes, name: str) -> None:
    with suppress(Refused):
        assert type(parse(name, body)) is COMMANDS[name]


def test_a_dossier_code_typed_wrongly_is_not_repeated() -> None:
    """It would else come back in a message, and from there enter a log."""
    refused = refusal("issue", b'{"service":"A","dossier":"G22-secret"}')
    assert "secret" not in repr(refused.params)


def test_an_error_that_names_no_field_is_about_the_whole() -> None:
    assert bad_request(msgspec.ValidationError("Expected `object`, got `array`")).field is None


# -- dossier codes (FACTS: the agency, the date as yymmdd, a number) -------------------------------------------------

CODES = ["000.00.12.H62-201105-0004", "G22.99.09-240114-0001", "G22.99.08-260921-896048"]


@pytest.mark.parametrize("code", CODES)
def test_a_dossier_code_is_taken_as_people_type_it(code: str) -> None:
    loose = f" {code.lower().replace('-', ' – ')} "
    assert fold_dossier(loose) == code
    assert parse("issue", msgspec.json.encode({"service": "A", "dossier": loose})) == c.Issue("A", None, loose)


@pytest.mark.parametrize(
    "code", ["", "G2-240114-0001", "G22.99.09-24011-0001", "G22.99.09-240114-01", "Đ22.99-240114-0001"]
)
def test_other_codes_are_refused(code: str) -> None:
    assert field_of("issue", service="A", dossier=code) == ("dossier", "value")


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold_dossier(fold_dossier(text)) == fold_dossier(text)
