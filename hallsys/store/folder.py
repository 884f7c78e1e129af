"""The folder of the embedded store, `<data>/store/` (mode 0700): who holds it, and where its socket is.

* `owner.lock` is held by the one process that supervises. A second living hallsys is refused by it.
* `store.lock` is held by the store itself, through a descriptor it inherits, for exactly as long as it lives. So it is
  the truth about "does a store live here?", also after its hallsys was killed, whatever a pid file says. A store is
  started only by whoever holds this lock: there are never two on one set of files.

Besides: the append-only files, `store.sock`, `store.pid` and `store.log`.
"""

import asyncio
import fcntl
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from hallsys.store.binary import EmbeddedError

Role = Literal["server", "command"]

COMMAND_LASTS = 10.0
"""s to wait for a command-line command that holds the folder"""
SOMEBODY_LOOKS = 0.1
"""s in which a lock may be held by one who only looks whether it is free"""
SOCKET_LIMIT = 100
"""bytes in the path of a Unix socket: 108 on Linux, 104 on macOS, with the final zero"""
LOG_LIMIT = 1 << 20
"""bytes of store.log after which it is put aside at the next start"""


class DataFolderBusy(EmbeddedError):
    """Another living hallsys uses the data folder."""


class StoreNotReady(EmbeddedError):
    """The store did not come up in time; the message carries its own last words."""


_held: set[int] = set()


def _let_go_in_fork() -> None:
    for fd in _held:
        os.close(fd)
    _held.clear()


# A forked worker (a forecast, say) that outlives a killed hallsys would keep the folder locked.
os.register_at_fork(after_in_child=_let_go_in_fork)


def lock(path: Path) -> int | None:
    """The descriptor of the locked file, or None while somebody else holds it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        return None
    _held.add(fd)
    return fd


def release(fd: int) -> None:
    """Give up this process's part in a lock; a child that inherited it keeps its own."""
    _held.discard(fd)
    os.close(fd)


class StoreFolder:
    """`<data>/store/`; nothing is created before `create`."""

    def __init__(self, data: Path) -> None:
        self.path = data.resolve() / "store"
        self.owner_lock = self.path / "owner.lock"
        self.store_lock = self.path / "store.lock"
        self.log = self.path / "store.log"
        self._socket = self.path / "store.sock"

    def create(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)

    def owner(self) -> tuple[str, str] | None:
        """(pid, role) of the living owner, else None."""
        if not self.owner_lock.exists():
            return None
        if (fd := lock(self.owner_lock)) is not None:
            release(fd)
            return None
        return self._owner_note()

    def _owner_note(self) -> tuple[str, str]:
        pid, _, role = self.owner_lock.read_text().partition(" ")
        return pid or "unknown", role

    async def take(self, role: Role) -> int:
        """Become the owner; the descriptor is to be given to `release`.

        Waits for a command of the command line that holds the folder. Raises `DataFolderBusy`.
        """
        loop = asyncio.get_running_loop()
        begun = loop.time()
        while (fd := lock(self.owner_lock)) is None:
            pid, holder = self._owner_note()
            if loop.time() - begun > (COMMAND_LASTS if holder == "command" else SOMEBODY_LOOKS):
                raise DataFolderBusy(
                    f"another hallsys (pid {pid}) uses {self.path.parent}: "
                    "stop it first, or give this one another folder with HALLSYS_DATA"
                )
            await asyncio.sleep(0.01)
        with suppress(OSError):  # on a full disk; only the message above is poorer then
            os.ftruncate(fd, 0)
            os.write(fd, f"{os.getpid()} {role}".encode())
        return fd

    def store_pid(self) -> int | None:
        """The pid that the store wrote down, if that process is the store of this folder."""
        try:
            pid = int((self.path / "store.pid").read_text())
            # Pids are used again, and another container has others. (macOS has no /proc: there it is believed.)
            mine = not Path("/proc/self").exists() or Path(f"/proc/{pid}/cwd").samefile(self.path)
        except (OSError, ValueError):
            return None
        return pid if mine else None

    @property
    def socket(self) -> Path:
        return self._socket.readlink() if self._socket.is_symlink() else self._socket

    @property
    def url(self) -> str:
        return "unix://" + quote(str(self.socket))

    def make_socket(self) -> Path:
        """Where a new store shall listen. Too deep a folder gets a short path elsewhere, and a link to it."""
        if len(os.fsencode(self._socket)) > SOCKET_LIMIT:
            if self._socket.is_symlink() and _is_private(self.socket.parent):
                return self.socket
            self._socket.unlink(missing_ok=True)
            self._socket.symlink_to(_private_folder() / "store.sock")
        return self.socket

    def remove_socket(self) -> None:
        target = self.socket
        target.unlink(missing_ok=True)
        if self._socket.is_symlink():
            with suppress(FileNotFoundError):
                target.parent.rmdir()
            self._socket.unlink()

    def put_log_aside(self) -> None:
        """One earlier log is kept: a store that cannot start writes some lines at every attempt."""
        if self.log.exists() and self.log.stat().st_size > LOG_LIMIT:
            self.log.replace(self.path / "store.log.1")

    def log_end(self, since: int, lines: int = 2) -> list[str]:
        """The last lines the store logged after byte `since`, without pid and time."""
        with self.log.open("rb") as file:
            file.seek(max(since, file.seek(0, os.SEEK_END) - 4096))
            text = file.read().decode(errors="replace")
        return [re.sub(r"^\d+:\w \d+ \w+ \d+ [\d:.]+ [.*#-] ", "", line) for line in text.splitlines() if line][-lines:]


def _is_private(folder: Path) -> bool:
    try:
        it = folder.lstat()
    except FileNotFoundError:
        return False
    return stat.S_ISDIR(it.st_mode) and it.st_uid == os.geteuid() and not it.st_mode & 0o077


def _private_folder() -> Path:
    room = SOCKET_LIMIT - len("/hallsys-12345678/store.sock")
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108 - mkdtemp keeps it ours
        if base and os.access(base, os.W_OK) and len(os.fsencode(base)) <= room:
            return Path(tempfile.mkdtemp(prefix="hallsys-", dir=base))
    raise StoreNotReady("no folder with a short path for the store's socket: set TMPDIR to one, such as /tmp")
