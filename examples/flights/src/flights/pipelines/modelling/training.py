"""Training: on what came before the tested months, once with what is known the day before, once with hindsight."""

from typing import Any

import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier


def split_data(features: pd.DataFrame, airport: str, modelling: dict[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The flights of one airport: before the date of the test, and from then on."""
    flights = features[features["origin"] == airport]
    is_test = flights["date"] >= pd.Timestamp(modelling["test_from"])
    train, test = flights[~is_test], flights[is_test]
    if len(train) > modelling["max_train_rows"]:
        train = train.sample(modelling["max_train_rows"], random_state=modelling["seed"]).sort_index()
    return train.reset_index(drop=True), test.reset_index(drop=True)


def train_model(train_set: pd.DataFrame, modelling: dict[str, Any]) -> HistGradientBoostingClassifier:
    """A model that is given what was known the evening before."""
    return _fitted(train_set, _columns(modelling["known_before"]), modelling)


def train_hindsight_model(train_set: pd.DataFrame, modelling: dict[str, Any]) -> HistGradientBoostingClassifier:
    """The same model, which also knows the weather of the day: no forecast of the weather can be better."""
    return _fitted(train_set, _columns(modelling["known_before"] | modelling["known_after"]), modelling)


def _fitted(train_set: pd.DataFrame, columns: list[str], modelling: dict[str, Any]) -> HistGradientBoostingClassifier:
    model = HistGradientBoostingClassifier(
        categorical_features="from_dtype", early_stopping=False, random_state=modelling["seed"], **modelling["model"]
    )
    return model.fit(train_set[columns], train_set["late"])


def _columns(groups: dict[str, list[str]]) -> list[str]:
    return [column for columns in groups.values() for column in columns]
