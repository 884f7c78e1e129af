"""`hallsys token …` and `hallsys user …`."""

import argparse
import getpass
import os
import sys
from datetime import datetime

import msgspec

from hallsys.config import HallConfig, Settings
from hallsys.core.rights import reaches
from hallsys.errors import Refused
from hallsys.hallfile import load_halls
from hallsys.office.stores import with_store
from hallsys.office.words import both, tell
from hallsys.store.accounts import Accounts, Grant, User, digest
from hallsys.store.connection import Connection
from hallsys.store.joining import Joining

SHOWN: int = 12
"""Letters of an id in a list; so few are enough to revoke by."""
LEAST: int = 6


def create_token(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    _must_have_counter(_config_of(settings, arguments.hall), arguments.counter)

    async def create(connection: Connection) -> str:
        accounts = Accounts(connection.client)
        return await accounts.create_token(arguments.hall, arguments.role, arguments.counter, arguments.name)

    print(with_store(settings, create))
    return 0


def list_tokens(arguments: argparse.Namespace) -> int:
    async def read(connection: Connection) -> dict[str, Grant]:
        return await Accounts(connection.client).grants(arguments.hall)

    grants = with_store(Settings.load(os.environ, vars(arguments)), read)
    ordered = sorted(grants.items(), key=lambda pair: pair[1].created)
    if arguments.json:
        print(msgspec.json.encode([{"id": id_, **msgspec.to_builtins(grant)} for id_, grant in ordered]).decode())
        return 0
    rows = [
        [id_[:SHOWN], grant.kind, grant.hall or "*", _role(grant), _time(grant.created), grant.name]
        for id_, grant in ordered
    ]
    _table(["ID", "KIND", "HALL", "ROLE", "CREATED", "NAME"], rows)
    return 0


def revoke_token(arguments: argparse.Namespace) -> int:
    """By the id that the list shows, or the token itself (`-` reads it from standard input)."""
    given = sys.stdin.readline().strip() if arguments.which == "-" else arguments.which
    wanted = digest(given) if given.startswith("hs_") else given.lower()

    async def revoke(connection: Connection) -> Grant | None:
        accounts = Accounts(connection.client)
        found = {id_: grant for id_, grant in (await accounts.grants()).items() if id_.startswith(wanted)}
        if len(wanted) < LEAST or len(found) != 1:
            return None
        [(id_, grant)] = found.items()
        await accounts.revoke(id_)
        return grant

    grant = with_store(Settings.load(os.environ, vars(arguments)), revoke)
    if grant is None:
        tell(both("token.unknown"))
        return 1
    tell(both("token.revoked", name=grant.name or "–", role=_role(grant), hall=grant.hall or "*"))
    return 0


def create_user(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    hall = None if arguments.hall == "*" else arguments.hall
    for one in hall.split(",") if hall is not None else ():
        _must_have_counter(_config_of(settings, one), arguments.counter)
    password = _secret("Mật khẩu / password: ")

    async def create(connection: Connection) -> User:
        return await Accounts(connection.client).create_user(
            arguments.name, password, arguments.role, hall, counter=arguments.counter, replace=arguments.replace
        )

    user = with_store(settings, create)
    tell(both("user.created", name=user.name, role=_role(user), hall=arguments.hall))
    return 0


def list_users(arguments: argparse.Namespace) -> int:
    async def read(connection: Connection) -> list[User]:
        return await Accounts(connection.client).users()

    users = [
        user
        for user in with_store(Settings.load(os.environ, vars(arguments)), read)
        if arguments.hall is None or reaches(user.hall, arguments.hall)
    ]
    if arguments.json:
        shown = ("name", "role", "hall", "counter", "created")
        rows = [{name: getattr(user, name) for name in shown} | {"pin": bool(user.pin)} for user in users]
        print(msgspec.json.encode(rows).decode())
        return 0
    _table(
        ["NAME", "HALL", "ROLE", "PIN", "CREATED"],
        [[user.name, user.hall or "*", _role(user), "PIN" if user.pin else "–", _time(user.created)] for user in users],
    )
    return 0


def remove_user(arguments: argparse.Namespace) -> int:
    async def remove(connection: Connection) -> bool:
        accounts = Accounts(connection.client)
        if await accounts.user(arguments.name) is None:
            raise Refused("unknown_account", "name", name=arguments.name)
        await accounts.remove_user(arguments.name)
        return await accounts.has_admin()

    has_admin = with_store(Settings.load(os.environ, vars(arguments)), remove)
    tell(both("user.removed", name=arguments.name))
    if not has_admin:
        tell(both("user.no_admin"))
    return 0


def set_pin(arguments: argparse.Namespace) -> int:
    settings = Settings.load(os.environ, vars(arguments))
    hall = _config_of(settings, arguments.hall).id
    pin = None if arguments.remove else _secret("PIN: ")

    async def change(connection: Connection) -> None:
        accounts = Accounts(connection.client)
        await accounts.set_pin(hall, arguments.name, pin)
        await Joining(connection.client, accounts).forgive_pin(hall, arguments.name)

    with_store(settings, change)
    tell(both("user.pin_removed" if pin is None else "user.pin_set", name=arguments.name))
    return 0


def _secret(prompt: str) -> str:
    """A line of standard input; asked for without echo at a terminal."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def _config_of(settings: Settings, hall: str) -> HallConfig:
    """Raises Refused unknown_hall."""
    configs = load_halls(settings.config)
    if hall not in configs:
        raise Refused("unknown_hall", "hall", hall=hall)
    return configs[hall]


def _must_have_counter(config: HallConfig, counter: str | None) -> None:
    """Raises Refused unknown_counter."""
    if counter is not None and counter not in {known.id for known in config.counters}:
        raise Refused("unknown_counter", "counter", counter=counter)


def _role(of: Grant | User) -> str:
    return of.role if of.counter is None else f"{of.role} {of.counter}"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


def _table(head: list[str], rows: list[list[str]]) -> None:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
