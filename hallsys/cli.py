"""The command `hallsys`: what there is to say on a command line, and which room does it.

Rooms are imported when their command is chosen: the sound, the server and the simulator take long to load, and
`hallsys token create` should not wait for them.
"""

import argparse
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from hallsys import __version__
from hallsys.config import ConfigError, Settings
from hallsys.core.rights import ROLES
from hallsys.errors import Refused

USAGE = 2

Flags = Callable[["Command"], None]


class Command(argparse.ArgumentParser):
    """A parser whose flags may come from a room that is imported when they are needed."""

    later: Flags | None = None

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        if self.later is not None:
            later, self.later = self.later, None
            later(self)
        return super().parse_known_args(args, namespace)


def main(argv: list[str] | None = None) -> int:
    """Run one subcommand; its exit status."""
    arguments = parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return USAGE
    except Refused as refused:
        from hallsys.office.words import refusal

        print(refusal(refused), file=sys.stderr)
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter fails again at its end
        return 0
    except KeyboardInterrupt:
        return 130


def parser() -> Command:
    """Every command, its flags and its help."""
    top = Command(
        prog="hallsys",
        description="Hệ thống lấy số và gọi số cho trung tâm phục vụ hành chính công. "
        "Queue displays and call numbers for public service halls.",
        epilog="hallsys <command> --help says what a command takes. Settings can also be environment variables; "
        "docs/settings.md lists them.",
    )
    top.add_argument("--version", action="version", version=f"hallsys {__version__}")
    commands = top.add_subparsers(title="commands", metavar="<command>", required=True, parser_class=Command)
    _add_serve(commands)
    _add_programs(commands)
    _add_token(commands)
    _add_user(commands)
    _add_backup(commands)
    _add_export(commands)
    _add_doctor(commands)
    _add_check(commands)
    return top


def _does(room: str, name: str = "run") -> Callable[[argparse.Namespace], int]:
    """`name` of a room, imported when it is called."""

    def do(arguments: argparse.Namespace) -> int:
        return int(getattr(import_module(f"hallsys.{room}"), name)(arguments))

    return do


def _flags_of(room: str) -> Flags:
    def add(parser: Command) -> None:
        import_module(f"hallsys.{room}").add_arguments(parser)

    return add


def _add_serve(commands: Any) -> None:
    serve = commands.add_parser(
        "serve",
        help="start the server",
        description="Chạy máy chủ; in dòng `ready http://…` khi đã sẵn sàng. Start the server; it prints the line "
        "`ready http://…` once requests are served, and until there is an administrator a one-time link with which the "
        "IT officer sets a password. Ctrl-C or SIGTERM stops it cleanly.",
    )
    Settings.add_flags(serve)
    serve.add_argument(
        "--demo",
        action="store_true",
        help="chạy kèm một ngày làm việc mẫu ở sảnh đầu tiên / play a living day in the first hall, over and over; its "
        "tickets are kept in the data folder like real ones",
    )
    serve.set_defaults(run=_serve)


def _add_programs(commands: Any) -> None:
    speaker = commands.add_parser(
        "announce",
        help="speak the calls through this computer's loudspeaker",
        description="Đọc lời mời qua loa của máy này. Be the hall's loudspeaker on a PC wired to the amplifier, "
        "without a browser: calls in order, never two at once, late ones left out.",
    )
    speaker.later = _flags_of("display.announce")
    speaker.set_defaults(run=_does("display.announce"))
    console = commands.add_parser(
        "console",
        help="be a counter in this terminal",
        description="Quầy làm việc trong cửa sổ dòng lệnh. The officer's counter in a terminal, with the keys of the "
        "counter page: Enter is the next step, a press in a cut is kept and sent once. Exit status: 0 when the officer "
        "quits, 2 usage or no terminal, 3 no server, 4 not allowed, 5 no such hall, 6 no such counter.",
    )
    console.later = _flags_of("caller.console.command")
    console.set_defaults(run=_does("caller.console.command"))
    day = commands.add_parser(
        "simulate",
        help="play a day of a hall against a running server",
        description="Chơi thử một ngày của sảnh. Plays a day of citizens and officers, with their mistakes, through "
        "the server's public doors, and compares what the server says with what was done. It needs a token of the role "
        "admin: HALLSYS_TOKEN=$(hallsys token create --hall phutho --role admin) hallsys simulate",
    )
    day.later = _flags_of("simulate.command")
    day.set_defaults(run=_does("simulate.command"))


