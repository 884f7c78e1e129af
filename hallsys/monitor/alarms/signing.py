"""Signed webhooks, as standardwebhooks.com has them: HMAC-SHA256 over id, time and body; and where the secret is."""

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from pathlib import Path
from typing import Final

LEAST: Final = 16
"""Bytes of a secret; a shorter one could be found by trying."""
_PREFIX: Final = "whsec_"


class NoSecret(Exception):
    """An address or secret that is named in hall.toml and is not there, or is no good; the text holds neither."""


def named(what: str, environ: Mapping[str, str] = os.environ) -> str:
    """What `env:NAME` or `file:/path` stands for; anything else stands for itself. Raises NoSecret."""
    kind, _, name = what.partition(":")
    if kind == "env":
        found = environ.get(name, "").strip()
    elif kind == "file":
        try:
            found = Path(name).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise NoSecret(f"{what}: {type(error).__name__}") from None
    else:
        return what
    if not found:
        raise NoSecret(f"{what}: empty, or not set")
    return found


def key_of(secret: str) -> bytes:
    """`whsec_` and base64, or the bytes of the text. Raises NoSecret for one that is too short."""
    try:
        key = b64decode(secret.removeprefix(_PREFIX), validate=True) if secret.startswith(_PREFIX) else secret.encode()
    except NotBase64:
        raise NoSecret("what follows whsec_ is not base64") from None
    if len(key) < LEAST:
        raise NoSecret(f"the secret is shorter than {LEAST} bytes")
    return key


def headers(key: bytes, message: str, seconds: int, body: bytes) -> dict[str, str]:
    """What a receiver needs to know that the message is ours, and how old it is."""
    signed = b"%b.%d.%b" % (message.encode(), seconds, body)
    signature = b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {
        "webhook-id": message,
        "webhook-timestamp": str(seconds),
        "webhook-signature": f"v1,{signature}",
        "content-type": "application/json; charset=utf-8",
    }
