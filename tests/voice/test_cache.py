"""Finished calls on disk."""

import os
from pathlib import Path

import pytest

from hallsys.display.voice.cache import Cache


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_was_put_is_found_by_the_next_process(tmp_path: Path) -> None:
    Cache(tmp_path / "c", 1000).put("a.mp3", b"sound")
    assert Cache(tmp_path / "c", 1000).get("a.mp3") == b"sound"


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 250)
    for name in ("a", "b"):
        cache.put(name, bytes(100))
    assert cache.get("a")
    cache.put("c", bytes(100))
    assert names(tmp_path) == ["a", "c"]
    assert cache.get("b") is None


def test_a_folder_that_is_too_full_is_cut_at_the_start(tmp_path: Path) -> None:
    for name, age in (("old", 1), ("new", 2)):
        (tmp_path / name).write_bytes(bytes(100))
        os.utime(tmp_path / name, (age, age))
    Cache(tmp_path, 150)
    assert names(tmp_path) == ["new"]


def test_a_file_that_somebody_removed_is_not_found(tmp_path: Path) -> None:
    cache = Cache(tmp_path, 1000)
    cache.put("a", b"sound")
    (tmp_path / "a").unlink()
    assert cache.get("a") is None


def test_a_folder_that_cannot_be_used_is_said_and_not_raised(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_bytes(b"")
    cache = Cache(tmp_path / "file" / "c", 1000)
    cache.put("a", b"sound")
    assert cache.get("a") is None
    assert "not kept" in caplog.text
