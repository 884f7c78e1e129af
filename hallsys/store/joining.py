"""The ways in for those who have no right yet: codes on screens, the first start's link, and the limit on guesses."""

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from typing import Final, Literal

import msgspec

from hallsys.errors import Refused
from hallsys.store import account_keys as keys
from hallsys.store.accounts import Accounts, digest, fold
from hallsys.store.asking import Asker
from hallsys.store.connection import Client

ALPHABET: Final = "23456789CFGHJKMNPQRTVX"
"""Nothing that looks like another, and no vowel, D or W: Vietnamese keyboards turn those into other letters."""

CODE_LIVES: Final = 600
"""s a code is shown before the screen asks for another"""

PIN_TRIES: Final = ((5, 300), (30, 86_400))
"""So many tries of an officer's PIN, in so many seconds"""

_JOINED_LIVES: Final = 120
"""s a screen may fetch its right after the confirmation: an answer that was lost can be asked for again"""

_WAITING_MOST: Final = 100
"""codes waiting in one hall"""

Page = Literal["board", "kiosk", "counter", "monitor"]


class Waiting(msgspec.Struct, frozen=True):
    """A code that a screen shows. Times in ms since 1970 UTC; `address` is where the screen asked from."""

    code: str
    hall: str
    page: Page
    secret: str
    created: int
    expires: int
    address: str


class Joining:
    """Join codes, the one-time setup link, counters of attempts."""

    def __init__(self, client: Client, accounts: Accounts) -> None:
        self._ask = Asker(client)
        self._accounts = accounts

    # join codes

    async def begin(self, hall: str, page: Page, address: str) -> tuple[Waiting, str]:
        """A code for a screen to show, and the secret by which that screen fetches its right.

        Raises Refused too_many while a hundred codes wait in the hall.
        """
        now = time.time_ns() // 1_000_000
        await self._ask("ZREMRANGEBYSCORE", keys.join_waiting(hall), "-inf", now)
        if await self._ask("ZCARD", keys.join_waiting(hall)) >= _WAITING_MOST:
            raise Refused("too_many")
        secret = secrets.token_urlsafe(32)
        while True:
            code = "".join(secrets.choice(ALPHABET) for _ in range(6))
            waiting = Waiting(code, hall, page, digest(secret), now, now + CODE_LIVES * 1000, address)
            if await self._ask("SET", keys.join_code(code), msgspec.json.encode(waiting), "NX", "EX", CODE_LIVES):
                break
        await self._ask("SET", keys.join_state(digest(secret)), b"waiting", "EX", CODE_LIVES)
        await self._ask("ZADD", keys.join_waiting(hall), waiting.expires, code)
        await self._ask("EXPIRE", keys.join_waiting(hall), CODE_LIVES)
        return waiting, secret

    async def waiting(self, hall: str) -> list[Waiting]:
        """The hall's codes that wait for a confirmation, oldest first."""
        codes = await self._ask("ZRANGE", keys.join_waiting(hall), 0, -1)
        found = [await self._ask("GET", keys.join_code(code.decode())) for code in codes]
        return [msgspec.json.decode(raw, type=Waiting) for raw in found if raw]

    async def confirm(self, hall: str, code: str, role: str, counter: str | None, name: str) -> str:
        """Lets the screen that shows the code into the hall; returns the device's id.

        Raises Refused unknown_code when no screen of this hall shows it (any more): a code works once.
        """
        folded = "".join(letter for letter in code.upper() if letter in ALPHABET)
        raw = await self._ask("GET", keys.join_code(folded)) if folded else None
        waiting = msgspec.json.decode(raw, type=Waiting) if raw else None
        # Deleting is the claim: of two administrators who confirm at once, one deletes it.
        if waiting is None or waiting.hall != hall or not await self._ask("DEL", keys.join_code(folded)):
            raise Refused("unknown_code", "code")
        device = await self._accounts.create_device(hall, role, counter, name)
        await self._ask("SET", keys.join_state(waiting.secret), device, "EX", _JOINED_LIVES)
        await self._ask("ZREM", keys.join_waiting(hall), folded)
        return device

    async def outcome(self, secret: str) -> str | None:
        """For the screen: `waiting`, the id of its device once it is let in, or None when its code has expired."""
        state = await self._ask("GET", keys.join_state(digest(secret)))
        return state.decode() if state else None

    # the installation

    async def secret(self) -> bytes:
        """32 random bytes of this installation, the same on every server."""
        await self._ask("SET", keys.INSTALLATION, secrets.token_bytes(32), "NX")
        found: bytes = await self._ask("GET", keys.INSTALLATION)
        return found

    async def setup_secret(self) -> str | None:
        """What the one-time link of the first start ends with; None once there is an administrator.

        It is derived, not stored, so that all servers of one store print the same link.
        """
        if await self._accounts.has_admin():
            return None
        used = await self._ask("GET", keys.SETUPS) or b"0"
        mac = hmac.digest(await self.secret(), b"setup " + used, hashlib.sha256)
        return urlsafe_b64encode(mac[:24]).decode()

    async def is_setup_secret(self, secret: str) -> bool:
        """Does this link still work?"""
        expected = await self.setup_secret()
        return expected is not None and hmac.compare_digest(expected.encode(), secret.encode())

    async def use_setup(self) -> None:
        """The link has done its work; should all administrators ever be removed, the next one is another."""
        await self._ask("INCR", keys.SETUPS)

    # attempts

    async def attempt(self, what: str, who: str, most: int, seconds: int) -> None:
        """Counts an attempt. Raises Refused too_many with the seconds left, from the one after `most` in the window.

        Counted before the attempt is judged, so that many at once are not judged all together.
        """
        key = keys.tries(what, digest(who))
        count = await self._ask("INCR", key)
        if count == 1:
            await self._ask("EXPIRE", key, seconds)
        if count > most:
            left = await self._ask("TTL", key)
            if left < 0:  # the server that counted first died before it set the window
                await self._ask("EXPIRE", key, seconds)
            raise Refused("too_many", retry_after=left if left > 0 else seconds)

    async def forgive(self, what: str, who: str) -> None:
        """Forgets the attempts: the last one was right."""
        await self._ask("DEL", keys.tries(what, digest(who)))

    async def attempt_pin(self, hall: str, name: str) -> None:
        """Counts a try of an officer's PIN. Raises Refused too_many."""
        for most, seconds in PIN_TRIES:
            await self.attempt(f"pin {seconds}", f"{hall} {fold(name)}", most, seconds)

    async def forgive_pin(self, hall: str, name: str) -> None:
        """Forgets the wrong PINs of a name: one was right, or there is a new one."""
        for _, seconds in PIN_TRIES:
            await self.forgive(f"pin {seconds}", f"{hall} {fold(name)}")