def _add_token(commands: Any) -> None:
    token = commands.add_parser(
        "token",
        help="tokens for devices and programs",
        description="Mã truy cập của thiết bị và chương trình. Tokens for devices and programs: make, list, revoke. "
        "All three work while the server runs, and without it.",
    )
    verbs = token.add_subparsers(metavar="<verb>", required=True, parser_class=Command)
    create = verbs.add_parser(
        "create",
        help="make a token and print it",
        description="Tạo mã truy cập và in ra. Makes a token and prints it, and nothing else, on standard output; it "
        "cannot be shown again. It works at once on every server of the store.",
    )
    create.add_argument("--hall", required=True, help="id of the hall")
    create.add_argument(
        "--role", required=True, choices=ROLES, help="what it may do; each role includes those before it"
    )
    create.add_argument("--counter", help="with --role counter: this counter only (default: every counter of the hall)")
    create.add_argument("--name", default="", help="what it is for, as shown to administrators")
    _finish(create, "office.accounts", "create_token")
    listing = verbs.add_parser(
        "list",
        help="list tokens and joined devices",
        description="Liệt kê mã và thiết bị. Lists tokens and joined devices, the oldest first; the token itself "
        "is kept nowhere, the id is what `token revoke` takes.",
    )
    listing.add_argument("--hall", help="of this hall only, with those that hold for every hall")
    listing.add_argument("--json", action="store_true", help="for programs: every field")
    _finish(listing, "office.accounts", "list_tokens")
    revoke = verbs.add_parser(
        "revoke",
        help="end a token or a device",
        description="Thu hồi mã hoặc thiết bị. Ends a token or a joined device; every server refuses it within "
        "seconds.",
    )
    revoke.add_argument(
        "which", metavar="ID", help="the id from `token list` (6 letters at least), or the token; - reads it"
    )
    _finish(revoke, "office.accounts", "revoke_token")


def _add_user(commands: Any) -> None:
    user = commands.add_parser(
        "user",
        help="people who sign in",
        description="Người đăng nhập bằng mật khẩu, cán bộ quầy bằng mã PIN. People who sign in with a password, and "
        "officers also with a PIN: make, list, remove. All of it works while the server runs, and without it.",
    )
    verbs = user.add_subparsers(metavar="<verb>", required=True, parser_class=Command)
    create = verbs.add_parser(
        "create",
        help="make an account; the password is read from standard input",
        description="Tạo tài khoản; mật khẩu đọc từ đầu vào chuẩn. Makes an account; the password is read from "
        "standard input (asked for without echo at a terminal).",
    )
    create.add_argument("--hall", required=True, help="ids of halls with commas between, or * for every hall")
    create.add_argument("--role", required=True, choices=ROLES)
    create.add_argument("--name", required=True, help="the name to sign in with")
    create.add_argument("--counter", help="with --role counter: this counter only")
    create.add_argument("--replace", action="store_true", help="set a new password for an account that exists")
    _finish(create, "office.accounts", "create_user")
    listing = verbs.add_parser(
        "list", help="list accounts", description="Liệt kê tài khoản. Lists accounts; passwords are not kept readable."
    )
    listing.add_argument("--hall", help="of this hall only, with those that hold for every hall")
    listing.add_argument("--json", action="store_true", help="for programs")
    _finish(listing, "office.accounts", "list_users")
    remove = verbs.add_parser(
        "remove",
        help="remove an account",
        description="Xóa tài khoản. Removes an account; whoever is signed in with it is out within seconds.",
    )
    remove.add_argument("name", help="the name to sign in with")
    _finish(remove, "office.accounts", "remove_user")
    pin = verbs.add_parser(
        "pin",
        help="give an officer a PIN, or take it away; the PIN is read from standard input",
        description="Đặt hoặc gỡ mã PIN của cán bộ quầy; mã đọc từ đầu vào chuẩn. Gives an account of the role counter "
        "a PIN of 4 to 8 digits, with which the officer signs in at any counter; the PIN is read from standard input "
        "(asked for without echo at a terminal). Whoever is signed in with the old one is out within seconds.",
    )
    pin.add_argument("--hall", required=True, help="id of the hall")
    pin.add_argument("--name", required=True, help="the officer's name to sign in with")
    pin.add_argument("--remove", action="store_true", help="take the PIN away instead; nothing is read")
    _finish(pin, "office.accounts", "set_pin")


