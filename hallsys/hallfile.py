"""Reads halls from TOML files, and says what is wrong with them: where, what, and the remedy, in both languages."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import msgspec

from hallsys.config import ConfigError, HallConfig, Words
from hallsys.hallcheck import Problem, problems
from hallsys.resources import resource

_TYPES: Final = {
    "str": "chuỗi",
    "int": "số nguyên",
    "bool": "true hoặc false",
    "array": "danh sách",
    "object": "bảng",
    "float": "số",
}


def load_halls(path: Path | None = None) -> dict[str, HallConfig]:
    """The halls of a file, or of every `*.toml` of a folder, by id; without a path, the sample hall.

    Raises ConfigError, which lists every problem found.
    """
    halls: dict[str, HallConfig] = {}
    seen: dict[str, Path] = {}
    for file in _files(path):
        hall = load_hall(file)
        if hall.id in halls:
            raise ConfigError(
                f"{file}: id: mã sảnh `{hall.id}` đã có trong {seen[hall.id]}; hãy đặt mã khác\n"
                f"{file}: id: the hall `{hall.id}` is in {seen[hall.id]} already; give another id"
            )
        halls[hall.id], seen[hall.id] = hall, file
    return halls


def load_hall(file: Path) -> HallConfig:
    """One hall. Raises ConfigError with a line per problem and language: `hall.toml:12: counters[0].services: …`."""
    try:
        text = file.read_text("utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{file}: không đọc được ({error}); hãy kiểm tra đường dẫn, quyền đọc và bảng mã UTF-8\n"
            f"{file}: cannot be read ({error}); check the path, its permissions and that it is UTF-8"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file}: không đúng cú pháp TOML ({error}); thường là thiếu dấu nháy, dấu phẩy hoặc ngoặc\n"
            f"{file}: not TOML ({error}); most often a quote, a comma or a bracket is missing"
        ) from error
    try:
        hall = msgspec.convert(data, HallConfig)
    except msgspec.ValidationError as error:
        raise ConfigError(_written(file, text, [_shape_problem(str(error))])) from None
    found = problems(hall)
    if found:
        raise ConfigError(_written(file, text, found))
    return hall


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return [resource("samples/phutho.toml")]
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.toml"))
    if not files:
        raise ConfigError(
            f"{path}: thư mục không có tệp *.toml nào; hãy chép hallsys/samples/phutho.toml vào rồi sửa\n"
            f"{path}: no *.toml file in this folder; copy hallsys/samples/phutho.toml there and edit it"
        )
    return files


def _written(file: Path, text: str, found: Sequence[Problem]) -> str:
    lines = []
    for problem in found:
        number = line_of(text, problem.key)
        where = f"{file}:{number}: {problem.key}" if number else f"{file}: {problem.key}"
        lines += [f"{where}: {problem.vi}", f"{where}: {problem.en}"]
    return "\n".join(lines)


def line_of(text: str, key: str) -> int | None:
    """The line of a key such as `services[2].short.vi`, or of the nearest table around it; None when not found.

    A search by eye, not a parser: it is right for files laid out like the sample.
    """
    steps = re.findall(r"([A-Za-z_]\w*)(?:\[(\d+)\])?", key)
    lines = text.splitlines()
    start = 0
    found = None
    for name, index in steps:
        header = re.compile(rf"\s*\[\[?\s*(?:\w+\.)*{name}\s*\]\]?")
        headers = [number for number, line in enumerate(lines) if header.match(line)]
        if headers and found is None:
            start = headers[min(int(index or 0), len(headers) - 1)]
            found = start + 1
            continue
        assignment = re.compile(rf"\s*{name}\s*=")
        for number in range(start, len(lines)):
            if number > start and lines[number].lstrip().startswith("["):
                break
            if assignment.match(lines[number]):
                start, found = number, number + 1
                break
    return found


def _shape_problem(message: str) -> Problem:
    """What msgspec found, in words for people."""
    said, _, place = message.partition(" - at `$")
    key = place.rstrip("`").lstrip(".").replace("[...]", "") or "(tệp / file)"
    if missing := re.search(r"required field `(\w+)`", said):
        return Problem(_under(key, missing[1]), "thiếu khóa này; hãy thêm vào", "this key is missing; add it")
    if unknown := re.search(r"unknown field `(\w+)`", said):
        near = difflib.get_close_matches(unknown[1], _fields_at(key), 1)
        vi = f"có phải `{near[0]}`?" if near else f"các khóa có thể dùng: {', '.join(_fields_at(key))}"
        en = f"did you mean `{near[0]}`?" if near else f"the keys there are: {', '.join(_fields_at(key))}"
        return Problem(_under(key, unknown[1]), f"không có khóa này; {vi}", f"there is no such key; {en}")
    if said.startswith("Invalid enum value"):
        key = re.sub(r"\[\d+\]$", "", key)
        choices = [f'"{choice}"' for choice in _choices_at(key)]
        return Problem(key, f"phải là {' hoặc '.join(choices)}", f"must be {' or '.join(choices)}")
    if wrong := re.search(r"Expected `(.+?)`, got `(.+?)`", said):
        wanted, got = (
            " | ".join(_TYPES.get(part.strip(), part.strip()) for part in side.split("|")) for side in wrong.groups()
        )
        return Problem(
            key,
            f"sai kiểu: cần {wanted}, đang là {got}; hãy sửa giá trị",
            f"wrong type: {wrong[1]} is wanted, this is {wrong[2]}; mend the value",
        )
    return Problem(key, f"giá trị không dùng được ({said}); xem docs/settings.md", f"{said}; see docs/settings.md")


def _under(key: str, name: str) -> str:
    return name if key.startswith("(") else f"{key}.{name}"


def _fields_at(key: str) -> list[str]:
    """The keys that a table of the file may have."""
    return list(_table_at(key if not key.startswith("(") else "").__struct_fields__)


def _choices_at(key: str) -> list[str]:
    """The words that a key may have, in a list or alone."""
    table, _, name = key.rpartition(".")
    hint = get_type_hints(_table_at(table))[name]
    return [str(word) for part in (hint, *get_args(hint)) if get_origin(part) is Literal for word in get_args(part)]


def _table_at(key: str) -> Any:
    """The type of a table of the file, such as `counters[2].services[0]`."""
    kind: Any = HallConfig
    for name in re.findall(r"[A-Za-z_]\w*", key):
        kind = next(_tables_in(get_type_hints(kind).get(name, Words)), Words)
    return kind


def _tables_in(hint: Any) -> Iterator[Any]:
    if hasattr(hint, "__struct_fields__"):
        yield hint
    for part in get_args(hint):
        yield from _tables_in(part)
