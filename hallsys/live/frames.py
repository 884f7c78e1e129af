"""Socket frames, encoded once and written as they are to every transport (RFC 6455, 5.2)."""

from typing import Any, Final

import msgspec

encode: Final = msgspec.json.Encoder().encode

_TEXT: Final = 0x81
"""FIN and opcode text; what a server sends is not masked."""


def text_frame(payload: bytes) -> bytes:
    """One whole text frame."""
    size = len(payload)
    if size < 126:
        return bytes((_TEXT, size)) + payload
    if size < 65_536:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


def json_frame(message: dict[str, Any]) -> bytes:
    return text_frame(encode(message))


def done(identifier: str, at: str, result: bytes) -> bytes:
    """The answer to a `do`; `result` is JSON already."""
    return text_frame(encode({"type": "done", "id": identifier, "at": at, "result": msgspec.Raw(result)}))


def refused(identifier: str, code: str, message: str, field: str | None) -> bytes:
    body = {"type": "refused", "id": identifier, "code": code, "message": message}
    return json_frame(body if field is None else {**body, "field": field})
