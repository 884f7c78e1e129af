"""kill -9 in the middle of the load: what was acknowledged and is gone, and how long nothing was acknowledged."""

import asyncio
import json
import os
import signal
import statistics
import time
import uuid
from collections import Counter

from benchmarks.http import Line, post
from benchmarks.rows import Hall, Size, every_ticket, opened
from benchmarks.servers import Hallsys
from benchmarks.table import Report
from hallsys.simulate.halls import make_hall_toml

CLIENTS = 16
LEAD_S = 1.0
"""Seconds of load before the kill, and again after the return."""


class Press:
    """Clients that issue for ever and ask again under the same key until they are answered."""

    def __init__(self, server: Hallsys, hall: Hall) -> None:
        self._server, self._hall = server, hall
        self.acknowledged: list[str] = []
        self.cut = 0.0
        self.back = asyncio.Event()
        self.first_back = 0.0
        self._stopping = False

    async def client(self) -> None:
        path = f"/api/v1/halls/{self._hall.name}/commands/issue"
        line: Line | None = None
        while not self._stopping:
            request = post(path, {"service": "A"}, token=self._hall.token, key=uuid.uuid4().hex)
            while True:
                sent = time.perf_counter()
                try:
                    line = line or await Line.open(self._server.url)
                    async with asyncio.timeout(10):
                        status, body = await line.ask(request)
                except OSError:
                    line = None
                    await asyncio.sleep(0.01)
                    continue
                if status == 200:
                    break
                if status != 503:
                    raise RuntimeError(f"{status}: {body[:300]!r}")
                await asyncio.sleep(0.01)
            self.acknowledged.append(json.loads(body)["result"]["ticket"]["label"])
            if self.cut and sent > self.cut and not self.back.is_set():
                self.first_back = time.perf_counter()
                self.back.set()
        if line is not None:
            line.close()

    def stop(self) -> None:
        self._stopping = True


async def kills(size: Size, report: Report) -> None:
    """Three kills of each, every acknowledged ticket looked for afterwards."""
    for victim in ("server", "store"):
        texts = {"ward": make_hall_toml(5, hall="ward", voice=False)}
        gone, back = 0, []
        async with Hallsys(texts) as server:
            [hall] = await opened(server, "ward")
            for number in range(min(size.rounds, 3)):
                report.told(f"  kill -9 of the {victim}, {number + 1}")
                press = Press(server, hall)
                clients = [asyncio.create_task(press.client()) for _ in range(CLIENTS)]
                await asyncio.sleep(LEAD_S)
                if victim == "server":
                    await server.kill()
                    press.cut = time.perf_counter()
                    await server.start()
                else:
                    os.kill(server.store_pid, signal.SIGKILL)
                    press.cut = time.perf_counter()
                async with asyncio.timeout(60):
                    await press.back.wait()
                await asyncio.sleep(LEAD_S)
                press.stop()
                await asyncio.gather(*clients)
                back.append(press.first_back - press.cut)
                labels = Counter(str(row["label"]) for row in await every_ticket(server, hall))
                acknowledged = Counter(press.acknowledged)
                gone += sum(1 for label in acknowledged if label not in labels)
                gone += sum(times - 1 for times in (acknowledged | labels).values())
        report.found(f"kill_{victim}_lost", gone, f"of {CLIENTS} clients in {len(back)} kills")
        report.found(f"kill_{victim}_back", max(back), f"median {statistics.median(back):.2f} s")
