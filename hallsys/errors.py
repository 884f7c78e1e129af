"""Every refusal has a code; the code decides the HTTP status and the words.

Refused
 ├── a rule of the queue says no        409  nobody_waiting, counter_busy, wrong_state, …
 ├── the request is not understood      400  bad_request         404  unknown_*        422  key_reused
 ├── the caller may not                 401  unauthorized        403  forbidden        429  too_many
 └── the store did not acknowledge      503  store_unavailable

The texts are in the catalog `errors`, one message per code, in every language.
"""

from typing import Final

STATUS: Final[dict[str, int]] = {
    "bad_request": 400,
    "password_short": 400,
    "pin_weak": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "foreign_origin": 403,
    "unknown_hall": 404,
    "unknown_service": 404,
    "unknown_counter": 404,
    "unknown_ticket": 404,
    "unknown_booking": 404,
    "unknown_group": 404,
    "unknown_zone": 404,
    "unknown_outcome": 404,
    "unknown_notice": 404,
    "unknown_alarm": 404,
    "unknown_command": 404,
    "unknown_code": 404,
    "unknown_account": 404,
    "not_found": 404,
    "method_not_allowed": 405,
    "nobody_waiting": 409,
    "counter_closed": 409,
    "counter_busy": 409,
    "nothing_called": 409,
    "wrong_state": 409,
    "too_few_calls": 409,
    "too_late": 409,
    "hall_closed": 409,
    "service_closed": 409,
    "limit_reached": 409,
    "slot_full": 409,
    "too_early": 409,
    "has_ticket": 409,
    "already_rated": 409,
    "nothing_to_undo": 409,
    "counter_taken": 409,
    "sign_in_first": 409,
    "outcome_needed": 409,
    "name_taken": 409,
    "position_lost": 410,
    "too_large": 413,
    "key_reused": 422,
    "too_many": 429,
    "internal": 500,
    "store_unavailable": 503,
    "voice_unavailable": 503,
    "forecast_unavailable": 503,
}

RETRY_AFTER: Final = {"store_unavailable": 1, "voice_unavailable": 5, "forecast_unavailable": 5, "too_many": 60}
"""Seconds a client should wait before it asks again, for the header `Retry-After`."""


class Refused(Exception):
    """A request that was understood and is not done; nothing has changed.

    `field` names the argument to mend, `params` fill the message's placeholders.
    """

    def __init__(self, code: str, field: str | None = None, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.field = field
        self.params = params

    @property
    def status(self) -> int:
        return STATUS[self.code]

    @property
    def retry_after(self) -> int | None:
        """Seconds, where waiting helps."""
        asked = self.params.get("retry_after")
        return asked if isinstance(asked, int) else RETRY_AFTER.get(self.code)
