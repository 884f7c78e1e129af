"""`python -m benchmarks.mutants [module …]`: which small faults in `hallsys/core` no test notices.

Works on a clone of what is committed, so that neither the work tree nor a running server ever sees a fault. A mutant
that survives is shown; it is explained when its line stands in docs/mutants.md, else the exit code is 1.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import hypothesis
import msgspec  # noqa: F401 - what a test run imports is imported once, here, and every run is a fork
import pytest
from hypothesis import Phase, settings
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TimeElapsedColumn

from benchmarks.mutations import Mutant, mutants

ROOT: Final = Path(__file__).parent.parent
DOCS: Final = ROOT / "docs" / "mutants.md"
_POLICY: Final = ["test_reasons", "test_policy_bookings", "test_policy_moments", "test_fairness", "test_policy_runs"]
TESTS: Final = {
    "policy": _POLICY,
    "turns": ["test_reasons", "test_policy_bookings", "test_fairness", "test_policy_moments", "test_policy_runs"],
    "sight": _POLICY,
    "shares": ["test_reasons", "test_policy_runs"],
    "lanes": ["test_lanes", *_POLICY],
    "lifecycle": ["test_lifecycle", "test_counters", "test_tickets", "test_late", "test_ratings"],
    "decide": [
        "test_lifecycle",
        "test_commands",
        "test_desks",
        "test_every_command",
        "test_counters",
        "test_tickets",
        "test_notices",
    ],
    "undo": ["test_undo", "test_nothing_to_undo", "test_outcomes"],
    "at_counter": ["test_counters", "test_undo", "test_outcomes"],
    "outcomes": ["test_outcomes", "test_counters", "test_undo"],
    "sending": ["test_sending", "test_counters", "test_undo"],
}
"""module -> the files in tests/core that are to notice its faults, the fastest first"""


class Bench:
    """A clone in which one fault at a time is tried."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "tree"
        self.warm = False
        self.settings = folder / "pytest.ini"
        self.settings.write_text("[pytest]\n")
        subprocess.run(["git", "clone", "--quiet", ROOT, self.tree], check=True)

    def source(self, module: str) -> Path:
        return self.tree / "hallsys" / "core" / f"{module}.py"

    def ready(self, module: str) -> bool:
        """Whether a module's tests pass without a fault; from then on they are compiled."""
        self.warm = False
        passed = self.passes(module)
        self.warm = True
        for compiled in self.source(module).parent.glob(f"__pycache__/{module}.*"):
            compiled.unlink()
        return passed

    def passes(self, module: str, timeout: float | None = None, profile: str = "all") -> bool:
        """Whether a module's tests pass; they do not where they take longer than so many seconds."""
        child = os.fork()
        if child == 0:
            os.environ["HALLSYS_HYPOTHESIS"] = profile
            self._run(module)
        end = time.monotonic() + (timeout or 1e9)
        while True:
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                return os.waitstatus_to_exitcode(status) == 0
            if time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                return False
            time.sleep(0.02)

    def _run(self, module: str) -> None:
        code = 1
        sys.dont_write_bytecode = self.warm  # a fault of the same second and size would be taken for the one before
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            os.chdir(self.tree)
            sys.path.insert(0, str(self.tree))
            for name in [name for name in sys.modules if name.split(".")[0] == "benchmarks"]:
                del sys.modules[name]
            files = [f"tests/core/{name}.py" for name in TESTS[module]]
            options = ["-x", "-q", "--import-mode=importlib", "-p", "no:cacheprovider", "--confcutdir=tests/core"]
            code = int(pytest.main(["-c", str(self.settings), f"--rootdir={self.tree}", *options, *files]))
        finally:
            os._exit(code)


def survivors(bench: Bench, module: str, console: Console, only: str, start: int) -> tuple[int, list[Mutant]]:
    """How many mutants there are, and those that no test notices. Raises RuntimeError where a test fails anyway."""
    begin = time.monotonic()
    if not bench.ready(module):
        raise RuntimeError(f"{module}: its tests fail without any fault")
    timeout = 30 + 5 * (time.monotonic() - begin)
    path = bench.source(module)
    source = path.read_text()
    found = [mutant for mutant in mutants(source) if only in mutant.was and mutant.number >= start]
    alive = []
    columns = [*Progress.get_default_columns(), MofNCompleteColumn(), TimeElapsedColumn()]
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for mutant in progress.track(found, description=module):
            path.write_text(mutant.source)
            if bench.passes(module, timeout, "few") and bench.passes(module, timeout):
                alive.append(mutant)
                console.print(f"{module}:{mutant.number} {mutant.operator}", style="yellow", highlight=False)
                console.print(f"  - {mutant.was}\n  + {mutant.line}", markup=False, highlight=False)
    path.write_text(source)
    return len(found), alive


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="module", help=f"of {', '.join(TESTS)}; default: all")
    parser.add_argument("--only", default="", metavar="TEXT", help="only faults in lines with this text")
    parser.add_argument("--from", type=int, default=0, dest="start", metavar="LINE", help="go on from this line")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(TESTS):
        parser.error(f"no such module: {', '.join(sorted(unknown))}; there are {', '.join(TESTS)}")
    # The same examples every time, few at first, and none made smaller: one that fails is all that is asked.
    for profile, examples in (("few", 10), ("all", 100)):
        settings.register_profile(
            profile,
            deadline=None,
            derandomize=True,
            max_examples=examples,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(hypothesis.HealthCheck),
        )
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    console = Console(width=None if sys.stdout.isatty() else 150)
    explained = DOCS.read_text() if DOCS.exists() else ""
    unexplained = 0
    folder = Path(tempfile.mkdtemp(prefix="hallsys-mutants-"))
    try:
        bench = Bench(folder)
        for module in options.modules or TESTS:
            begin = time.monotonic()
            made, alive = survivors(bench, module, console, options.only, options.start)
            section = explained.partition(f"\n**{module}**")[2].partition("\n**")[0]
            new = [mutant for mutant in alive if f"`{mutant.name}`" not in section]
            unexplained += len(new)
            console.print(
                f"[bold]{module}[/]: {made} mutants, {made - len(alive)} killed, {len(alive)} survive, "
                f"{len(new)} of them unexplained; {time.monotonic() - begin:.0f} s",
                highlight=False,
            )
    finally:
        shutil.rmtree(folder)
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
