"""Secrets made from a request and the installation's secret, so that none has to be stored."""

import re
from base64 import b32encode, urlsafe_b64encode
from hashlib import blake2b
from typing import Final

TICKET_BYTES = 16
CODE_BYTES = 5
PERSON_BYTES = 16
WALL_BYTES = 9
_IN_NUMBERS: Final = dict.fromkeys(map(ord, ".-()"))
_COUNTRY: Final = re.compile(r"^(\+|00)?84(?=\d{9}$)")
DIGEST_BYTES = 8


class Minter:
    """Keyed BLAKE2b (RFC 7693) under one hall's name."""

    __slots__ = ("_begun", "_hall")

    def __init__(self, hall: str, secret: bytes) -> None:
        self._hall = hall
        sizes = {
            b"ticket": TICKET_BYTES,
            b"booking": CODE_BYTES,
            b"digest": DIGEST_BYTES,
            b"person": PERSON_BYTES,
            b"wall": WALL_BYTES,
        }
        self._begun = {
            purpose: blake2b(hall.encode() + b"\0", key=secret[:64], person=purpose, digest_size=size)
            for purpose, size in sizes.items()
        }

    def ticket(self, key: str, issued_at: int) -> str:
        """The token of the ticket that a request took: 128 bits, behind the hall's id."""
        mac = self._mac(b"ticket", f"{issued_at} {key}")
        return f"{self._hall}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    def code(self, key: str, now: int) -> str:
        """A code of eight letters and digits for a booking or a notice."""
        return b32encode(self._mac(b"booking", f"{now} {key}")).decode()

    def person(self, day: str, scanned: str) -> str:
        """Whatever was scanned of a visitor, as a hash that means nothing on another day, in another hall, or without
        the installation's secret. Scanners differ in capitals and in the blanks around what they read."""
        return self._mac(b"person", f"{day} {scanned.strip().casefold()}").hex()

    def booker(self, given: str) -> str:
        """Who books, as a hash that means nothing in another hall or without the installation's secret. Blanks, dots
        and dashes in a phone number are nobody's, and the country's code stands for its first zero."""
        plain = "".join(given.casefold().translate(_IN_NUMBERS).split())
        return self._mac(b"person", f"booking {_COUNTRY.sub('0', plain)}").hex()

    def wall(self, window: int) -> str:
        """What a square code on the wall proves for a while: that somebody has just seen it."""
        return urlsafe_b64encode(self._mac(b"wall", str(window))).decode()

    def digest(self, name: str, arguments: bytes) -> str:
        """What a request asks, hashed: tells whether a repeated key asks the same, and cannot be turned back."""
        return self._mac(b"digest", name, arguments).hex()

    def _mac(self, purpose: bytes, text: str, more: bytes = b"") -> bytes:
        mac = self._begun[purpose].copy()
        mac.update(text.encode() + b"\0" + more)
        return mac.digest()


def hall_of(token: str) -> str:
    """The hall that a ticket's token names; the rest of it proves nothing by itself."""
    return token.partition(".")[0]
