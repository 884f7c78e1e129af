"""A ticket's token is neither guessed nor enumerated, and what is limited stays so however many ask at once."""

import asyncio
import base64
import itertools
import secrets
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hallsys.hallfile import load_halls
from hallsys.hallvisits import Tickets
from hallsys.store.tokens import Minter
from tests.running import Door, Running, Serve

BITS = 128
REQUESTS = st.tuples(st.text(min_size=1, max_size=40), st.integers(0, 4_000_000_000_000))


def bits(token: str) -> int:
    """The token's own part as a number."""
    return int.from_bytes(base64.urlsafe_b64decode(token.partition(".")[2] + "=="), "big")


@given(st.binary(min_size=16, max_size=64), st.lists(REQUESTS, min_size=2, max_size=20, unique=True))
def test_every_request_has_a_token_of_its_own_and_always_the_same(secret: bytes, requests: list[Any]) -> None:
    minter, again = Minter("phutho", secret), Minter("phutho", secret)
    tokens = [minter.ticket(*request) for request in requests]
    assert tokens == [again.ticket(*request) for request in requests]
    assert len(set(tokens)) == len(tokens)
    assert all(len(token) == len("phutho.") + 22 for token in tokens)


@given(REQUESTS, st.binary(min_size=16, max_size=64), st.binary(min_size=16, max_size=64))
def test_who_knows_all_but_the_secret_knows_nothing(request: Any, secret: bytes, other: bytes) -> None:
    if secret.rstrip(b"\0") == other.rstrip(b"\0"):
        return
    assert Minter("phutho", secret).ticket(*request) != Minter("phutho", other).ticket(*request)
    assert bits(Minter("phutho", secret).ticket(*request)) != bits(Minter("hungloc", secret).ticket(*request))


def test_tokens_one_after_another_have_nothing_in_common() -> None:
    """The requests of a kiosk differ by one letter and one millisecond; of two tokens half the bits differ, and every
    bit is set in half of them. Six standard deviations either way."""
    minter, count = Minter("phutho", secrets.token_bytes(32)), 2_000
    tokens = [bits(minter.ticket(f"kiosk-1-{number:06}", 1_790_000_000_000 + number)) for number in range(count)]
    apart = [(one ^ other).bit_count() for one, other in itertools.pairwise(tokens)]
    assert sum(apart) / len(apart) == pytest.approx(BITS / 2, abs=6 * (BITS / 4 / len(apart)) ** 0.5)
    for bit in range(BITS):
        share = sum(token >> bit & 1 for token in tokens) / count
        assert share == pytest.approx(0.5, abs=6 * (0.25 / count) ** 0.5), bit


async def test_what_is_nearly_a_token_is_none_and_the_answer_tells_nothing(serve: Serve) -> None:
    hall, other = await serve(), await serve()
    kiosk = await hall.door("kiosk")
    tokens = [(await kiosk.do("issue", service="A")).result["token"] for _ in range(2)]
    token, own = tokens[0], tokens[0].partition(".")[2]
    near = [
        *(f"{hall.hall}.{own[:place]}{'B' if own[place] == 'A' else 'A'}{own[place + 1 :]}" for place in range(22)),
        f"{hall.hall}.{own.swapcase()}",
        f"{hall.hall}.{own[:-1]}",
        f"{hall.hall}.{own}A",
        f"{hall.hall}.{own}==",
        f"{other.hall}.{own}",
        f"{hall.hall}.",
        own,
        "A001",
        f"{hall.hall}.{tokens[1].partition('.')[2][:11]}{own[11:]}",
    ]
    assert (await hall.nobody.ask("GET", f"/t/{token}")).status == 200
    answers = set()
    for guess in near:
        page = await hall.nobody.ask("GET", f"/t/{guess}", headers={"Accept": "application/json"})
        assert page.status == 404, guess
        for name, args in (("cancel", {}), ("rate", {"score": 5})):
            refused = await hall.nobody.do(name, token=guess, **args)
            assert refused.status == 404, guess
            answers.add((name, refused.body.replace(guess.encode(), b"")))
        printed = await kiosk.ask("POST", f"{kiosk.api}/print", json={"token": guess})
        assert printed.refusal == (404, "unknown_ticket")
    assert len(answers) == 2, "one answer for whatever is none"
    assert (await hall.nobody.do("cancel", token=token)).status == 200


async def two(serve: Serve, **changes: Any) -> tuple[list[Running], list[Door]]:
    """Two servers of one hall, and a kiosk at each."""
    one = await serve(**changes)
    servers = [one, await serve(hall=one.hall, **changes)]
    return servers, [await one.door("kiosk"), Door(one.http, servers[1].address, one.hall, await one.token("kiosk"))]


async def all_at_once(doors: list[Door], asked: list[dict[str, Any]]) -> tuple[list[str], list[str]]:
    """The labels that were given and the codes of the refusals."""
    replies = await asyncio.gather(
        *(doors[number % len(doors)].do("issue", **args) for number, args in enumerate(asked))
    )
    given_ = [reply.result["ticket"]["label"] for reply in replies if reply.status == 200]
    return given_, [reply.code for reply in replies if reply.status != 200]


async def test_a_days_last_number_is_given_once_however_many_ask(serve: Serve) -> None:
    services = [
        msgspec.structs.replace(row, daily_limit=25) if row.id == "A" else row
        for row in load_halls(None)["phutho"].services
    ]
    _, kiosks = await two(serve, services=services)
    labels, refused = await all_at_once(kiosks, [{"service": "A"}] * 60)
    assert sorted(labels) == [f"A{number:03}" for number in range(1, 26)]
    assert refused == ["limit_reached"] * 35


async def test_one_ticket_each_however_often_the_card_is_held_up(serve: Serve) -> None:
    _, kiosks = await two(serve, tickets=Tickets(one_each=True))
    people = [f"0010850771{number:02}" for number in range(10)]
    asked = [{"service": "A", "person": person} for person in people] * 4
    labels, refused = await all_at_once(kiosks, asked)
    assert sorted(labels) == [f"A{number:03}" for number in range(1, 11)]
    assert refused == ["has_ticket"] * 30


async def test_three_a_day_and_no_more_from_however_many_kiosks(serve: Serve) -> None:
    servers, kiosks = await two(serve, tickets=Tickets(per_person=3))
    asked = [{"service": service, "person": "001085077123"} for service in "AHNXKSYQRT"] * 3
    labels, refused = await all_at_once(kiosks, asked)
    assert len(labels) == len(set(labels)) == 3
    assert refused == ["limit_reached"] * 27
    views = [await server.nobody.view() for server in servers]
    assert set(views[0]["view"]["tickets"]) == set(labels)
