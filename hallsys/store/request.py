"""A command on its way to the ledger, and its answer on the way back."""

import asyncio
from typing import NamedTuple

from hallsys.core.commands import Command
from hallsys.core.position import Position
from hallsys.errors import Refused


class Answer(NamedTuple):
    """Where the command's last event stands, its result as JSON, and the ticket's token if it took one."""

    at: Position
    result: bytes
    token: str | None = None

    def body(self) -> bytes:
        """The result with the token in it."""
        if self.token is None:
            return self.result
        return self.result[:-1] + b',"token":"' + self.token.encode() + b'"}'


class Request:
    """`key` makes a retry find the first answer; `digest` tells whether it asks the same.

    Everybody who asks with one key waits on a future of their own, so that one who goes away takes nothing from the
    others. It gets an Answer, or None when the answer is to be read from the stream.
    """

    __slots__ = ("_waiters", "command", "digest", "key", "name", "who")

    def __init__(self, who: str, key: str, name: str, command: Command, digest: str) -> None:
        self.who, self.key, self.name, self.command, self.digest = who, key, name, command, digest
        self._waiters: list[asyncio.Future[Answer | None]] = []

    def wait(self) -> "asyncio.Future[Answer | None]":
        waiter: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        return waiter

    def settle(self, answer: Answer | Refused | None) -> None:
        for waiter in self._waiters:
            if waiter.done():
                continue
            if isinstance(answer, Refused):
                waiter.set_exception(answer)
            else:
                waiter.set_result(answer)
