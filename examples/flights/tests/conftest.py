"""A small world of flights, made by hand."""

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def flights() -> pd.DataFrame:
    """Joined flights: 30 days of two airlines at one airport, ten flights each day."""
    rng = np.random.default_rng(1)
    days = pd.date_range("2013-01-01", periods=30)
    frame = pd.DataFrame({"date": np.repeat(days, 10)})
    frame["origin"] = "EWR"
    frame["carrier"] = np.tile(["UA", "AA"], 150)
    frame["dest"] = "ORD"
    frame["late"] = rng.random(300) < 0.3
    frame["arrived"] = rng.random(300) < 0.95
    return frame
