"""`hallsys announce`: the hall's loudspeaker on a PC that is wired to the amplifier and has no browser.

Trouble is said on standard error and tried again; meanwhile the sound is handed back, so that a board can speak.
"""

import argparse
import asyncio
import os
import shlex
import signal
import sys
from contextlib import suppress
from pathlib import Path

from hallsys.display.announcer.players import PLAYERS, Play, PlayError, devices, find_player, into, probe, through
from hallsys.display.announcer.speaker import Announcer, NoZoneError, say
from hallsys.live.client import Client, UnwelcomeError
from hallsys.live.fetch import Fetch

UNWANTED, CANNOT_PLAY = 1, 2
"""Exit statuses."""

UNIT = """\
# {how}
[Unit]
Description=hallsys announce: the hall's loudspeaker
After=network-online.target sound.target{after}
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart={command}
# HALLSYS_TOKEN=… of `hallsys token create --hall … --role display`; readable by root only
EnvironmentFile=-{environment}
Restart=always
RestartSec=10
{rights}
[Install]
WantedBy={target}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `hallsys announce`."""
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="address of the server (%(default)s)")
    parser.add_argument("--hall", default="phutho", help="id of the hall (%(default)s)")
    parser.add_argument("--zone", default="", help="the zone whose calls are spoken; without it the hall's own")
    parser.add_argument(
        "--token",
        default=os.environ.get("HALLSYS_TOKEN"),
        help="a token with the role display: with one this PC goes before screens that nobody joined; better given as "
        "HALLSYS_TOKEN, for a command line can be read by every user of the machine",
    )
    parser.add_argument("--player", choices=list(PLAYERS), help="what plays; the first one found if not given")
    parser.add_argument("--device", help="the player's name of the sound card, see --list-devices")
    parser.add_argument("--volume", type=_percent, default=100, metavar="0-100", help="how loud (%(default)s)")
    parser.add_argument("--list-devices", action="store_true", help="say what --device may be, and end")
    parser.add_argument(
        "--unit",
        choices=("system", "user"),
        help="print a systemd unit that runs this command with the other flags given here: `system` for ALSA (aplay), "
        "`user` where PipeWire or PulseAudio belong to a signed-in user",
    )
    parser.add_argument("--to-folder", type=Path, metavar="FOLDER", help="write WAV files there and play nothing")


def _percent(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 100:
        raise ValueError
    return number


def run(args: argparse.Namespace) -> int:
    """Speak until stopped (exit 0). Exit 1 when the server does not want us, 2 when nothing here can play or the hall
    has no such zone."""
    try:
        if args.unit:
            sys.stdout.write(unit(args))
            return 0
        if args.list_devices:
            sys.stdout.write(asyncio.run(devices(args.player)))
            return 0
        play = into(args.to_folder) if args.to_folder else through(find_player(args.player, args.device))
        if args.to_folder:
            args.to_folder.mkdir(parents=True, exist_ok=True)
        asyncio.run(_announce(args, play))
    except (PlayError, NoZoneError) as error:
        say(str(error))
        return CANNOT_PLAY
    except UnwelcomeError as error:
        say(str(error))
        return UNWANTED
    except (KeyboardInterrupt, asyncio.CancelledError):
        pass
    return 0


async def _announce(args: argparse.Namespace, play: Play) -> None:
    task = asyncio.current_task()
    with suppress(NotImplementedError):  # Windows has no such signal
        if task is not None:
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if not args.to_folder:
        await probe(play)
    client = Client(
        args.url,
        args.hall,
        args.token,
        on_state=lambda state: say(state if state == "live" else f"no link: {client.trouble}"),
    )
    async with Fetch(args.url, args.token) as fetch, client:
        await Announcer(client, fetch, args.hall, play, zone=args.zone, loud=args.volume).run()


def unit(args: argparse.Namespace) -> str:
    """A systemd unit for these flags; the token stays out of it."""
    command = [sys.executable, "-m", "hallsys", "announce", "--url", args.url, "--hall", args.hall]
    for flag, value in (("--zone", args.zone), ("--player", args.player), ("--device", args.device)):
        command += [flag, value] if value else []
    command += ["--volume", str(args.volume)] if args.volume != 100 else []
    line = shlex.join(command).replace("%", "%%")
    if args.unit == "system":
        return UNIT.format(
            how="/etc/systemd/system/hallsys-announce.service; then: systemctl enable --now hallsys-announce",
            after="",
            command=line,
            environment="/etc/hallsys/announce.env",
            rights="DynamicUser=yes\nSupplementaryGroups=audio\nPrivateTmp=yes\nNoNewPrivileges=yes\n",
            target="multi-user.target",
        )
    return UNIT.format(
        how="~/.config/systemd/user/hallsys-announce.service; then: systemctl --user enable --now hallsys-announce; "
        "and loginctl enable-linger, so that it runs before anybody signs in",
        after=" pipewire.service pulseaudio.service",
        command=line,
        environment="%h/.config/hallsys/announce.env",
        rights="",
        target="default.target",
    )
