"""A command on its way to the ledger, and its answer on the way back."""

import asyncio
from typing import NamedTuple

from hallsys.core.commands import Command
from hallsys.core.position import Position


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
    """`key` makes a retry find the first answer; `digest` tells whether it asks the same. `done` is resolved with an
    Answer, or None when the answer is to be read from the stream."""

    __slots__ = ("command", "digest", "done", "key", "name", "who")

    def __init__(
        self, who: str, key: str, name: str, command: Command, digest: str, done: "asyncio.Future[Answer | None]"
    ) -> None:
        self.who, self.key, self.name, self.command, self.digest, self.done = who, key, name, command, digest, done
