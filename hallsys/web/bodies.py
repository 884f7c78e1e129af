"""JSON bodies and forms of requests, judged by their types."""

from typing import TypeVar

import msgspec
from aiohttp import web

from hallsys.core.commands import bad_request
from hallsys.errors import Refused

_T = TypeVar("_T")


async def read_json(request: web.Request, shape: type[_T]) -> _T:
    """The body as a struct. Raises Refused bad_request, with the field where one is to blame."""
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise bad_request(error) from None


async def read_form(request: web.Request, *names: str) -> list[str]:
    """Fields of an HTML form, empty where they are missing. Raises Refused bad_request for what is no such form."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise Refused("bad_request", detail="application/x-www-form-urlencoded")
    try:
        form = await request.post()
        found = [form.get(name, "") for name in names]
        values = [value if isinstance(value, str) else "" for value in found]
        "".join(values).encode()  # some character sets decode to halves of characters, which nothing can write
    except (ValueError, LookupError) as error:  # broken characters, an unknown character set
        raise Refused("bad_request", detail="form") from error
    return values
