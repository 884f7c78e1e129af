"""Secrets that are made anew instead of being stored."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.core.commands import COMMANDS
from hallsys.store.tokens import Minter, hall_of

SECRET = b"s" * 32


def test_a_ticket_token_is_the_same_whenever_it_is_made() -> None:
    """A lost answer is rebuilt after a restart, its token included."""
    assert Minter("phutho", SECRET).ticket("key", 7) == Minter("phutho", SECRET).ticket("key", 7)


def test_a_ticket_token_names_its_hall_and_holds_128_bits() -> None:
    token = Minter("phutho", SECRET).ticket("key-0001", 1)
    assert re.fullmatch(r"phutho\.[A-Za-z0-9_-]{22}", token)
    assert hall_of(token) == "phutho"


def test_tokens_of_other_requests_times_halls_and_secrets_are_others() -> None:
    made = {
        Minter(hall, secret).ticket(key, time)
        for hall in ("phutho", "tho")
        for secret in (SECRET, b"t" * 32)
        for key in ("key-0001", "key-0002")
        for time in (1, 2)
    }
    assert len({token.partition(".")[2] for token in made}) == 16


def test_a_booking_code_is_eight_letters_and_digits() -> None:
    assert re.fullmatch(r"[A-Z2-7]{8}", Minter("phutho", SECRET).code("key-0001", 1))


requests = st.tuples(st.sampled_from(list(COMMANDS)), st.sampled_from([b"{}", b"[]"]) | st.binary(max_size=20))


@given(requests, requests)
def test_a_digest_tells_whether_two_requests_ask_the_same(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    minter = Minter("phutho", SECRET)
    assert (minter.digest(*one) == minter.digest(*other)) is (one == other)


def test_a_digest_cannot_be_made_without_the_secret() -> None:
    assert Minter("phutho", SECRET).digest("issue", b"{}") != Minter("phutho", b"t" * 32).digest("issue", b"{}")


@pytest.mark.parametrize("token", ["", "nothing", "elsewhere.abc"])
def test_a_foreign_token_names_whatever_it_names(token: str) -> None:
    assert hall_of(token) == token.partition(".")[0]
