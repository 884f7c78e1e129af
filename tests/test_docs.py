"""The pages, held against the code: what is not documented does not exist, and what is documented does."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from hallsys.config import SETTINGS, HallConfig, Limits, Policy, Settings, VoiceConfig, Words
from hallsys.core.model import Counter, Service, Ticket
from hallsys.errors import STATUS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text("utf-8")
PROTOCOL = (ROOT / "docs" / "protocol.md").read_text("utf-8")
README = (ROOT / "README.md").read_text("utf-8")
SCRIPTS_OWN = {"HALLSYS_PYTHON", "HALLSYS_CHROMIUM", "HALLSYS_TOKEN"}
"""Variables of bin/, which is not the program, and the one of the commands that are a server's clients."""


def hall_keys(kind: Any = HallConfig, above: str = "") -> Iterator[str]:
    """Every key of a hall.toml: `policy.prefer_s`, `services.short`."""
    for name, hint in get_type_hints(kind).items():
        tables = [part for part in (hint, *get_args(hint)) if hasattr(part, "__struct_fields__") and part is not Words]
        if tables:
            yield from hall_keys(tables[0], f"{above}{name}.")
        else:
            yield above + name


def table_keys(page: str) -> set[str]:
    """What the first columns of a page's tables name."""
    cells = re.findall(r"^\| (`[^|]*`) \|", page, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_setting_of_the_program_is_documented_and_nothing_else() -> None:
    rows = dict(re.findall(r"^\| `(HALLSYS_\w+)` \| `(--[\w-]+)` \|", SETTINGS_PAGE, re.MULTILINE))
    assert rows == {setting.variable: setting.flag for setting in SETTINGS}
    named = set(re.findall(r"HALLSYS_\w+", "".join(page.read_text("utf-8") for page in PAGES)))
    assert named <= rows.keys() | SCRIPTS_OWN


def test_the_documented_defaults_are_the_real_ones() -> None:
    settings = Settings.load({})
    for name in ("port", "host", "log_level"):
        assert f"`--{name.replace('_', '-')}` | {getattr(settings, name)} |" in SETTINGS_PAGE


def test_every_key_of_a_hall_is_documented_and_nothing_else() -> None:
    documented = {key for key in table_keys(SETTINGS_PAGE) if not key.startswith("HALLSYS_")}
    assert documented == set(hall_keys())


def test_the_sample_hall_shows_the_defaults() -> None:
    """Who copies the sample and deletes a line gets what the line said."""
    sample = tomllib.loads((ROOT / "hallsys" / "samples" / "phutho.toml").read_text("utf-8"))
    hall = msgspec.convert(sample, HallConfig)
    assert (hall.policy, hall.limits, hall.voice) == (Policy(), Limits(), VoiceConfig())


@pytest.mark.parametrize("command", ["bin/run", "bin/test", "bin/check", "bin/bench"])
def test_the_readme_names_each_command_and_it_can_be_started(command: str) -> None:
    assert f"`{command}`" in README or f"\n{command}\n" in README
    assert (ROOT / command).stat().st_mode & 0o111


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if not re.match(r"[a-z]+:", target):
            path = (page.parent / target.partition("#")[0]).resolve()
            assert path.exists(), f"{page.name} links to {target}, which is not there"


def test_every_field_of_a_public_row_is_in_the_protocol() -> None:
    named = set(re.findall(r"\w+", " ".join(re.findall(r"`([^`]*)`", PROTOCOL))))
    fields = {name for row in (Ticket, Counter, Service) for name in row.__struct_fields__}
    assert fields <= named, f"not in docs/protocol.md: {sorted(fields - named)}"


def test_every_code_that_the_protocol_promises_exists() -> None:
    errors = PROTOCOL[PROTOCOL.index("Errors, everywhere the same") :].partition("###")[0]
    promised = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", errors)) - {"everywhere_the_same"}
    assert promised <= STATUS.keys(), sorted(promised - STATUS.keys())


def test_the_licence_of_every_shipped_package_is_listed() -> None:
    locked = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \|", (ROOT / "LICENSES.md").read_text("utf-8"), re.MULTILINE))
    assert locked - {"colorama"} == listed


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "requirements-build.lock"])
def test_locked_packages_have_hashes_and_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    for block in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_what_pyproject_asks_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    locked = (ROOT / "requirements-test.lock").read_text("utf-8")
    for requirement in wanted:
        name = re.split(r"[^a-z0-9-]", requirement)[0]
        assert re.search(rf"^{name}==", locked, re.MULTILINE), f"{name} is not locked; see docs/design.md, Dependencies"
