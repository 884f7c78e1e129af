"""Where the files beside the code lie: at the root of a checkout, or inside an installed package."""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).parent


def checkout() -> Path | None:
    """The root of the checkout we run from, or None when installed from a wheel."""
    root = _PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() and (root / "static").is_dir() else None


def resource(name: str) -> Path:
    """The folder or file `static/…`, `sounds/…` (beside the package in a checkout, `_static` inside a wheel) or
    `samples/…` (always in the package). Raises FileNotFoundError where a build left it out."""
    top, _, rest = name.partition("/")
    root = checkout()
    for folder in (root / top if root else None, _PACKAGE / f"_{top}", _PACKAGE / top):
        if folder is not None and (folder / rest).exists():
            return folder / rest
    raise FileNotFoundError(f"{name} is missing from this installation of hallsys; install it again")
