"""The doctor's look at where everything is kept: data folder, server program, store, and whether it keeps its word."""

import asyncio
import os
import shutil
import stat
import subprocess
import time
from collections.abc import Iterable, Mapping
from typing import Final

from hallsys.config import HallConfig, Settings
from hallsys.office.finding import Finding, fail, ok, warn
from hallsys.store.accounts import Accounts
from hallsys.store.binary import OLDEST_SERVER, NoServerBinary, find_server
from hallsys.store.connection import BadStoreUrl, StoreDown, connect
from hallsys.store.embedded import Embedded, EmbeddedError
from hallsys.store.facts import Facts, read_facts
from hallsys.store.folder import StoreFolder

Halls = Mapping[str, HallConfig]

LITTLE: Final = 2_000_000_000
"""bytes free below which somebody should look; a busy year of a hall takes some 0.3 GB"""
TOO_LITTLE: Final = 100_000_000
"""bytes free below which the store may stop writing any day"""
APART: Final = 2.0
"""s that the clocks of server and store may differ"""


def data_folder(settings: Settings, _halls: Halls) -> Iterable[Finding]:
    folder = settings.data
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        yield fail("data", "doctor.data.unwritable", folder=folder, blocked=there)
        return
    free = shutil.disk_usage(there).free
    shown = {"folder": folder, "free": f"{free / 1e9:.1f}"}
    if free < TOO_LITTLE:
        yield fail("data", "doctor.data.full", **shown)
    elif free < LITTLE:
        yield warn("data", "doctor.data.little", **shown)
    else:
        yield ok("data", "doctor.data.ok" if folder.exists() else "doctor.data.new", **shown)
    store = StoreFolder(folder).path
    if store.is_dir() and stat.S_IMODE(store.stat().st_mode) & 0o077:
        yield warn("data", "doctor.data.open", folder=store)


def binary(settings: Settings, _halls: Halls) -> Iterable[Finding]:
    if settings.redis_url:
        return
    try:
        path = find_server()
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True, timeout=10).stdout
    except (NoServerBinary, OSError, subprocess.SubprocessError) as error:
        yield fail("binary", "doctor.binary.fail", reason=error)
        return
    yield ok("binary", "doctor.binary.ok", version=" ".join(said.split()[:3]))


def store(settings: Settings, _halls: Halls) -> Iterable[Finding]:
    try:
        yield from asyncio.run(_store(settings))
    except (StoreDown, EmbeddedError, BadStoreUrl) as error:
        yield fail("store", "doctor.store.fail", reason=error)


async def _store(settings: Settings) -> list[Finding]:
    url = settings.redis_url or await Embedded.attach(settings.data)
    if url is None:
        return [ok("store", "doctor.store.off", data=settings.data)]
    connection = connect(url)
    try:
        await connection.ping()
        facts = await read_facts(connection)
        has_admin = await Accounts(connection.client).has_admin()
    finally:
        await connection.close()
    found = [_kept(facts)]
    if facts.compatible < OLDEST_SERVER:
        found.append(fail("store", "doctor.store.old", server=facts.server, least=OLDEST_SERVER))
    if facts.settings.get("maxmemory-policy", "noeviction") != "noeviction":
        found.append(fail("store", "doctor.store.evicts", policy=facts.settings["maxmemory-policy"]))
    if abs(facts.time - time.time()) > APART:
        found.append(warn("clock", "doctor.clock.apart", seconds=round(abs(facts.time - time.time()))))
    if not has_admin:
        found.append(warn("admin", "doctor.admin.none"))
    return found


def _kept(facts: Facts) -> Finding:
    if not facts.writes:
        return fail("store", "doctor.store.cannot_write", server=facts.server)
    if not facts.settings:
        return warn("store", "doctor.store.unknown", server=facts.server)
    if not facts.durable:
        return fail("store", "doctor.store.forgets", server=facts.server)
    return ok("store", "doctor.store.ok", server=facts.server)
