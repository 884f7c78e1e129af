"""How a command is judged, by HTTP and socket alike: hall, sign-in, command, key, shape, role, state (PROTOCOL)."""

import re
from typing import Final

import msgspec

from hallsys.core.commands import COMMANDS, parse
from hallsys.core.rights import BY_TICKET, STRANGER, Who, may_do
from hallsys.errors import Refused
from hallsys.live.halls import Hall
from hallsys.store.request import TICKET, Answer, By

KEY: Final = re.compile(r"[\x21-\x7e]{8,128}", re.ASCII)


Body = bytes | msgspec.Raw | Refused
"""A command's arguments as they came, or why they could not be read: that is heard when it is the shape's turn."""


class _Ticket(msgspec.Struct):
    token: str


_ticket: Final = msgspec.json.Decoder(_Ticket)


def _shows_ticket(name: str, body: Body) -> bool:
    """Whether a ticket's own token stands in for a sign-in; the ledger judges the token."""
    if name not in BY_TICKET or isinstance(body, Refused):
        return False
    try:
        _ticket.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


async def carry_out(hall: Hall, who: Who | None, name: str, key: str | None, body: Body) -> Answer:
    """Everything after the hall is known. Raises Refused."""
    if who is STRANGER or (who is None and not _shows_ticket(name, body)):
        raise Refused("unauthorized")
    if name not in COMMANDS:
        raise Refused("unknown_command")
    if key is None or KEY.fullmatch(key) is None:
        raise Refused("bad_request", "Idempotency-Key", problem="value", detail="8–128")
    known = hall.ledger.known(key)
    try:
        if isinstance(body, Refused):
            raise body
        command = parse(name, body)
    except Refused:
        if known is not None:
            raise Refused("key_reused", "Idempotency-Key") from None
        raise
    digest = hall.ledger.digest(name, command)
    if known is not None and known != digest:
        raise Refused("key_reused", "Idempotency-Key")
    may_do(who, hall.config.id, name, command)
    by = TICKET if who is None else By(who.role, who.name, who.officer)
    return await hall.ledger.do(by, key, name, command, digest)
