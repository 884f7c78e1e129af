"""The measurements; each section starts what it needs, and floor and hallsys take turns round by round."""

import asyncio
import gc
import itertools
import json
import statistics
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.http import Line, Round, get, post, storm
from benchmarks.servers import Hallsys, Server, resident_mb
from benchmarks.sockets import Wall
from benchmarks.table import Report
from hallsys.simulate.halls import SERVICES, make_hall_toml

CLIENTS = 64
PROVINCE = 148
LETTERS = [letter for letter, *_ in SERVICES]


@dataclass(frozen=True)
class Size:
    """How much is asked of each round."""

    rounds: int
    requests: int
    """of 64 clients together"""
    singles: int
    """of one client"""
    presses: int
    screens: tuple[int, ...] = (10, 100, 1000)


FULL = Size(rounds=15, requests=3_840, singles=200, presses=30)
QUICK = Size(rounds=4, requests=2_560, singles=150, presses=12)


class Hall:
    """One hall's requests, ready made."""

    def __init__(self, name: str, token: str) -> None:
        self.name, self.token = name, token
        self._letters = itertools.cycle(LETTERS)

    def command(self, name: str, **arguments: object) -> bytes:
        path = f"/api/v1/halls/{self.name}/commands/{name}"
        return post(path, arguments, token=self.token, key=uuid.uuid4().hex)

    def issue(self) -> bytes:
        return self.command("issue", service=next(self._letters))


async def opened(server: Hallsys, *names: str) -> list[Hall]:
    """Halls of a server, with the right to do everything in them."""
    return [Hall(name, token) for name, token in zip(names, await server.tokens(*names), strict=True)]


def issues(halls: Sequence[Hall], requests: int, clients: int = CLIENTS) -> list[list[bytes]]:
    """Tickets over all halls in turn, shared among the clients."""
    ready = [halls[number % len(halls)].issue() for number in range(requests)]
    return [ready[client::clients] for client in range(clients)]


