"""Splitting and scoring."""

import numpy as np
import pandas as pd
import pytest

from flights.pipelines.modelling.evaluation import base_rate, calibration, gain, scores
from flights.pipelines.modelling.training import split_data


def test_training_ends_before_the_test_begins(flights):
    options = {"test_from": "2013-01-21", "max_train_rows": 50, "seed": 1}
    train, test = split_data(flights, "EWR", options)
    assert train["date"].max() < pd.Timestamp("2013-01-21") <= test["date"].min()
    assert len(train) == 50
    assert len(test) == 100


def test_an_airport_gets_its_own_flights(flights):
    options = {"test_from": "2013-01-21", "max_train_rows": 1000, "seed": 1}
    train, test = split_data(flights, "JFK", options)
    assert train.empty and test.empty


def test_a_rate_of_few_flights_is_drawn_to_the_mean():
    train = pd.DataFrame({"carrier": ["UA"] * 98 + ["AA"] * 2, "hour": 8, "late": [False] * 98 + [True] * 2})
    test = pd.DataFrame({"carrier": ["UA", "AA", "DL"], "hour": 8})
    many, few, none = base_rate(train, test, strength=50)
    assert many < few < 0.1
    assert none == pytest.approx(0.02)


def test_scores_of_a_perfect_forecast():
    late = pd.Series([True] * 10 + [False] * 90)
    result = scores(late, late.astype(float))
    assert result == {
        "roc_auc": 1.0,
        "average_precision": 1.0,
        "top_decile_precision": 1.0,
        "brier": 0.0,
        "mean_chance": 0.1,
    }


def test_calibration_of_true_chances_is_the_diagonal():
    rng = np.random.default_rng(3)
    chance = pd.Series(rng.random(20_000))
    late = pd.Series(rng.random(20_000)) < chance
    for point in calibration(late, chance, 10):
        assert point["came"] == pytest.approx(point["forecast"], abs=0.04)


def test_no_gain_where_both_forecasts_are_one(flights):
    same = flights.assign(model=0.1, baseline=0.1)
    assert gain(same, resamples=5, seed=1) == {"roc_auc": 0.0, "low": 0.0, "high": 0.0}
