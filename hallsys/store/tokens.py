"""Secrets made from a request and the installation's secret, so that none has to be stored."""

from base64 import b32encode, urlsafe_b64encode
from hashlib import blake2b

TICKET_BYTES = 16
DIGEST_BYTES = 8


class Minter:
    """Keyed BLAKE2b (RFC 7693) under one hall's name."""

    __slots__ = ("_hall", "_secret")

    def __init__(self, hall: str, secret: bytes) -> None:
        self._hall, self._secret = hall, secret

    def ticket(self, key: str, issued_at: int) -> str:
        """The token of the ticket that a request took: 128 bits, behind the hall's id."""
        mac = self._mac(f"{issued_at} {key}", b"ticket", TICKET_BYTES)
        return f"{self._hall}.{urlsafe_b64encode(mac).decode().rstrip('=')}"

    def booking(self, key: str, now: int) -> str:
        """A code of eight letters and digits for a booking."""
        return b32encode(self._mac(f"{now} {key}", b"booking", 5)).decode()

    def digest(self, name: str, arguments: bytes) -> str:
        """What a request asks, hashed: tells whether a repeated key asks the same, and cannot be turned back."""
        return self._mac(name, b"digest", DIGEST_BYTES, arguments).hex()

    def _mac(self, text: str, person: bytes, size: int, more: bytes = b"") -> bytes:
        message = b"\0".join((self._hall.encode(), text.encode(), more))
        return blake2b(message, key=self._secret[:64], person=person, digest_size=size).digest()


def hall_of(token: str) -> str:
    """The hall that a ticket's token names; the rest of it proves nothing by itself."""
    return token.partition(".")[0]
