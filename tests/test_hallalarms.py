"""Settings of alarms and webhooks that cannot be: each is named with its remedy, and no secret is repeated."""

import re
from pathlib import Path

import pytest

from hallsys.config import ConfigError
from hallsys.hallfile import load_halls
from hallsys.resources import resource

SAMPLE = resource("samples/phutho.toml").read_text("utf-8")
HOOK = '[[webhooks]]\nid = "a"\nurl = "https://bridge.example/x"\nsecret = "env:BRIDGE"\n'


def load(folder: Path, more: str) -> str:
    """What is said about the sample hall with some more lines; empty where it is well."""
    file = folder / "hall.toml"
    file.write_text(f"{SAMPLE}\n{more}", "utf-8")
    try:
        load_halls(file)
    except ConfigError as error:
        return str(error)
    return ""


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[[alarms.rules]]\nkind = "waits"\n', "alarms.rules[0].kind"),
        ('[[alarms.rules]]\nkind = "wait"\nof = ["Z"]\n', "alarms.rules[0].of"),
        ('[[alarms.rules]]\nkind = "idle"\nof = ["9"]\n', "alarms.rules[0].of"),
        ('[[alarms.rules]]\nkind = "wait"\nwarn = -1\n', "alarms.rules[0].warn"),
        ('[[alarms.rules]]\nkind = "wait"\nwarn = 900\nalarm = 60\n', "alarms.rules[0]"),
        ("[alarms]\nrepeat_s = -1\n", "alarms.repeat_s"),
        ('[alarms]\nquiet_hours = [["24:00", "06:00"]]\n', "alarms.quiet_hours"),
        ('[alarms]\nquiet_hours = [["06:00", "06:00"]]\n', "alarms.quiet_hours"),
        (HOOK.replace('"a"', '"a b"'), "webhooks[0].id"),
        (HOOK + HOOK, "webhooks[1].id"),
        (HOOK.replace("https://bridge", "https://lan:hunter2@bridge"), "webhooks[0].url"),
        (HOOK.replace("https://bridge.example/x", "ftp://bridge"), "webhooks[0].url"),
        (HOOK.replace("env:BRIDGE", "hunter2hunter2hunter2"), "webhooks[0].secret"),
        (HOOK + "give_up_s = 0\n", "webhooks[0]"),
        (HOOK + "timeout_s = 0.0\n", "webhooks[0]"),
        (HOOK + 'events = ["gone"]\n', "webhooks[0].events"),
    ],
)
def test_what_cannot_be_is_named_and_no_secret_is_repeated(tmp_path: Path, more: str, key: str) -> None:
    said = load(tmp_path, more)
    assert f"{key}: " in said, said
    assert re.search(r"hall.toml:\d+: ", said), "the line is named"
    assert "hunter2" not in said


def test_what_can_be_is_taken(tmp_path: Path) -> None:
    rules = '[[alarms.rules]]\nkind = "wait"\nof = ["H"]\nwarn = 0\n[[alarms.rules]]\nkind = "deaf"\non = false\n'
    quiet = '[alarms]\nquiet_hours = [["22:00", "06:00"]]\nrepeat_s = 0\n'
    named = HOOK.replace('"a"', '"b"').replace("https://bridge.example/x", "file:/etc/hallsys/address")
    assert load(tmp_path, quiet + rules + HOOK + named) == ""
