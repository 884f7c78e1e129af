"""Single questions to the store outside the path of the queue; whatever keeps it from answering is one refusal."""

from typing import Any

from hallsys.errors import Refused
from hallsys.store.connection import Client, StoreDown, store_errors


class Asker:
    """Sends single commands, as bytes in and bytes out."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def __call__(self, *command: str | bytes | int) -> Any:
        """The reply to one command. Raises Refused store_unavailable when there is none."""
        try:
            with store_errors():
                return await self._client.execute_command(*command)
        except StoreDown as error:
            raise Refused("store_unavailable") from error
