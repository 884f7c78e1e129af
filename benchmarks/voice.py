"""`python -m benchmarks.voice`: every announcement of A001-A999 at the counters 1-30 is made and measured; how large a
call is and how long it takes; and whether the engine lasts. The figures stand in docs/voice.md."""

import argparse
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import msgspec
import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from benchmarks.meter import Samples, integrated, loudness, weighted
from benchmarks.table import machine
from hallsys.config import LANGUAGES, VoiceConfig
from hallsys.display.voice import sound
from hallsys.display.voice.clips import Clips
from hallsys.display.voice.maker import Maker
from hallsys.display.voice.pack import Pack
from hallsys.display.voice.synthetic import Synthetic
from hallsys.display.voice.wording import Announcement, Chime, Pause, Phrasing
from hallsys.resources import resource as shipped

TICKETS, COUNTERS = range(1, 1000), range(1, 31)
QUIET: Final = 10 ** (-45 / 20)
"""Of full scale; what is softer is not heard as the beginning of a word."""
DIRECTLY: Final = 100
THREADS, RENDERED = 8, 10_000
CHIME: Final = shipped("sounds") / "chime.wav"


class Measured(NamedTuple):
    """Of one announcement: its length in s, loudness in LUFS, peak in dBFS, and the first sound after the chime, ms."""

    seconds: float
    lufs: float
    peak: float
    first: float


class Auditor:
    """Makes announcements as the server does, and measures them. Each clip is weighted once, and the weighted clips are
    added up as the clips were: exact, as the filters are linear. One in `DIRECTLY` is measured as a whole as well."""

    def __init__(self, voice: VoiceConfig) -> None:
        self._phrasing, self._clips = Phrasing(voice), Clips(Synthetic(), Pack(None), CHIME)
        self._heard: dict[int, Samples] = {}
        self._measured = 0

    def measure(self, ticket: int, counter: int) -> Measured:
        plan = self._phrasing.plan(Announcement("call", f"A{ticket:03}", str(counter)))
        samples = self._clips.assemble(plan)
        heard, loudest, at, chime_ends = np.zeros(len(samples) + sound.RATE, np.float32), -np.inf, 0, 0
        for part in plan:
            if isinstance(part, Pause):
                at += round(part.milliseconds * sound.RATE / 1000)
                continue
            clip = self._clips.clip(part)
            found = self._heard.get(id(clip))
            if found is None:
                found = self._heard[id(clip)] = weighted(clip.samples, sound.RATE)
            heard[at : at + len(found)] += found
            loudest = max(loudest, clip.peak)
            at += len(clip.samples)
            if isinstance(part, Chime):
                chime_ends = at
        top = sound.peak(samples)
        lufs = integrated(heard[: len(samples)], sound.RATE) + top - loudest
        if self._measured % DIRECTLY == 0:
            whole = loudness(sound.from_pcm(sound.to_pcm(samples), sound.RATE), sound.RATE)
            # A block on the edge of the gate may fall in or out by the rounding to 16 bits.
            assert abs(whole - lufs) < 0.1, f"A{ticket:03} at {counter}: {whole} measured whole, {lufs} by its clips"
        self._measured += 1
        after = np.flatnonzero(np.abs(samples[chime_ends : chime_ends + sound.RATE]) > QUIET)
        first = float(after[0]) / sound.RATE * 1000 if len(after) else float("inf")
        return Measured(len(samples) / sound.RATE, lufs, top, first)


_auditor: Auditor


def _begin(language: str, repeat: int) -> None:
    global _auditor
    _auditor = Auditor(msgspec.convert({"languages": [language], "repeat": repeat}, VoiceConfig))


def _audit(calls: list[tuple[int, int]]) -> list[Measured]:
    return [_auditor.measure(*call) for call in calls]


def audit(language: str, every: int, repeat: int, console: Console) -> dict[str, float]:
    """All of them, or every so many; on all cores."""
    calls = [(ticket, counter) for ticket in TICKETS for counter in COUNTERS][::every]
    parts = [calls[at : at + 50] for at in range(0, len(calls), 50)]
    measured: list[Measured] = []
    begin = time.monotonic()
    with (
        multiprocessing.get_context("spawn").Pool(os.cpu_count(), _begin, (language, repeat)) as pool,
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):
        task = progress.add_task("announcements", total=len(calls))
        for done in pool.imap_unordered(_audit, parts):
            measured += done
            progress.advance(task, len(done))
    rows = np.array(measured)
    low, high = rows.min(axis=0), rows.max(axis=0)
    return {
        "announcements": len(rows),
        "empty": int(np.sum((rows[:, 0] < 3) | ~np.isfinite(rows[:, 1]) | ~np.isfinite(rows[:, 3]))),
        "clipped": int(np.sum(rows[:, 2] > sound.PEAK_LIMIT)),
        "seconds_least": low[0],
        "seconds_most": high[0],
        "lufs_least": low[1],
        "lufs_most": high[1],
        "lufs_apart": high[1] - low[1],
        "peak_most": high[2],
        "first_least_ms": low[3],
        "first_most_ms": high[3],
        "took_s": time.monotonic() - begin,
    }


