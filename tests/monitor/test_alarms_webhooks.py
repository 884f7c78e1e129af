"""Webhooks: signed, in order, and nothing lost, whatever the receiver and the servers do."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hallsys.config import HallConfig, Settings
from hallsys.hallalarms import Webhook
from hallsys.hallfile import load_halls
from hallsys.monitor.alarms.sender import Sender
from hallsys.monitor.alarms.signing import NoSecret, headers, key_of, named
from hallsys.office.examine_webhooks import webhooks
from hallsys.office.words import both
from hallsys.store.alarmbook import AlarmBook, Write
from hallsys.store.connection import Connection, connect
from hallsys.store.outbox import Letter, Outbox
from tests.monitor.receiver import SECRET, Receiver, is_ours, receiving
from tests.ports import free_port

SOON = 0.02
"""s before the second try"""


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)


@pytest.fixture
async def connection(valkey_url: str) -> AsyncIterator[Connection]:
    found = connect(valkey_url)
    yield found
    await found.close()


def hall_with(*hooks: Webhook) -> HallConfig:
    return msgspec.structs.replace(load_halls(None)["phutho"], id=f"h{uuid.uuid4().hex[:10]}", webhooks=[*hooks])


def hook(receiver: Receiver | str, name: str = "bridge", **changes: Any) -> Webhook:
    url = receiver if isinstance(receiver, str) else receiver.url
    return Webhook(name, url, "env:HOOK_SECRET", **{"timeout_s": 60, **changes})


class Mail:
    """Puts messages into a hall's outbox, as alarms do."""

    def __init__(self, hall: HallConfig, connection: Connection, now: int | None = None) -> None:
        self.hall, self.box, self._now = hall, Outbox(hall.id, connection), now or time.time_ns() // 1_000_000
        self._book, self._rows = AlarmBook(hall.id, connection), dict[str, bytes]()
        self.sent: list[str] = []

    async def put(self, *alarms: str, hook: str = "bridge") -> None:
        """One message of each of these alarms."""
        for alarm in alarms:
            body = f'{{"type":"alarm.raised","n":{len(self.sent)},"alarm":"{alarm}"}}'
            letter = Letter(f"msg_{len(self.sent)}", hook, alarm, "raised", body, self._now, self._now)
            row = str(len(self.sent)).encode()
            write = Write(alarm, self._rows.get(alarm, b""), row, letters=[msgspec.json.encode(letter)])
            assert await self._book.write([write]) == {alarm}
            self._rows[alarm] = row
            self.sent.append(letter.id)

    async def empty(self) -> None:
        await until(self.box.pending, lambda pending: not pending)


async def until(look: Callable[[], Awaitable[Any]], holds: Callable[[Any], bool]) -> Any:
    """What `look` finds, once it holds."""
    while True:
        found = await look()
        if holds(found):
            return found
        await asyncio.sleep(SOON)


@asynccontextmanager
async def sending(hall: HallConfig, connection: Connection, **settings: Any) -> AsyncIterator[Sender]:
    sender = Sender({hall.id: hall}, connection, first=SOON, **settings)
    sender.start()
    try:
        yield sender
    finally:
        await sender.close()


def by_alarm(receiver: Receiver) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for message in receiver.took:
        found.setdefault(message["alarm"], []).append(message["n"])
    return found


@pytest.mark.parametrize("mood", [500, "hang", 302, 404])
async def test_nothing_is_lost_and_the_order_of_each_alarm_is_kept(connection: Connection, mood: int | str) -> None:
    async with receiving() as receiver:
        # Only who hangs is given up on soon: whoever is merely slow to be heard would be told twice.
        mail = Mail(hall_with(hook(receiver, timeout_s=2 if mood == "hang" else 60)), connection)
        receiver.mood = mood
        await mail.put("wait.H", "wait.H", "deaf", "wait.H", "deaf")
        async with sending(mail.hall, connection):
            await receiver.until(lambda: receiver.asked >= 4)
            assert (receiver.took, receiver.strayed) == ([], 0)
            receiver.mood = 200
            await receiver.told(5)
            await mail.empty()
        assert by_alarm(receiver) == {"wait.H": [0, 1, 3], "deaf": [2, 4]}
        assert sorted(receiver.ids) == mail.sent
        assert await mail.box.counts() == (0, 0)


async def test_a_receiver_that_is_away_is_told_when_it_comes_back(connection: Connection) -> None:
    port = free_port()
    mail = Mail(hall_with(hook(f"http://127.0.0.1:{port}/hook")), connection)
    await mail.put("wait.H", "printer", "wait.H")
    async with sending(mail.hall, connection):
        pending = await until(mail.box.pending, lambda found: any(each.tries > 1 for each in found.values()))
        assert {letter.said for letter in pending.values()} <= {"", "ClientConnectorError"}
        async with receiving(port) as receiver:
            await receiver.told(3)
            await mail.empty()
    assert by_alarm(receiver) == {"wait.H": [0, 2], "printer": [1]}


async def test_one_that_hangs_keeps_no_other_waiting(connection: Connection) -> None:
    async with receiving() as slow, receiving() as quick:
        slow.mood = "hang"
        mail = Mail(hall_with(hook(slow, "slow", timeout_s=60), hook(quick)), connection)
        await mail.put("wait.H", "wait.A", "wait.K", "wait.S", "wait.N", hook="slow")
        async with sending(mail.hall, connection) as sender:
            await slow.until(lambda: slow.asked == 4)
            for _ in range(3):
                await mail.put("wait.H", "wait.A")
                sender.wake(mail.hall.id)
            await quick.told(6)
        assert (slow.asked, slow.took) == (4, [])


