"""When the next forecast of a hall is due."""

import pytest

from hallsys.monitor.forecast.forecasts import REFRESH, SETTLE, Latest


@pytest.mark.parametrize(
    ("dirty", "took", "due"),
    [
        (None, 0.1, REFRESH),
        (0.5, 0.1, 0.5 + SETTLE),  # two seconds after the first event that it does not know of
        (-9.0, 0.1, SETTLE),  # and after the last forecast
        (14.9, 0.1, REFRESH),
        (0.5, 0.9, 9.0),  # a costly hall is left alone for longer
        (None, 3.0, 30.0),
    ],
)
def test_a_forecast_follows_events_soon_but_never_takes_more_than_a_tenth_of_the_time(
    dirty: float | None, took: float, due: float
) -> None:
    latest = Latest()
    latest.tried, latest.dirty, latest.took = 0.0, dirty, took
    assert latest.due == due
