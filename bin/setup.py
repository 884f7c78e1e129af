"""Make `.venv` what the lock files say: `setup.py run` for the server, `setup.py test` with the tests' packages.

Standard library only, since it runs before anything is installed. Does nothing, and needs no network, when the
environment was made from the same lock files; two of them at once wait for each other.
"""

import fcntl
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {
    "run": ["requirements-build.lock", "requirements.lock"],
    "test": ["requirements-build.lock", "requirements-test.lock"],
}
BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
MAC_BROWSERS = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
]


def main(profile: str) -> None:
    with (ROOT / ".venv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_fresh(profile):
            _install(profile)
    if profile == "test" and _is_debian_root():
        if browser() is None:
            _apt("chromium" if _os_release().get("ID") == "debian" else "chromium-browser")
        if shutil.which("tmux") is None:
            _apt("tmux")


def browser() -> str | None:
    """The Chromium or Chrome to test with: `HALLSYS_CHROMIUM`, or the first one installed."""
    names = [os.environ.get("HALLSYS_CHROMIUM", ""), *BROWSERS, *MAC_BROWSERS]
    return next((found for name in names if name and (found := shutil.which(name))), None)


def _is_fresh(profile: str) -> bool:
    wider = {"run": ["run", "test"], "test": ["test"]}[profile]
    if not PYTHON.exists():
        return False
    return any(_stamp(name).exists() and _stamp(name).read_text() == _digest(name) for name in wider)


def _stamp(profile: str) -> Path:
    return VENV / f"hallsys-{profile}.stamp"


def _digest(profile: str) -> str:
    """What the environment depends on: the locks, our own metadata, and where the checkout lies."""
    digest = hashlib.sha256(f"{VENV}\n{platform.machine()}\n".encode())
    for name in [*LOCKS[profile], "pyproject.toml"]:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _install(profile: str) -> None:
    if not _works(PYTHON):
        _make_venv()
    _say(f"installing the locked packages ({profile}) into .venv …")
    quiet = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-deps"]
    files = [word for name in LOCKS[profile] for word in ("-r", name)]
    # The lock files are complete, so nothing is resolved: what is not in them is not installed.
    _run([*quiet, "--require-hashes", "--only-binary=:all:", *files])
    _run([*quiet, "--no-index", "--no-build-isolation", "--editable", "."])
    _stamp(profile).write_text(_digest(profile))


def _make_venv() -> None:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix, "bin", version)  # not a broken .venv's own link, should that be who runs us
    python = str(base) if base.exists() else sys.executable
    if find_spec("ensurepip") is None:  # Debian splits it off
        if not _is_debian_root():
            raise SystemExit(
                "Python thiếu mô-đun venv. Hãy chạy lệnh sau rồi thử lại / This Python lacks its venv module. Run:\n"
                f"    sudo apt-get install {version}-venv"
            )
        _apt(f"{version}-venv")
    _say("making .venv …")
    _run([python, "-m", "venv", "--clear", str(VENV)])


def _works(python: Path) -> bool:
    """Whether the environment's interpreter starts and has pip: an upgrade of the system's Python breaks it."""
    if not python.exists():
        return False
    check = "import sys, pip; raise SystemExit(not (3, 11) <= sys.version_info < (3, 15))"
    return subprocess.run([str(python), "-c", check], capture_output=True, check=False).returncode == 0


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _is_debian_root() -> bool:
    family = {_os_release().get("ID"), *_os_release().get("ID_LIKE", "").split()}
    return os.geteuid() == 0 and "debian" in family and shutil.which("apt-get") is not None


def _apt(package: str) -> None:
    _say(f"installing the system package {package} …")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", package]):
        _run(["apt-get", "-qq", *step], environment, quiet=True)


def _run(command: list[str], environment: dict[str, str] | None = None, *, quiet: bool = False) -> None:
    """A step that must succeed; what it prints goes to standard error, a quiet one's only when it fails."""
    output = subprocess.PIPE if quiet else sys.stderr
    error = subprocess.STDOUT if quiet else None
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=output, stderr=error, text=True, check=False)
    if done.returncode:
        raise SystemExit(
            f"{done.stdout or ''}\n"
            f"Bước này không thành công (mã {done.returncode}), xem thông báo bên trên; cài lần đầu cần có mạng.\n"
            f"This step failed ({done.returncode}), see above; the first installation needs the network:\n"
            f"    {' '.join(command)}"
        )


def _say(text: str) -> None:
    print(f"hallsys: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "browser":
        print(browser() or "")
    else:
        main(sys.argv[1])