COLD = """
import sys, time
begin = time.perf_counter()
import asyncio
from pathlib import Path
from hallsys.config import VoiceConfig
from hallsys.display.voice.speech import Speech
from hallsys.display.voice.wording import Announcement
async def main():
    speech = Speech(Path(sys.argv[1]), VoiceConfig())
    await speech.mp3(Announcement("call", "A012", "3"))
    print(time.perf_counter() - begin)
    await speech.close()
asyncio.run(main())
"""


def speed() -> dict[str, float]:
    """Size and time of a call: the first of a process (cold), a new one with its words ready, one made before."""
    with tempfile.TemporaryDirectory(prefix="hallsys-voice-") as folder:
        cold = [_cold(Path(folder, str(i))) for i in range(3)]
        voice = VoiceConfig()
        maker = Maker(Path(folder, "c"), voice, Phrasing(voice), CHIME, None)
        some = random.Random(4)
        calls = [Announcement("call", f"A{some.choice(TICKETS):03}", str(some.choice(COUNTERS))) for _ in range(100)]
        prepare = [_ms(lambda call=call: maker.prepare(call.ticket, ["1", call.counter])) for call in calls]
        fresh = [_ms(lambda call=call: maker.make(call, "mp3")) for call in calls]
        again = [_ms(lambda call=call: maker.make(call, "mp3")) for call in calls]
        sizes = [len(maker.make(call, "mp3")) / 1000 for call in calls]
        wav = [len(maker.make(call, "wav")) / 1000 for call in calls[:5]]
    return {
        "cold_ms": median(cold),
        "words_cold_ms": max(prepare),
        "words_warm_ms": median(prepare),
        "new_ms": median(fresh),
        "new_most_ms": max(fresh),
        "again_ms": median(again),
        "mp3_kb": median(sizes),
        "mp3_most_kb": max(sizes),
        "wav_kb": median(wav),
    }


def _cold(folder: Path) -> float:
    run = subprocess.run([sys.executable, "-c", COLD, str(folder)], capture_output=True, text=True, check=True)
    return float(run.stdout) * 1000


def _ms(job: Callable[[], object]) -> float:
    begin = time.perf_counter()
    job()
    return (time.perf_counter() - begin) * 1000


def last(rendered: int) -> dict[str, float]:
    """The engine under so many calls from eight threads; a call is bad when it is not as alone."""
    engine = Synthetic()
    words = [word.text for word in Phrasing(VoiceConfig()).vocabulary(["A0123456789"], map(str, COUNTERS))]
    alone = {word: len(engine.speak("vi", word)) for word in words}
    memory = _megabytes()

    def one(i: int) -> bool:
        word = words[i * 7919 % len(words)]
        samples = engine.speak("vi", word)
        loudest = float(np.max(np.abs(samples)))
        # A render depends a little on the one before it, in one thread too: up to 3.5 % in length.
        return abs(len(samples) - alone[word]) < 0.05 * alone[word] and 0.05 < loudest < 0.99

    begin = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        good = sum(threads.map(one, range(rendered)))
    return {
        "calls": rendered,
        "threads": THREADS,
        "bad": rendered - good,
        "took_s": time.monotonic() - begin,
        "grew_mb": _megabytes() - memory,
    }


def _megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _troubles(found: dict[str, dict[str, float]]) -> Iterator[str]:
    for section, row in found.items():
        if not section.startswith("audit"):
            continue
        for name in ("empty", "clipped"):
            if row[name]:
                yield f"{section}: {row[name]:.0f} {name}"
        if row["lufs_apart"] > 1:
            yield f"{section}: {row['lufs_apart']:.2f} LU apart"
        if row["first_most_ms"] > 100:
            yield f"{section}: the first sound comes {row['first_most_ms']:.0f} ms after the chime"
    if found.get("threads", {}).get("bad"):
        yield f"{found['threads']['bad']:.0f} calls of the engine went wrong"


def main() -> int:
    """Exit 1 when an announcement is empty, clipped, late or of another loudness, or the engine fails."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.voice", description=__doc__)
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth announcement")
    parser.add_argument("--rendered", type=int, default=RENDERED, metavar="N", help="calls from eight threads")
    parser.add_argument("--repeat", type=int, default=2, metavar="N", help="how often each is spoken")
    parser.add_argument("--json", type=Path, metavar="FILE", help="the same figures for programs")
    options = parser.parse_args()
    console = Console()
    found: dict[str, dict[str, float]] = {"speed": speed(), "threads": last(options.rendered)}
    for language in LANGUAGES:
        found[f"audit {language}"] = audit(language, options.every, options.repeat, console)
    table = Table(title=f"The voice on {machine()}")
    for name in ("", "figure", "value"):
        table.add_column(name, justify="right" if name == "value" else "left")
    for section, rows in found.items():
        for name, value in rows.items():
            table.add_row(section, name, f"{value:.2f}".rstrip("0").rstrip("."))
    console.print(table)
    troubles = list(_troubles(found))
    for trouble in troubles:
        console.print(f"[bold red]{trouble}[/]")
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), **found}, indent=2) + "\n")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
