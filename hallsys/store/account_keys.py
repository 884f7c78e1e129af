"""Names in Redis of everything about who may enter. None belongs to a hall's hash tag: accounts span halls."""

from typing import Final

INSTALLATION: Final = "hallsys:secret"
"""32 random bytes of this installation, made once."""

SETUPS: Final = "hallsys:setups"
"""How many one-time setup links were used; part of the next one."""

USERS: Final = "hallsys:users"
"""Hash: folded user name -> User. One hash for all halls, for people sign in by name before their hall is known."""

TOKENS: Final = "hallsys:tokens"
"""Hash: sha256 of the token -> Grant. The token itself is nowhere."""


def session(digest: str) -> str:
    """A signed-in browser, by the sha256 of its cookie; expires."""
    return f"hallsys:session:{digest}"


def join_code(code: str) -> str:
    """A code that a screen shows; gone once confirmed."""
    return f"hallsys:join:{code}"


def join_state(digest: str) -> str:
    """What became of a code, by the sha256 of the secret that only its screen knows."""
    return f"hallsys:joined:{digest}"


def join_waiting(hall: str) -> str:
    """Sorted set: the hall's waiting codes by the time they expire (ms)."""
    return f"hallsys:joining:{hall}"


def tries(what: str, who: str) -> str:
    """A counter of attempts; expires with its window."""
    return f"hallsys:tries:{what}:{who}"
