"""Questions to Redis outside the path of the queue: bounded in time, one refusal for all that can go wrong."""

import asyncio
from typing import Any, Final, Protocol

from redis.exceptions import RedisError

from hallsys.errors import Refused

_PATIENCE: Final = 2.0
"""s for an answer; a frozen store must not hold a page for longer"""


class Redis(Protocol):
    """What is used of redis-py's clients: single server, Sentinel and Cluster alike. Replies are bytes."""

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Sends one command and returns its reply."""


class Asker:
    """Sends single commands. Raises Refused store_unavailable when there is no answer."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def __call__(self, *command: str | bytes | int) -> Any:
        """The reply to one command."""
        try:
            async with asyncio.timeout(_PATIENCE):
                return await self._redis.execute_command(*command)
        # redis-py lets more than its own errors escape while a server goes away or fails over (docs/design.md, store).
        except (RedisError, OSError, TimeoutError, RuntimeError, AttributeError) as error:
            raise Refused("store_unavailable") from error
