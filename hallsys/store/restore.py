"""A backup put back into a store.

The file is read to its end before anything is touched. Each hall's position is written last and begins a new epoch, so
that a screen which saw events that the backup does not hold gets a snapshot instead of going on from them.
"""

import secrets
import time
from pathlib import Path
from typing import Any, Final

from redis.asyncio import RedisCluster
from redis.exceptions import NoPermissionError

from hallsys.core.position import Position
from hallsys.store.backup import OF_HALLS, OURS, BackupError, Header, Record, keys_like, read_backup
from hallsys.store.connection import Client, Connection, store_errors
from hallsys.store.entry import EventFrame, encode
from hallsys.store.journal import Stamp
from hallsys.store.keys import HallKeys

CHUNK: Final = 500
_WRITE: Final = {"string": "SET", "hash": "HSET", "zset": "ZADD", "set": "SADD", "stream": "XADD"}


async def restore(connection: Connection, file: Path, *, replace: bool = False) -> tuple[Header, dict[str, int]]:
    """Put everything of `file` into a store; the header, and how many there are of what (`days`, `users`, `tokens`,
    `sessions`). With `replace` what is there of hallsys is removed first.

    Raises BackupError, StoreDown, OSError. A restore that broke off is repeated with `replace`.
    """
    header = _checked(file)
    client = connection.client
    with store_errors():
        if await _servers(client):
            raise BackupError("server_connected")
        present = await _present(client, header)
        if present and not replace:
            raise BackupError("not_empty")
        epoch = max(_now(), *(at.epoch + 1 for at in await _positions(client, header)))
        for key in present:
            await client.delete(key)
    counts = await _write_all(client, file, header)
    with store_errors():
        for hall in header.halls:
            await _begin_epoch(client, hall, epoch)
    return header, counts


def _checked(file: Path) -> Header:
    """The header of a file that is whole. Raises BackupError."""
    lines = read_backup(file)
    header = next(lines)
    for record in lines:
        if isinstance(record, Record) and record.kind not in _WRITE:
            raise BackupError("unknown_kind", key=record.key, kind=record.kind)
    if not isinstance(header, Header):
        raise BackupError("damaged", file=file)
    return header


async def _present(client: Client, header: Header) -> list[bytes]:
    """The keys that are in the way: hallsys's own, and those of every hall that is there or in the file."""
    own = await keys_like(client, OURS)
    of_halls = await keys_like(client, OF_HALLS)
    halls = {key.partition(b":")[0] for key in of_halls if key.endswith(b"}:position")}
    halls |= {b"{%s}" % hall.encode() for hall in header.halls}
    return [*own, *(key for key in of_halls if key.partition(b":")[0] in halls)]


async def _positions(client: Client, header: Header) -> list[Position]:
    """Of the halls in the file: there, and in the store as it is."""
    found = [Position.parse(at) for at in header.halls.values()]
    for hall in header.halls:
        raw: Any = await client.get(HallKeys(hall).position)
        stamp = Stamp.parse(raw or b"")
        if stamp is not None:
            found.append(stamp.at)
    return found or [Position(0, 0)]


async def _write_all(client: Client, file: Path, header: Header) -> dict[str, int]:
    positions = {HallKeys(hall).position for hall in header.halls}
    counts = {"days": 0, "users": 0, "tokens": 0, "sessions": 0}
    now = _now()
    for record in read_backup(file):
        if isinstance(record, Header) or record.key in positions:
            continue
        if record.expires is not None and record.expires <= now:
            continue
        with store_errors():
            await _write(client, record)
        _count(counts, record)
    return counts


async def _write(client: Client, record: Record) -> None:
    pipeline: Any = client.pipeline(transaction=False)
    command, rows = _WRITE[record.kind], record.rows
    if record.kind == "stream":
        for row in rows:
            pipeline.execute_command(command, record.key, *row)
    else:
        if record.kind == "zset":
            rows = [[score, member] for member, score in rows]
        for first in range(0, len(rows), CHUNK):
            flat = [part for row in rows[first : first + CHUNK] for part in row]
            pipeline.execute_command(command, record.key, *flat)
    if record.expires is not None:
        pipeline.execute_command("PEXPIREAT", record.key, record.expires)
    await pipeline.execute()


def _count(counts: dict[str, int], record: Record) -> None:
    if ":past:" in record.key:
        counts["days"] += not record.key.endswith((":audit", ":record", ":days"))
    elif record.key.startswith("hallsys:session:"):
        counts["sessions"] += 1
    elif record.key in ("hallsys:users", "hallsys:tokens"):
        counts[record.key.partition(":")[2]] += len(record.rows)


async def _begin_epoch(client: Client, hall: str, epoch: int) -> None:
    keys, now = HallKeys(hall), _now()
    stamp = Stamp(Position(epoch, 1), secrets.token_hex(6))
    frame = encode(EventFrame("event", str(stamp.at), "recovered", now, {}))
    await client.xadd(keys.events, {"f": frame, "t": stamp.tag}, id=str(stamp.at))
    await client.set(keys.position, str(stamp))


async def _servers(client: Client) -> bool:
    """Whether a hallsys server follows a hall of this store: its readers wait in XREAD."""
    try:
        if isinstance(client, RedisCluster):
            await client.initialize()
            found = [one for node in client.get_nodes() for one in await client.client_list(target_nodes=node)]
        else:
            found = await client.client_list()
        return any(one.get("cmd") == "xread" for one in found)
    except NoPermissionError:  # a store that does not let us look; its administrator knows who is connected
        return False


def _now() -> int:
    return time.time_ns() // 1_000_000
