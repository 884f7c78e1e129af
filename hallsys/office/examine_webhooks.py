"""The doctor's look at who is told of alarms outside: can they be told, and what could not be delivered?"""

import asyncio
from collections.abc import Iterable, Mapping

from hallsys.config import HallConfig, Settings
from hallsys.monitor.alarms.signing import NoSecret, key_of, named
from hallsys.office.finding import Finding, fail, ok, warn
from hallsys.store.connection import BadStoreUrl, StoreDown, connect
from hallsys.store.embedded import Embedded, EmbeddedError
from hallsys.store.outbox import Outbox

Halls = Mapping[str, HallConfig]


def webhooks(settings: Settings, halls: Halls) -> Iterable[Finding]:
    """Nothing where no hall has any. The store is the matter of another check, and passed over where it is away."""
    hooks = [(hall, hook) for hall in halls.values() for hook in hall.webhooks]
    if not hooks:
        return
    troubled = False
    for hall, hook in hooks:
        try:
            named(hook.url)
            key_of(named(hook.secret))
        except NoSecret as missing:
            troubled = True
            yield fail("webhooks", "doctor.webhooks.secret", hall=hall.id, hook=hook.id, reason=missing)
    try:
        dead = asyncio.run(_dead(settings, {hall.id for hall, _ in hooks}))
    except (StoreDown, EmbeddedError, BadStoreUrl):
        dead = {}
    for name, count in dead.items():
        troubled = True
        yield warn("webhooks", "doctor.webhooks.dead", hall=name, count=count)
    if not troubled:
        yield ok("webhooks", "doctor.webhooks.ok", count=len(hooks))


async def _dead(settings: Settings, halls: Iterable[str]) -> dict[str, int]:
    """How many messages were given up, by hall."""
    url = settings.redis_url or await Embedded.attach(settings.data)
    if url is None:
        return {}
    connection = connect(url)
    try:
        counts = {name: (await Outbox(name, connection).counts())[1] for name in sorted(halls)}
    finally:
        await connection.close()
    return {name: count for name, count in counts.items() if count}