def _add_backup(commands: Any) -> None:
    backup = commands.add_parser(
        "backup",
        help="write everything to a file, also while the server runs",
        description="Sao lưu tất cả vào một tệp, cả khi máy chủ đang chạy. Writes everything the store keeps (halls, "
        "closed days, users, tokens, sessions, the secret) to FILE, whole or not at all, readable by you only. "
        "hall.toml and recordings are files of yours and not part of it.",
    )
    backup.add_argument("file", type=Path, metavar="FILE", help="for example phutho-2026-11-23.hallsys; it is replaced")
    _finish(backup, "office.backups", "run_backup")
    restore = commands.add_parser(
        "restore",
        help="put a backup back",
        description="Khôi phục từ tệp sao lưu. Puts a backup back into the data folder (or the store of --redis-url). "
        "Stop the server first. The file is checked before anything is touched; numbers issued after the backup are "
        "not known any more, so write them down.",
    )
    restore.add_argument("file", type=Path, metavar="FILE", help="what `hallsys backup` wrote")
    restore.add_argument(
        "--replace", action="store_true", help="xóa dữ liệu đang có rồi khôi phục / remove what is there first"
    )
    _finish(restore, "office.backups", "run_restore")


def _add_export(commands: Any) -> None:
    export = commands.add_parser(
        "export",
        help="write everything of a hall as plain files, also while the server runs",
        description="Xuất mọi ngày của một sảnh thành tệp thường (CSV, JSON). Writes every day of a hall into FOLDER, "
        "a folder a day: tickets, waits, times at counters, ratings, the audit, and the rows at the end of the day. "
        "Not for `hallsys restore`: that is what `hallsys backup` writes.",
    )
    export.add_argument("folder", type=Path, metavar="FOLDER", help="a new folder, or an empty one")
    export.add_argument("--hall", required=True, help="id of the hall")
    _finish(export, "office.export", "run")


def _add_doctor(commands: Any) -> None:
    doctor = commands.add_parser(
        "doctor",
        help="look whether everything works, and say what to do",
        description="Kiểm tra máy và nói cách sửa. Looks at Python, packages, settings, data folder, store, "
        "port, voice, fonts and clock; each line is ok, WARN or FAIL and names the remedy. Changes nothing. Exit "
        "status 1 when something failed.",
    )
    doctor.add_argument("--json", action="store_true", help="for programs: a list of check, state, vi, en")
    _finish(doctor, "office.doctor", "run", "port", "host")


def _add_check(commands: Any) -> None:
    check = commands.add_parser(
        "check",
        help="check hall.toml and say in words what it means",
        description="Kiểm tra hall.toml và giải thích bằng lời. Checks hall.toml (or a folder of them; the sample hall "
        "without one) and says in words what it means; a mistake is named with its line and remedy.",
    )
    check.add_argument("file", nargs="?", type=Path, help="hall.toml or a folder (default: HALLSYS_CONFIG)")
    check.add_argument("--lang", choices=("vi", "en"), default="vi")
    check.set_defaults(run=_check)


def _finish(parser: Command, room: str, name: str, *more: str) -> None:
    """What every command that works on the store has: where that is. `more`: further settings that count for it."""
    Settings.add_flags(parser, "data", "config", "redis_url", *more)
    parser.set_defaults(run=_does(room, name))


def _serve(arguments: argparse.Namespace) -> int:
    import asyncio
    import logging

    import uvloop

    from hallsys.app import serve
    from hallsys.hallfile import load_halls

    settings = Settings.load(os.environ, vars(arguments))
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(settings, load_halls(settings.config), demo=arguments.demo))


def _check(arguments: argparse.Namespace) -> int:
    from hallsys.hallfile import load_halls
    from hallsys.hallwords import explain

    path = arguments.file or (Path(os.environ["HALLSYS_CONFIG"]) if os.environ.get("HALLSYS_CONFIG") else None)
    for config in load_halls(path).values():
        print("\n".join(explain(config, arguments.lang)))
    return 0
