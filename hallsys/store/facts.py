"""What a store says of itself: who it is, and whether what it acknowledges is on the disk."""

from typing import Any

import msgspec
from redis.asyncio import RedisCluster
from redis.exceptions import ResponseError

from hallsys.store.connection import Connection, store_errors


class Facts(msgspec.Struct, frozen=True):
    """`server` as in `valkey 9.1.2`. `settings` has `appendonly`, `appendfsync` and `maxmemory-policy`; empty where a
    store does not let us look. `writes` is false when its last write to the disk failed. `time` in s since 1970."""

    server: str
    compatible: int
    settings: dict[str, str]
    writes: bool
    time: float

    @property
    def durable(self) -> bool:
        """An acknowledged write survives a power cut."""
        return self.settings.get("appendonly") == "yes" and self.settings.get("appendfsync") == "always"


async def read_facts(connection: Connection) -> Facts:
    """Of one server; in a Cluster, of one of its nodes. Raises StoreDown."""
    client = connection.client
    target: dict[str, Any] = {}
    with store_errors():
        if isinstance(client, RedisCluster):
            await client.initialize()
            target = {"target_nodes": client.get_default_node()}
        info = await client.info(**target)
        settings: dict[str, str] = {}
        try:
            for name in ("appendonly", "appendfsync", "maxmemory-policy"):
                settings |= {
                    _text(key): _text(value) for key, value in (await client.config_get(name, **target)).items()
                }
        except ResponseError:  # a managed store, or a user who may not
            settings.clear()
        seconds, micros = await client.time(**target)
    name = str(info.get("server_name") or "redis")
    version = str(info.get("valkey_version") or info.get("redis_version") or "?")
    return Facts(
        f"{name} {version}",
        int(str(info.get("redis_version", "0")).split(".")[0]),
        settings,
        info.get("aof_last_write_status", "ok") == "ok" and info.get("aof_last_bgrewrite_status", "ok") == "ok",
        seconds + micros / 1e6,
    )


def _text(value: str | bytes | None) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
