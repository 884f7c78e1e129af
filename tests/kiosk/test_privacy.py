"""A busy day, and then everything that the public can fetch: nobody's number, name, words or secrets are in it."""

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hallsys.hallvisits import Bookings, Phone, Tickets
from hallsys.store.tokens import Minter
from tests.running import Running, Serve

PERSON, CODE, CALLER, OFFICER = "001099012345", "G22.99.09-260911-0007", "0912345678", "Trần Thị Lan"
WORDS = ("thiếu sổ hộ khẩu của ông Bình", "chị Mai đã hẹn", "bà Cúc bỏ về", "xem lại hồ sơ ông Dũng", "ông Em khó tính")


@pytest.fixture
async def busy(serve: Serve) -> tuple[Running, list[str], str]:
    """A hall that has lived, its secrets, and where its day began."""
    hall = await serve(
        bookings=Bookings(public=True, early_s=86_400),
        phone=Phone(numbers=True),
        tickets=Tickets(one_each=True, per_person=9),
    )
    begun = (await hall.nobody.get("/view")).json["at"]
    counter = await hall.door("counter", counter="2", name=OFFICER)
    kiosk, admin = await hall.door("kiosk"), await hall.door("admin")
    for door in "23":
        await admin.do("open_counter", counter=door)
    made = [await kiosk.do("issue", service="A", person=f"{PERSON}{n}") for n in range(4)]
    made.append(await kiosk.do("issue", service="H", dossier=CODE, priority="aged"))
    tokens = [reply.result["token"] for reply in made]
    await counter.do("call", counter="2", ticket="A002", reason=WORDS[1])
    await counter.do("hold", counter="2", note=WORDS[0])
    await counter.do("cancel", ticket="A003", reason=WORDS[2])
    await counter.do("call_next", counter="2")
    await counter.do("note", ticket="A001", text=WORDS[3])
    await counter.do("finish", counter="2", outcome=WORDS[3])
    await hall.nobody.do("rate", token=tokens[0], score=1, reasons=[WORDS[4]])
    await hall.nobody.do("late", token=tokens[3])
    slot = (await hall.nobody.ask("GET", f"{hall.nobody.api}/slots", params={"service": "A"})).json["slots"][0]
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    body = {"service": "A", "at": slot["at"], "person": CALLER}
    booked = await hall.nobody.ask("POST", f"{hall.nobody.api}/bookings", json=body, headers=headers)
    found = hall.server.halls.at_once(hall.hall)
    assert found is not None
    state = await found.ledger.read(lambda state, _: state)
    hashes = [*state.persons, *(str(row.person) for row in state.bookings.values())]
    assert len(hashes) == 6
    return (
        hall,
        [PERSON, CODE, CODE[-11:], CALLER, OFFICER, *WORDS, *tokens, booked.json["booking"]["id"], *hashes],
        begun,
    )


async def test_nothing_of_anybody_is_public(busy: tuple[Running, list[str], str]) -> None:
    hall, secrets, begun = busy
    nobody, seen = hall.nobody, dict[str, str]()
    api = (
        "view",
        "events",
        "waits",
        "stats",
        "tickets",
        "audit",
        "reports",
        "screens",
        "accounts",
        "wallcode",
        "printer",
    )
    for name in api:
        query = {"since": begun} if name == "events" else {}
        seen[name] = (await nobody.get(f"/{name}", **query)).body.decode()
    html = {"Accept": "text/html"}
    for page in (
        "board",
        "kiosk",
        "counter",
        "lookup",
        "rate",
        "book",
        "take",
        "wallcode",
        "monitor",
        "reports",
        "admin",
    ):
        seen[page] = (await nobody.ask("GET", f"/halls/{hall.hall}/{page}", headers=html)).body.decode()
    for path in ("/", "/metrics", "/api/openapi.json", "/healthz"):
        seen[path] = (await nobody.ask("GET", path)).body.decode()
    async with nobody.screen() as screen:
        seen["socket"] = str(screen.view)
    assert '"A002"' in seen["view"]
    assert "held" in seen["events"]
    told = [(secret, name) for name, text in seen.items() for secret in secrets if secret in text]
    assert not told


async def test_a_phones_page_knows_its_own_ticket_only(busy: tuple[Running, list[str], str]) -> None:
    hall, secrets, _ = busy
    own, *others = [secret for secret in secrets if secret.startswith(f"{hall.hall}.")]
    page = await hall.nobody.ask("GET", f"/t/{own}", headers={"Accept": "text/html"})
    text = page.body.decode()
    assert "A001" in text
    assert not [secret for secret in secrets if secret in text and secret != own]
    assert not [other for other in others if other in text]
    assert page.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in page.headers


@given(
    key=st.text("abcdef0123456789", min_size=8, max_size=32),
    other=st.text("abcdef0123456789", min_size=8, max_size=32),
    at=st.integers(0, 2**41),
    later=st.integers(1, 2**20),
)
@settings(max_examples=60, deadline=None)
def test_tokens_and_codes_follow_from_nothing_that_is_public(key: str, other: str, at: int, later: int) -> None:
    """Another request, another moment, another hall, another installation: each makes another token; 128 bits of it."""
    one = Minter("phutho", b"k" * 32)
    token = one.ticket(key, at)
    made = {token, one.ticket(key, at + later), Minter("gocong", b"k" * 32).ticket(key, at)}
    made |= {Minter("phutho", b"l" * 32).ticket(key, at), *([one.ticket(other, at)] if other != key else [])}
    assert len(made) == 4 + (other != key)
    assert len(token.partition(".")[2]) == 22
    assert one.code(key, at) != one.code(key, at + later)
    assert one.wall(at) != one.wall(at + later)


async def test_a_token_is_not_found_by_trying(busy: tuple[Running, list[str], str]) -> None:
    """Each letter of it counts, and what is no token is answered like one that is nobody's."""
    hall, secrets, _ = busy
    token = next(secret for secret in secrets if secret.startswith(f"{hall.hall}."))
    name, _, mac = token.partition(".")
    near = [f"{name}.{mac[:n]}{'A' if mac[n] != 'A' else 'B'}{mac[n + 1 :]}" for n in range(len(mac))]
    answers = set()
    for wrong in [*near, mac, name, f"{name}.", f"other.{mac}", token[:-1], f"{token}A", token.upper(), "x" * 500]:
        reply = await hall.nobody.ask("GET", f"/t/{wrong}")
        answers.add((reply.refusal, reply.body))
        assert (await hall.nobody.do("late", token=wrong[:128])).refusal == (404, "unknown_ticket")
    assert len(answers) == 1
    assert answers.pop()[0] == (404, "unknown_ticket")
