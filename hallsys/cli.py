"""The command `hallsys`."""

import argparse
import asyncio
import getpass
import logging
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from hallsys import __version__
from hallsys.config import ConfigError, HallConfig, Settings
from hallsys.core.rights import ROLES
from hallsys.errors import Refused
from hallsys.hallcheck import explain
from hallsys.hallfile import load_halls

if TYPE_CHECKING:
    from hallsys.store.accounts import Accounts

T = TypeVar("T")
USAGE = 2


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; its exit status."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return USAGE
    except Refused as refused:
        print(_in_words(refused), file=sys.stderr)
        return 1
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _in_words(refused: Refused) -> str:
    from hallsys.texts import Texts

    texts = Texts.load()
    return "\n".join(texts.refusal(language, refused) for language in ("vi", "en"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hallsys",
        description="Hệ thống lấy số và gọi số cho trung tâm phục vụ hành chính công. "
        "Queue displays and call numbers for public service halls.",
        epilog="hallsys <command> --help says what a command takes. Settings can also be environment variables; "
        "docs/settings.md lists them.",
    )
    parser.add_argument("--version", action="version", version=f"hallsys {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="<command>", required=True)
    _add_serve(commands)
    _add_programs(commands)
    _add_token(commands)
    _add_user(commands)
    _add_check(commands)
    return parser


def _add_serve(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    serve = commands.add_parser(
        "serve",
        help="start the server",
        description="Chạy máy chủ; in dòng `ready http://…` khi đã sẵn sàng. Start the server; it prints the line "
        "`ready http://…` once requests are served, and on the very first start a one-time link with which the IT "
        "officer sets a password. Ctrl-C or SIGTERM stops it cleanly.",
    )
    Settings.add_flags(serve)
    serve.add_argument(
        "--demo", action="store_true", help="chạy kèm một ngày làm việc mẫu / play a living day in the hall"
    )
    serve.set_defaults(run=_serve)


def _add_programs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    from hallsys.display import announce
    from hallsys.simulate import command as simulate

    speaker = commands.add_parser(
        "announce",
        help="speak the calls through this computer's loudspeaker",
        description="Đọc lời mời qua loa của máy này. Be the hall's loudspeaker on a PC wired to the amplifier, "
        "without a browser: calls in order, never two at once, late ones left out.",
    )
    announce.add_arguments(speaker)
    speaker.set_defaults(run=announce.run)
    day = commands.add_parser(
        "simulate",
        help="play a day of a hall against a running server",
        description="Chơi thử một ngày của sảnh. Plays a day of citizens and officers, with their mistakes, through "
        "the server's public doors, and compares what the server says with what was done.",
    )
    simulate.add_arguments(day)
    day.set_defaults(run=simulate.run)


def _add_token(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    token = commands.add_parser(
        "token", help="tokens for devices and programs", description="Tokens for devices and programs."
    )
    verbs = token.add_subparsers(metavar="<verb>", required=True)
    create = verbs.add_parser(
        "create",
        help="make a token and print it",
        description="Tạo mã truy cập và in ra. Makes a token and prints it, and nothing else, on standard output; it "
        "cannot be shown again. Works while the server runs.",
    )
    create.add_argument("--hall", required=True, help="id of the hall")
    create.add_argument(
        "--role", required=True, choices=ROLES, help="what it may do; each role includes those before it"
    )
    create.add_argument("--counter", help="with --role counter: this counter only (default: every counter of the hall)")
    create.add_argument("--name", default="", help="what it is for, as shown to administrators")
    Settings.add_flags(create)
    create.set_defaults(run=_token_create)


def _add_user(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    user = commands.add_parser("user", help="people who sign in", description="People who sign in with a password.")
    verbs = user.add_subparsers(metavar="<verb>", required=True)
    create = verbs.add_parser(
        "create",
        help="make an account; the password is read from standard input",
        description="Tạo tài khoản; mật khẩu đọc từ đầu vào chuẩn. Makes an account; the password is read from "
        "standard input (asked for without echo at a terminal). Works while the server runs.",
    )
    create.add_argument("--hall", required=True, help="id of the hall, or * for every hall")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--name", required=True, help="the name to sign in with")
    create.add_argument("--counter", help="with --role counter: this counter only")
    create.add_argument("--replace", action="store_true", help="set a new password for an account that exists")
    Settings.add_flags(create)
    create.set_defaults(run=_user_create)


def _add_check(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    check = commands.add_parser(
        "check",
        help="check hall.toml and say in words what it means",
        description="Kiểm tra hall.toml và giải thích bằng lời. Checks hall.toml (or a folder of them; the sample hall "
        "without one) and says in words what it means; a mistake is named with its line and remedy.",
    )
    check.add_argument("file", nargs="?", type=Path, help="hall.toml or a folder (default: HALLSYS_CONFIG)")
    check.add_argument("--lang", choices=("vi", "en"), default="vi")
    check.set_defaults(run=_check)


def _settings(arguments: argparse.Namespace) -> Settings:
    return Settings.load(os.environ, vars(arguments))


def _serve(arguments: argparse.Namespace) -> int:
    from hallsys.app import serve

    settings = _settings(arguments)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    return asyncio.run(serve(settings, load_halls(settings.config), demo=arguments.demo))


def _token_create(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    config = _config_of(settings, arguments.hall)
    _must_have_counter(config, arguments.counter)

    async def create(accounts: "Accounts") -> str:
        return await accounts.create_token(arguments.hall, arguments.role, arguments.counter, arguments.name)

    print(_with_accounts(settings, create))
    return 0


def _user_create(arguments: argparse.Namespace) -> int:
    settings = _settings(arguments)
    hall = None if arguments.hall == "*" else arguments.hall
    if hall is not None:
        _must_have_counter(_config_of(settings, hall), arguments.counter)
    password = getpass.getpass("Mật khẩu / password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")

    async def create(accounts: "Accounts") -> None:
        await accounts.create_user(
            arguments.name, password, arguments.role, hall, counter=arguments.counter, replace=arguments.replace
        )

    _with_accounts(settings, create)
    print(f"{arguments.name}: {arguments.role}, {arguments.hall}", file=sys.stderr)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    path = arguments.file or (Path(os.environ["HALLSYS_CONFIG"]) if os.environ.get("HALLSYS_CONFIG") else None)
    for config in load_halls(path).values():
        print("\n".join(explain(config, arguments.lang)))
    return 0


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


def _with_accounts(settings: Settings, work: "Callable[[Accounts], Coroutine[None, None, T]]") -> T:
    """Do something with the accounts of the running server's store, or of one started for this long."""
    from hallsys.store.accounts import Accounts
    from hallsys.store.connection import StoreDown, connect
    from hallsys.store.embedded import EmbeddedError, borrowed

    async def do(url: str) -> T:
        connection = connect(url)
        try:
            return await work(Accounts(connection.client))
        finally:
            await connection.close()

    async def begin() -> T:
        if settings.redis_url:
            return await do(settings.redis_url)
        async with borrowed(settings.data) as url:
            return await do(url)

    try:
        return asyncio.run(begin())
    except (StoreDown, EmbeddedError) as error:
        raise ConfigError(str(error)) from error