def floor(path: str, requests: int, clients: int = CLIENTS) -> list[list[bytes]]:
    """The same request as an issue, for a floor."""
    token, key = "x" * 43, uuid.uuid4().hex
    return [[post(path, {"service": "A"}, token=token, key=key)] * (requests // clients)] * clients


async def good(urls: Sequence[str], requests: Sequence[Sequence[bytes]]) -> Round:
    """A storm without a refusal. Raises RuntimeError where there is one: then nothing was measured."""
    gc.collect()
    gc.disable()
    try:
        result = await storm(urls, len(requests), requests)
    finally:
        gc.enable()
    if result.wrong:
        raise RuntimeError(f"answers other than 200: {result.wrong}, such as {result.example[:300]!r}")
    return result


async def ask(server: Server, request: bytes) -> dict[str, object]:
    """One answer. Raises RuntimeError when it is not 200."""
    line = await Line.open(server.url)
    status, body = await line.ask(request)
    line.close()
    if status != 200:
        raise RuntimeError(f"{status}: {body[:300]!r}")
    answer: dict[str, object] = json.loads(body)
    return answer


def rates(name: str, rounds: Sequence[Round]) -> str:
    return f"{name} {statistics.median(r.rate for r in rounds):,.0f}/s"


def ratio(ours: Sequence[Round], floors: Sequence[Round]) -> float:
    return statistics.median(o.rate / f.rate for o, f in zip(ours, floors, strict=True))


async def commands(size: Size, report: Report) -> None:
    """Issuing and calling at 64 clients, and issuing by one."""
    halls = {"ward": make_hall_toml(CLIENTS, hall="ward", voice=False)}
    async with Server("benchmarks.floors", "{data}") as floors, Hallsys(halls) as server:
        [hall] = await opened(server, "ward")
        counters = [str(number + 1) for number in range(CLIENTS)]
        await good([server.url], [[hall.command("open_counter", counter=counter)] for counter in counters])
        calls = partial(_calls, hall, counters)
        await good([server.url], issues([hall], size.requests // 4))
        await _drain(server.url, hall, counters)
        a, b, issue, call = [], [], [], []
        for number in range(size.rounds):
            report.told(f"  round {number + 1} of {size.rounds}: A, B, issue, call")
            a.append(await good([floors.url], floor("/a", size.requests)))
            b.append(await good([floors.url], floor("/b", size.requests)))
            issue.append(await good([server.url], issues([hall], size.requests)))
            # The last tickets are left for `_drain`: no counter may run out of its own services while it is timed.
            call.append(await good([server.url], calls(size.requests * 6 // 10)))
            await _drain(server.url, hall, counters)
        report.found("issue_b", ratio(issue, b), f"{rates('issue', issue)}, {rates('B', b)}")
        report.found("call_b", ratio(call, b), f"{rates('call', call)}, {rates('B', b)}")
        report.found("issue_a", ratio(issue, a), f"{rates('issue', issue)}, {rates('A', a)}")
        report.found("call_a", ratio(call, a), f"{rates('call', call)}, {rates('A', a)}")
        p99 = [(o.percentile(0.99) * 1000, f.percentile(0.99) * 1000) for o, f in zip(issue, b, strict=True)]
        report.found("p99", statistics.median(o / f for o, f in p99), _pair("issue", "B", p99))

        p50 = []
        for _ in range(size.rounds):
            theirs = await good([floors.url], floor("/b", size.singles, 1))
            ours = await good([server.url], issues([hall], size.singles, 1))
            p50.append((ours.percentile(0.5) * 1000, theirs.percentile(0.5) * 1000))
        report.found("one_p50", statistics.median(o / f for o, f in p50), _pair("issue", "B", p50))


def _calls(hall: Hall, counters: Sequence[str], requests: int) -> list[list[bytes]]:
    return [
        [hall.command("call_next", counter=counter) for _ in range(requests // len(counters))] for counter in counters
    ]


async def _drain(url: str, hall: Hall, counters: Sequence[str]) -> None:
    """Call until nobody waits, so that every round begins with an empty hall."""
    empty = False
    while not empty:
        result = await storm([url], len(counters), _calls(hall, counters, len(counters) * 8))
        if set(result.wrong) - {409}:
            raise RuntimeError(f"calling the rest: {result.wrong}, such as {result.example[:300]!r}")
        empty = not result.times


def _pair(ours: str, theirs: str, pairs: Sequence[tuple[float, float]]) -> str:
    first, second = (statistics.median(values) for values in zip(*pairs, strict=True))
    return f"{ours} {first:.2f} ms, {theirs} {second:.2f} ms"


async def province(size: Size, report: Report) -> None:
    """Issuing in 148 halls of one process."""
    names = [f"hall{number:03}" for number in range(PROVINCE)]
    texts = {name: make_hall_toml(5, hall=name, voice=False) for name in names}
    async with Server("benchmarks.floors", "{data}") as floors, Hallsys(texts) as server:
        halls = await opened(server, *names)
        await good([server.url], issues(halls, PROVINCE * 4, 4))
        b, ours = [], []
        for number in range(size.rounds):
            report.told(f"  round {number + 1} of {size.rounds}: B, {PROVINCE} halls")
            b.append(await good([floors.url], floor("/b", size.requests)))
            ours.append(await good([server.url], issues(halls, size.requests)))
        report.found("halls_b", ratio(ours, b), f"{rates('issue', ours)}, {rates('B', b)}")


async def two_servers(size: Size, report: Report) -> None:
    """One hall on two servers over one store, against another hall that only one of them has."""
    texts = {name: make_hall_toml(5, hall=name, voice=False) for name in ("alone", "shared")}
    async with Server("benchmarks.floors", "{data}", "--store-only") as store:
        first = Hallsys(texts, store_url=store.url)
        second = Hallsys({"shared": texts["shared"]}, store_url=store.url)
        async with first, second:
            alone, shared = await opened(first, "alone", "shared")
            one, two = [], []
            for number in range(size.rounds + 1):
                report.told(f"  round {number} of {size.rounds}: one server, two servers" if number else "  warming up")
                one.append(await good([first.url], issues([alone], size.requests)))
                two.append(await good([first.url, second.url], issues([shared], size.requests)))
            report.found("two_servers", ratio(two[1:], one[1:]), f"{rates('two', two[1:])}, {rates('one', one[1:])}")


async def screens(size: Size, report: Report) -> None:
    """From the press of a counter to the last of many screens."""
    texts = {"ward": make_hall_toml(5, hall="ward", voice=False)}
    async with Server("benchmarks.floors", "{data}") as floors, Hallsys(texts) as server:
        [hall] = await opened(server, "ward")
        for name in ("open_counter", "call_next"):
            await ask(server, hall.issue())
            await ask(server, hall.command(name, counter="1"))
        ours_line, floor_line = await Line.open(server.url), await Line.open(floors.url)
        bare = post("/press", {}, token="x" * 43, key="x" * 32)
        for count in size.screens:
            report.told(f"  {count} screens")
            wall = await Wall().open(server.url, "/ws/ward", count, b'"recalled"', hall.token)
            floor_wall = await Wall().open(floors.url, "/ws", count, b'"recalled"')
            pairs = []
            for number in range(size.presses + 3):
                recall = hall.command("recall", counter="1")
                theirs = await floor_wall.press(partial(floor_line.send, bare))
                ours = await wall.press(partial(ours_line.send, recall))
                # Let both servers finish their answers, lest one press be measured on the other's time.
                await asyncio.sleep(0.02)
                if number >= 3:
                    pairs.append((ours * 1000, theirs * 1000))
            wall.close()
            floor_wall.close()
            ours_ms, floor_ms = (statistics.median(values) for values in zip(*pairs, strict=True))
            value = ours_ms / floor_ms if count == 1000 else ours_ms - floor_ms
            report.found(f"screens_{count}", value, f"hallsys {ours_ms:.1f} ms, F {floor_ms:.1f} ms")
        ours_line.close()
        floor_line.close()


async def memory_and_start(size: Size, report: Report) -> None:
    """A ward's day in memory, and the start on the data it leaves."""
    texts = {"ward": make_hall_toml(5, hall="ward")}
    async with Hallsys(texts) as server:
        [hall] = await opened(server, "ward")
        counters = [str(number + 1) for number in range(5)]
        await good([server.url], [[hall.command("open_counter", counter=counter) for counter in counters]])
        await good([server.url], issues([hall], 300, 4))
        await good([server.url], _calls(hall, counters, 200))
        await asyncio.sleep(3)  # sounds are made ready after the answers
        ours, store = resident_mb(server.pid), resident_mb(server.store_pid)
        report.found("memory_server", ours, f"{ours:.0f} MB resident, voice on")
        report.found("memory_store", store, f"{store:.1f} MB resident")
        times = []
        for _ in range(min(size.rounds, 3)):
            await server.stop()
            begin = asyncio.get_running_loop().time()
            await server.start()
            await server.answers("/api/v1/halls/ward/view", hall.token)
            times.append(asyncio.get_running_loop().time() - begin)
        report.found("second_start", statistics.median(times), f"{min(times):.2f} to {max(times):.2f} s")


async def every_ticket(server: Server, hall: Hall) -> list[dict[str, object]]:
    """All tickets of the day, page by page."""
    rows: list[dict[str, object]] = []
    after = ""
    while True:
        path = f"/api/v1/halls/{hall.name}/tickets?limit=1000{after}"
        answer = await ask(server, get(path, token=hall.token))
        page = answer["tickets"]
        assert isinstance(page, list)
        rows += page
        if answer["next"] is None:
            return rows
        after = f"&after={answer['next']}"
