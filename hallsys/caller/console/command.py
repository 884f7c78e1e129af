"""`hallsys console`: how it begins, and how it ends."""

import argparse
import asyncio
import logging
import os
import sys
from collections import deque
from contextlib import AsyncExitStack
from typing import Final

from hallsys.caller.console.counter import Counter, CounterGoneError
from hallsys.caller.console.desk import in_order
from hallsys.caller.console.terminal import Terminal
from hallsys.caller.console.words import Words
from hallsys.live.client import Client, Declined, InvalidURI, UnwelcomeError
from hallsys.live.fetch import Fetch

USAGE, NO_SERVER, NOT_ALLOWED, NO_HALL, NO_COUNTER, ENDED = 2, 3, 4, 5, 6, 7
"""Exit statuses; 128 and a signal's number where one ended it, 0 when the officer left."""

PATIENCE_S: Final = 5.0
"""For the server to answer at the start; later on it is waited for as long as it takes."""
KEPT: Final = 50
"""Lines of the log that are kept for the end: on the screen they would be noise."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `hallsys console`."""
    parser.epilog = (
        "Phím như trên trang quầy: Enter bước tiếp theo, . hoàn tác, + hoặc ? mọi phím và việc của nó, q thoát. "
        "The keys are those of the counter page: Enter is the next step, . takes the last press back, + or ? lists "
        "every key and what it does, q quits. A terminal has a token and no PIN: the audit names the token, so give "
        "each officer one of their own (hallsys token create --role counter --counter 3 --name …); in a hall with "
        "policy.sign_in it takes a token of the role supervisor. NO_COLOR=1 does without colours; 80×24 is enough."
    )
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="địa chỉ máy chủ / the server (%(default)s)")
    parser.add_argument("--hall", default="phutho", help="mã của sảnh / id of the hall (%(default)s)")
    parser.add_argument("--counter", required=True, help="quầy nào / which counter, such as 3")
    parser.add_argument(
        "--token",
        default=os.environ.get("HALLSYS_TOKEN"),
        help="mã truy cập với quyền counter / a token with the role counter; better given as HALLSYS_TOKEN, for a "
        "command line can be read by every user of the machine",
    )
    parser.add_argument("--lang", choices=("vi", "en"), default="vi", help="ngôn ngữ / language (%(default)s)")


def run(arguments: argparse.Namespace) -> int:
    """Be the counter until the officer leaves; the exit status, with its reason on standard error."""
    words = Words(arguments.lang)
    source, target = sys.stdin.fileno(), sys.stdout.fileno()
    if not (os.isatty(source) and os.isatty(target)) or os.environ.get("TERM", "dumb") == "dumb":
        return _says(USAGE, words.t("console.no_terminal"))
    later = _Later()
    logging.basicConfig(level=logging.WARNING, handlers=[later], force=True)
    try:
        return asyncio.run(_counter(arguments, words, Terminal(source, target)))
    except KeyboardInterrupt:  # before the counter took the keys
        return 130
    finally:
        later.tell()


async def _counter(arguments: argparse.Namespace, words: Words, terminal: Terminal) -> int:
    url, hall, name = arguments.url, arguments.hall, arguments.counter
    async with AsyncExitStack() as stack:
        try:
            client = Client(url, hall, arguments.token or None, language=words.language)
            async with asyncio.timeout(PATIENCE_S):
                await stack.enter_async_context(client)
            refusal = await _refusal(client, name, words)
            if refusal is not None:
                return _says(NOT_ALLOWED, refusal)
            fetch = await stack.enter_async_context(Fetch(url, arguments.token or None))
            end = await Counter(client, fetch, hall, name, words).run(terminal)
        except (InvalidURI, ValueError) as error:
            return _says(USAGE, words.t("console.bad_url", url=url, why=error))
        except TimeoutError:
            return _says(NO_SERVER, words.t("console.no_server", url=url, why=client.trouble))
        except CounterGoneError:
            known = ", ".join(row["id"] for row in in_order(client.view["counters"]))
            return _says(NO_COUNTER, words.t("console.unknown_counter", counter=name, known=known))
        except UnwelcomeError as error:
            return _unwelcome(error, arguments, words)
        row = client.view["counters"].get(name)
        if end == 0 and row and row["state"] == "open":
            _says(0, words.t("console.still_open", counter=words.counter(row)))
        return 128 + end if end else 0


async def _refusal(client: Client, counter: str, words: Words) -> str | None:
    """Why this token may not work at this counter, or None. Found out by a command that nobody can be granted: rights
    are judged first, and what is refused leaves no trace."""
    try:
        await client.do("call", {"counter": counter, "ticket": "-", "reason": "-"})
    except Declined as refused:
        if refused.code in ("unauthorized", "forbidden"):
            return words.t("console.not_allowed", counter=counter, why=refused.message)
        if refused.code == "sign_in_first":
            return words.t("console.sign_in_hall")
    return None


def _unwelcome(error: UnwelcomeError, arguments: argparse.Namespace, words: Words) -> int:
    match error.code:
        case 4501:
            return _says(NOT_ALLOWED, words.t("console.bad_token"))
        case 4502:
            return _says(NO_HALL, words.t("console.unknown_hall", hall=arguments.hall, url=arguments.url))
        case _:
            return _says(ENDED, words.t("console.unwelcome", why=error))


def _says(status: int, text: str) -> int:
    sys.stderr.write(f"hallsys console: {text}\n")
    return status


class _Later(logging.Handler):
    """Keeps what is logged until the screen is the shell's again."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: deque[str] = deque(maxlen=KEPT)

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(self.format(record))

    def tell(self) -> None:
        for line in self._lines:
            sys.stderr.write(f"{line}\n")
