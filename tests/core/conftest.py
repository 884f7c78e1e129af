"""How hypothesis searches: the same examples on every machine; `HALLSYS_HYPOTHESIS=search` looks for new ones."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "core", deadline=None, derandomize=True, max_examples=100, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("core"), derandomize=False, max_examples=2000)
settings.load_profile(os.environ.get("HALLSYS_HYPOTHESIS", "core"))
