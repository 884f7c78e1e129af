"""Calls shared out among services in proportion to weights.

Each call credits every service that has somebody waiting with its part of the call, and charges the one that is called
with the whole. Of those that are owed nothing less than a fair part, the one goes whose next call is due first
(earliest eligible virtual deadline first; Stoica and others, 1996): so that from when the same services have somebody
waiting, none is ever a whole call ahead of or behind its part, which neither taking the most indebted nor plain stride
scheduling keeps. A service with nobody waiting loses its credit: it cannot save it up.
"""

from collections.abc import Mapping

from hallsys.core.model import Share

_ROUNDING = 1e-9


def shared(share: Share, weights: Mapping[str, int]) -> tuple[str, Share]:
    """Whose call it is, and the share after it. `weights` holds the services that have somebody waiting, at least one,
    the preferred first."""
    total = sum(weights.values())
    kept = {service: share.credit.get(service, 0.0) for service in weights}
    surplus = sum(kept.values()) / total  # what those that left were owed, or owed, is everybody's
    credit = {service: kept[service] - surplus * weight for service, weight in weights.items()}
    fit = [service for service in weights if credit[service] >= -_ROUNDING]  # some are: credits add up to nothing
    called = min(fit, key=lambda service: (1 - credit[service]) / weights[service])
    after = {service: credit[service] + weight / total for service, weight in weights.items()}
    after[called] -= 1
    return called, Share(after)
