"""Who may enter: users with passwords, tokens and joined devices, signed-in sessions.

Nothing that opens a door is stored as it is: passwords as argon2id, tokens and cookies as sha256 (they are 256 random
bits, so a fast hash is enough).
"""

import asyncio
import hashlib
import hmac
import re
import secrets
import time
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Final, Literal, TypeVar

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hallsys.core.rights import ROLES, Who, reaches
from hallsys.errors import Refused
from hallsys.store import account_keys as keys
from hallsys.store.asking import Asker
from hallsys.store.connection import Client

PASSWORD_LEAST: Final = 8
"""characters; length is what counts (NIST SP 800-63B), no rules about kinds of characters"""

OFFICER: Final = "counter"
"""The role of those who work at counters"""

_PIN: Final = re.compile(r"[0-9]{4,8}")
_PREFIX: Final = "hs_"
_NAME_MOST: Final = 60

# OWASP's second profile: 19 MiB a hash instead of 64, for a ward's PC runs everything else as well.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


class User(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody with a password. `hall` None: every hall; several have commas between their ids. `stamp` changes with
    the password and ends old sessions, and `pin_stamp` with the PIN, by which an officer signs in at a counter's
    device."""

    name: str
    role: str
    hall: str | None
    password: str
    stamp: str
    created: int
    counter: str | None = None
    pin: str = ""
    pin_stamp: str = ""

    @property
    def who(self) -> Who:
        """The identity of requests that this user sends."""
        return Who(self.role, self.hall, self.counter, self.name, self.name if self.role == OFFICER else None)

    def serves(self, hall: str | None) -> bool:
        """Whether this is an officer of that hall."""
        return self.role == OFFICER and (self.hall == hall or reaches(self.hall, hall or ""))


class Grant(msgspec.Struct, frozen=True, omit_defaults=True):
    """A token of a program, or a device that an administrator let in. `created` in ms since 1970 UTC."""

    role: str
    hall: str | None
    name: str
    kind: Literal["token", "device"]
    created: int
    counter: str | None = None

    @property
    def who(self) -> Who:
        """The identity of requests that carry it."""
        return Who(self.role, self.hall, self.counter, self.name)


class Holder(msgspec.Struct, frozen=True):
    """Whose a session is: a user (with the stamp of that moment) or a device; and which officer has signed in there
    with a PIN. Rights are read anew, never kept here."""

    kind: Literal["user", "device"]
    id: str
    stamp: str = ""
    officer: str = ""
    pin_stamp: str = ""


_T = TypeVar("_T")

_users = msgspec.json.Decoder(User)
_grants = msgspec.json.Decoder(Grant)


class Accounts:
    """Users, tokens, devices and sessions. Every method raises Refused store_unavailable while the store is away."""

    def __init__(self, client: Client) -> None:
        self._ask = Asker(client)

    # users

    async def create_user(
        self, name: str, password: str, role: str, hall: str | None, counter: str | None = None, replace: bool = False
    ) -> User:
        """A user who may sign in at once on every server.

        Raises Refused bad_request (name, password or role) and name_taken (unless `replace`, which also ends the
        user's sessions).
        """
        key = fold(name)
        if not key or len(key) > _NAME_MOST:
            raise Refused("bad_request", "name")
        if len(password) < PASSWORD_LEAST:
            raise Refused("password_short", "password", least=PASSWORD_LEAST)
        _known_role(role)
        hashed = await _in_thread(_hasher.hash, password)
        present = await self.user(name) if replace else None
        pin, pin_stamp = (present.pin, present.pin_stamp) if present and present.role == role else ("", "")
        user = User(_clean(name), role, hall, hashed, secrets.token_hex(8), _now(), counter, pin, pin_stamp)
        written = await self._ask("HSET" if replace else "HSETNX", keys.USERS, key, msgspec.json.encode(user))
        if not replace and not written:
            raise Refused("name_taken", "name", name=user.name)
        return user

    async def check_password(self, name: str, password: str) -> User | None:
        """The user, if name and password belong together. Takes as long for a name that does not exist."""
        raw = await self._ask("HGET", keys.USERS, fold(name))
        user = _users.decode(raw) if raw else None
        right = await _in_thread(_verify, user.password if user else _nobody(), password)
        return user if right else None

    async def users(self) -> list[User]:
        """Every user of every hall, by name."""
        found = await self._ask("HVALS", keys.USERS)
        return sorted((_users.decode(raw) for raw in found), key=lambda user: fold(user.name))

    async def user(self, name: str) -> User | None:
        """The user of that name."""
        raw = await self._ask("HGET", keys.USERS, fold(name))
        return _users.decode(raw) if raw else None

    async def remove_user(self, name: str) -> None:
        """Ends a user and all sessions of that user."""
        await self._ask("HDEL", keys.USERS, fold(name))

    async def set_pin(self, hall: str, name: str, pin: str | None) -> None:
        """Gives an officer of a hall a PIN of four to eight digits, or with None takes it away; whoever is signed in
        with the old one is out within seconds. Raises Refused unknown_account and pin_weak."""
        user = await self.user(name)
        if user is None or not user.serves(hall):
            raise Refused("unknown_account", "name")
        if pin is not None and not _is_fit(pin):
            raise Refused("pin_weak", "pin")
        hashed = "" if pin is None else await _in_thread(_hasher.hash, pin)
        changed = msgspec.structs.replace(user, pin=hashed, pin_stamp=secrets.token_hex(8))
        await self._ask("HSET", keys.USERS, fold(name), msgspec.json.encode(changed))

    async def check_pin(self, hall: str, name: str, pin: str) -> User | None:
        """The officer of a hall, if name and PIN belong together. Takes as long for a name that has none."""
        user = await self.user(name)
        known = user if user is not None and user.serves(hall) and user.pin else None
        right = await _in_thread(_verify, known.pin if known else _nobody(), pin)
        return known if right else None

    async def officers(self, hall: str) -> list[str]:
        """The names of a hall's officers with a PIN."""
        return [user.name for user in await self.users() if user.pin and user.serves(hall)]

    async def has_admin(self) -> bool:
        """Is there anybody who can let others in?"""
        return any(user.role == "admin" for user in await self.users())

    # tokens and devices

    async def create_token(self, hall: str | None, role: str, counter: str | None = None, name: str = "") -> str:
        """A new token, `hs_` and 43 characters; only here it can be read. Without `counter`: all counters."""
        token = _PREFIX + secrets.token_urlsafe(32)
        await self._grant(digest(token), Grant(_known_role(role), hall, _clean(name), "token", _now(), counter))
        return token

    async def create_device(self, hall: str, role: str, counter: str | None, name: str) -> str:
        """Lets a device in; returns the id that its sessions point to."""
        device = digest(secrets.token_bytes(32))
        await self._grant(device, Grant(_known_role(role), hall, _clean(name), "device", _now(), counter))
        return device

    async def _grant(self, id_: str, grant: Grant) -> None:
        await self._ask("HSET", keys.TOKENS, id_, msgspec.json.encode(grant))

    async def grant(self, id_: str) -> Grant | None:
        """A token or device by its id (the sha256 of its secret)."""
        raw = await self._ask("HGET", keys.TOKENS, id_)
        return _grants.decode(raw) if raw else None

    async def grants(self, hall: str | None = None) -> dict[str, Grant]:
        """Tokens and devices of a hall and those that hold for every hall, by id; without a hall, all of them."""
        found = await self._ask("HGETALL", keys.TOKENS)
        every = {id_.decode(): _grants.decode(raw) for id_, raw in found.items()}
        return {id_: grant for id_, grant in every.items() if hall is None or grant.hall in (hall, None)}

    async def revoke(self, id_: str) -> None:
        """Ends a token or a device and its sessions, on every server within seconds."""
        await self._ask("HDEL", keys.TOKENS, id_)

    async def token_who(self, token: str) -> Who | None:
        """Who a token stands for."""
        if not token.startswith(_PREFIX):
            return None
        grant = await self.grant(digest(token))
        return grant.who if grant and grant.kind == "token" else None

    # sessions

    async def save_session(self, cookie: str, data: bytes, seconds: int) -> None:
        """Keeps what a session holds, until it has not been used for `seconds`."""
        await self._ask("SET", keys.session(digest(cookie)), data, "EX", seconds)

    async def load_session(self, cookie: str) -> bytes | None:
        """What a session holds."""
        data: bytes | None = await self._ask("GET", keys.session(digest(cookie)))
        return data

    async def extend_session(self, cookie: str, seconds: int) -> None:
        """Begins the session's time anew."""
        await self._ask("EXPIRE", keys.session(digest(cookie)), seconds)

    async def end_session(self, cookie: str) -> None:
        """Forgets a session."""
        await self._ask("DEL", keys.session(digest(cookie)))

    async def holder_who(self, holder: Holder) -> Who | None:
        """The rights of a session's holder as they are now: None when removed, or when the password changed. Whoever
        signed in there with a PIN is out once it was changed or taken away."""
        who = await self._own_who(holder)
        if who is None or not holder.officer:
            return who
        officer = await self.user(holder.officer)
        if officer is None or not officer.pin or not officer.serves(who.hall):
            return who
        if not hmac.compare_digest(officer.pin_stamp, holder.pin_stamp):
            return who
        return msgspec.structs.replace(who, officer=officer.name)

    async def _own_who(self, holder: Holder) -> Who | None:
        if holder.kind == "device":
            grant = await self.grant(holder.id)
            return msgspec.structs.replace(grant.who, device=holder.id) if grant else None
        user = await self.user(holder.id)
        return user.who if user and hmac.compare_digest(user.stamp, holder.stamp) else None


def digest(secret: str | bytes) -> str:
    """What is stored in place of a secret."""
    return hashlib.sha256(secret.encode() if isinstance(secret, str) else secret).hexdigest()


def fold(name: str) -> str:
    """Names that look alike are one name: composed or not, capital or not, spaces around it or not."""
    return _clean(name).casefold()


def _clean(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()


def _known_role(role: str) -> str:
    if role not in ROLES:
        raise Refused("bad_request", "role")
    return role


def _is_fit(pin: str) -> bool:
    """Four to eight digits, and no run such as 1234, 9876 or 0000: those are tried first."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)} if _PIN.fullmatch(pin) else set()
    return bool(steps) and steps not in ({0}, {1}, {9})


def _now() -> int:
    return time.time_ns() // 1_000_000


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A password hash that nothing matches, so that unknown names cost what known ones do."""
    return _hasher.hash(secrets.token_hex(16))


# One at a time: each takes 19 MiB and tens of milliseconds, and the hall's calls come first on a small machine.
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="password")


async def _in_thread(work: Callable[..., _T], *args: str) -> _T:
    return await asyncio.get_running_loop().run_in_executor(_thread, work, *args)
