"""How a command is judged, by HTTP and socket alike: hall, sign-in, command, key, shape, role, state (PROTOCOL)."""

import re
from typing import Final

import msgspec

from hallsys.core.commands import COMMANDS, parse
from hallsys.core.rights import BY_TICKET, Who, may_do
from hallsys.errors import Refused
from hallsys.live.halls import Hall
from hallsys.store.request import Answer

KEY: Final = re.compile(r"[\x21-\x7e]{8,128}", re.ASCII)


def check_sign_in(who: Who | None, name: str) -> None:
    """Raises Refused unauthorized; a ticket's own token is looked for later."""
    if who is None and name not in BY_TICKET:
        raise Refused("unauthorized")


async def carry_out(hall: Hall, who: Who | None, name: str, key: str | None, body: bytes | msgspec.Raw) -> Answer:
    """Everything after the hall is known. Raises Refused."""
    check_sign_in(who, name)
    if name not in COMMANDS:
        raise Refused("unknown_command")
    if key is None or KEY.fullmatch(key) is None:
        raise Refused("bad_request", "Idempotency-Key", problem="value", detail="8–128")
    known = hall.ledger.known(key)
    try:
        command = parse(name, body)
    except Refused:
        if known is not None:
            raise Refused("key_reused", "Idempotency-Key") from None
        raise
    digest = hall.ledger.digest(name, command)
    if known is not None and known != digest:
        raise Refused("key_reused", "Idempotency-Key")
    may_do(who, hall.config.id, name, command)
    return await hall.ledger.do(f"{who.role} {who.name}" if who else "ticket", key, name, command, digest)