async def test_a_server_that_ends_in_the_middle_loses_nothing(connection: Connection) -> None:
    async with receiving() as receiver:
        receiver.mood = "hang"
        mail = Mail(hall_with(hook(receiver)), connection)
        await mail.put(*["wait.H", "deaf"] * 10)
        async with sending(mail.hall, connection):
            await receiver.until(lambda: receiver.asked >= 2)
        receiver.mood = 200
        async with sending(mail.hall, connection):
            await receiver.told(20)
            await mail.empty()
        assert by_alarm(receiver) == {"wait.H": list(range(0, 20, 2)), "deaf": list(range(1, 20, 2))}


async def test_of_several_servers_one_sends(connection: Connection) -> None:
    async with receiving() as receiver, AsyncExitStack() as stack:
        mail = Mail(hall_with(hook(receiver)), connection)
        senders = [await stack.enter_async_context(sending(mail.hall, connection)) for _ in range(4)]
        for _ in range(10):
            await mail.put("wait.H", "deaf", "printer")
            for sender in senders:
                sender.wake(mail.hall.id)
        await receiver.told(30)
        await mail.empty()
        assert sorted(receiver.ids) == sorted(mail.sent)


async def test_what_cannot_be_told_for_a_day_is_put_aside_and_can_be_sent_again(connection: Connection) -> None:
    now = [1_000_000]
    async with receiving() as receiver:
        receiver.mood = 500
        mail = Mail(hall_with(hook(receiver, give_up_s=86_400)), connection, now[0])
        await mail.put("wait.H", "deaf")
        async with sending(mail.hall, connection, clock=lambda: now[0]) as sender:
            await receiver.until(lambda: receiver.asked >= 2)
            assert await mail.box.counts() == (2, 0)
            now[0] += 86_400_000
            sender.wake(mail.hall.id)
            await mail.empty()
            dead = await mail.box.dead()
            assert [letter.said for letter in dead.values()] == ["status 500"] * 2
            receiver.mood = 200
            assert await mail.box.again({"msg_1"}, now[0]) == 1
            sender.wake(mail.hall.id)
            await receiver.told(1)
            assert await mail.box.again(None, now[0]) == 1
            assert await mail.box.again(None, now[0]) == 0
            sender.wake(mail.hall.id)
            await receiver.told(2)
            await mail.empty()
    assert receiver.ids == ["msg_1", "msg_0"]
    assert await mail.box.counts() == (0, 0)


async def test_a_secret_that_is_not_there_is_said_and_waits(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as receiver:
        mail = Mail(hall_with(hook(receiver)), connection)
        monkeypatch.delenv("HOOK_SECRET")
        await mail.put("wait.H")
        async with sending(mail.hall, connection) as sender:
            await until(mail.box.pending, lambda found: any(each.tries for each in found.values()))
            assert sender.troubles(mail.hall.id) == {"bridge": "env:HOOK_SECRET: empty, or not set"}
            monkeypatch.setenv("HOOK_SECRET", SECRET)
            await receiver.told(1)
            await mail.empty()
            assert sender.troubles(mail.hall.id) == {}
    assert receiver.asked == 1


async def test_the_doctor_names_secrets_that_are_missing_and_letters_that_are_dead(
    connection: Connection, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hall = hall_with(hook("http://127.0.0.1:9/hook"))
    settings = Settings(data=tmp_path, redis_url=valkey_url)

    async def found() -> list[tuple[str, str]]:
        findings = await asyncio.to_thread(lambda: list(webhooks(settings, {hall.id: hall})))
        assert all(both(finding.key, **finding.params) for finding in findings)
        return [(finding.state, finding.key.rpartition(".")[2]) for finding in findings]

    assert await found() == [("ok", "ok")]
    mail = Mail(hall, connection)
    await mail.put("wait.H")
    (number, letter), *_ = (await mail.box.pending()).items()
    await mail.box.bury(number, letter)
    assert await found() == [("warn", "dead")]
    monkeypatch.delenv("HOOK_SECRET")
    assert await found() == [("fail", "secret"), ("warn", "dead")]


def test_what_is_signed_cannot_be_changed() -> None:
    """By the recipe that docs/alarms.md gives to receivers."""
    now = int(time.time())
    signed = headers(key_of(SECRET), "msg_1", now, b'{"a":1}')
    assert is_ours(SECRET, signed, b'{"a":1}')
    assert not is_ours(SECRET, signed, b'{"a":2}')
    assert not is_ours(SECRET, {**signed, "webhook-id": "msg_2"}, b'{"a":1}')
    assert not is_ours(SECRET, {**signed, "webhook-timestamp": str(now + 1)}, b'{"a":1}')
    old = headers(key_of(SECRET), "msg_1", now - 301, b'{"a":1}')
    assert not is_ours(SECRET, old, b'{"a":1}')


def test_the_signature_is_the_one_of_the_standard() -> None:
    """The example of the standard's own libraries."""
    signed = headers(
        key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signed["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "secret").write_text(f"{SECRET}\n", "utf-8")
    (tmp_path / "empty").write_text("\n", "utf-8")
    return tmp_path


def test_where_a_secret_is(files: Path) -> None:
    assert named(f"file:{files / 'secret'}") == named("env:A", {"A": SECRET}) == SECRET
    assert named("https://example.test/a") == "https://example.test/a"
    for missing in (f"file:{files / 'none'}", f"file:{files / 'empty'}", "env:NOBODY_SET_THIS"):
        with pytest.raises(NoSecret):
            named(missing)
    assert key_of("a secret of our own") == b"a secret of our own"
    for weak in ("kurz", "whsec_a3Vyeg==", "whsec_not base64 at all!"):
        with pytest.raises(NoSecret) as said:
            key_of(weak)
        assert weak not in str(said.value)
