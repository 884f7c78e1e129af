"""The doctor's look at the machine: Python, packages, pages, voice, clock, port."""

import asyncio
import errno
import json
import platform
import socket
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from hallsys.config import HallConfig, Settings, VoiceConfig
from hallsys.office.finding import Finding, fail, ok, warn

Halls = Mapping[str, HallConfig]

BUILT: Final = 2026
"""A clock before this year has lost its battery."""


def python(_settings: Settings, _halls: Halls) -> Iterable[Finding]:
    found = platform.python_version()
    fits = (3, 11) <= sys.version_info < (3, 15)
    yield (ok if fits else fail)("python", f"doctor.python.{'ok' if fits else 'fail'}", version=found)


def packages(_settings: Settings, _halls: Halls) -> Iterable[Finding]:
    names = [line.partition(";")[0] for line in requires("hallsys") or () if "extra ==" not in line]
    missing = [name for name in map(_name, names) if not _installed(name)]
    if missing:
        yield fail("packages", "doctor.packages.fail", names=", ".join(missing))
    else:
        yield ok("packages", "doctor.packages.ok", count=len(names))


def _name(requirement: str) -> str:
    end = next((index for index, letter in enumerate(requirement) if letter in "<>=!~[ ("), len(requirement))
    return requirement[:end]


def _installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True


def pages(_settings: Settings, _halls: Halls) -> Iterable[Finding]:
    from hallsys.web.assets import Assets

    try:
        assets = Assets()
    except (RuntimeError, FileNotFoundError) as error:
        yield fail("pages", "doctor.pages.fail", reason=error)
        return
    if assets.fonts:
        yield ok("pages", "doctor.pages.ok", fonts=len(assets.fonts))
    else:
        yield warn("pages", "doctor.pages.no_fonts")


def voice(_settings: Settings, halls: Halls) -> Iterable[Finding]:
    if halls and not any(hall.voice.enabled for hall in halls.values()):
        yield ok("voice", "doctor.voice.off")
        return
    from hallsys.display.voice.errors import VoiceError
    from hallsys.display.voice.speech import Speech
    from hallsys.display.voice.wording import Announcement

    speaking = [hall.voice for hall in halls.values() if hall.voice.enabled] or [VoiceConfig()]
    # The hall that brings a voice of its own has more that can be missing.
    config = next((voice for voice in speaking if voice.piper.vi or voice.piper.en), speaking[0])

    async def speak(cache: Path) -> tuple[bytes, str | None]:
        speech = Speech(cache, config)
        try:
            return await speech.mp3(Announcement("call", "A012", "3")), speech.trouble
        finally:
            await speech.close()

    with tempfile.TemporaryDirectory(prefix="hallsys-doctor-") as cache:
        try:
            sound, trouble = asyncio.run(speak(Path(cache)))
        except VoiceError as error:
            yield fail("voice", "doctor.voice.fail", reason=error)
            return
    if trouble is not None:
        yield warn("voice", "doctor.voice.other", reason=trouble)
        return
    yield ok("voice", "doctor.voice.ok", kilobytes=len(sound) // 1000)


def clock(_settings: Settings, halls: Halls) -> Iterable[Finding]:
    now = datetime.now().astimezone()
    if now.year < BUILT:
        yield fail("clock", "doctor.clock.fail", time=now.strftime("%Y-%m-%d %H:%M"))
        return
    zones = sorted({hall.timezone for hall in halls.values()}) or ["Asia/Ho_Chi_Minh"]
    # A zone that is not known has been refused with the settings; here it is seen that the data can be read.
    shown = ", ".join(f"{zone} {datetime.now(ZoneInfo(zone)):%d/%m/%Y %H:%M}" for zone in zones[:3])
    yield ok("clock", "doctor.clock.ok", times=shown)


def port(settings: Settings, _halls: Halls) -> Iterable[Finding]:
    if settings.port == 0:
        yield ok("port", "doctor.port.any")
        return
    where = f"{settings.host}:{settings.port}"
    trouble = _cannot_listen(settings.host, settings.port)
    if trouble is None:
        yield ok("port", "doctor.port.free", where=where)
    elif trouble.errno != errno.EADDRINUSE:
        yield fail("port", "doctor.port.cannot", where=where, reason=trouble.strerror or trouble)
    elif _is_hallsys(settings.host, settings.port):
        yield ok("port", "doctor.port.ours", where=where)
    else:
        yield fail("port", "doctor.port.taken", where=where, other=settings.port + 1)


def _cannot_listen(host: str, port: int) -> OSError | None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen(1)
    except OSError as error:
        return error
    return None


def _is_hallsys(host: str, port: int) -> bool:
    near = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  compared, not listened on
    try:
        with urllib.request.urlopen(f"http://{near}:{port}/healthz", timeout=3) as answer:
            return bool(json.load(answer) == {"status": "ok"})
    except (OSError, urllib.error.URLError, ValueError):
        return False
