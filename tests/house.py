"""A pytest plugin with the rules of the house for a whole run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says what was skipped where everybody reads it; under `CI=true` nothing may be."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped and _in_ci():
        terminalreporter.write_line(f"CI=true: {len(skipped)} skipped, and nothing may be skipped there", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == pytest.ExitCode.OK and _in_ci() and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Where there is none, the test is skipped by name."""
    find = [sys.executable, str(ROOT / "bin" / "setup.py"), "browser"]
    path = subprocess.run(find, capture_output=True, text=True, check=True).stdout.strip()
    if not path:
        pytest.skip("no Chromium or Chrome; install one, or name it in HALLSYS_CHROMIUM")
    return path


@pytest.fixture(scope="session")
def tmux() -> str:
    """The terminal's path. Where there is none, the test is skipped by name."""
    path = shutil.which("tmux")
    if path is None:
        pytest.skip("no tmux; install it: apt-get install tmux, brew install tmux")
    return path


def _in_ci() -> bool:
    return os.environ.get("CI") == "true"
