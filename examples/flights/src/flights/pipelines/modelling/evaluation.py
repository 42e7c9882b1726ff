"""Honest evaluation: on months that no model has seen, and beside what needs no model."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

FORECASTS = ("baseline", "model", "hindsight")
_BASELINE_KEYS = ["carrier", "hour"]


def evaluate_models(
    train_set: pd.DataFrame,
    test_set: pd.DataFrame,
    model: HistGradientBoostingClassifier,
    hindsight_model: HistGradientBoostingClassifier,
    modelling: dict[str, Any],
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Three forecasts for every flight of the test, and how good they are.

    The baseline is the share of late flights that the airline had at that hour, in training.
    """
    options = modelling["evaluation"]
    predictions = test_set[["date", "origin", "carrier", "hour", "late"]].assign(
        baseline=base_rate(train_set, test_set, options["baseline_strength"]),
        model=_chance(model, test_set),
        hindsight=_chance(hindsight_model, test_set),
    )
    metrics = {
        "airport": str(test_set["origin"].iloc[0]),
        "train_flights": len(train_set),
        "train_late_share": float(train_set["late"].mean()),
        "test_flights": len(test_set),
        "test_late_share": float(test_set["late"].mean()),
        "constant_brier": float(brier_score_loss(test_set["late"], np.full(len(test_set), train_set["late"].mean()))),
        "forecasts": {name: scores(predictions["late"], predictions[name]) for name in FORECASTS},
        "gain": gain(predictions, options["resamples"], modelling["seed"]),
        "importance": group_importance(
            hindsight_model,
            test_set.sample(min(options["importance_rows"], len(test_set)), random_state=modelling["seed"]),
            modelling["known_before"] | modelling["known_after"],
            modelling["seed"],
        ),
        "calibration": {
            name: calibration(predictions["late"], predictions[name], options["bins"]) for name in FORECASTS
        },
    }
    return predictions, metrics


def compare_airports(*metrics: dict[str, Any]) -> dict[str, Any]:
    """The metrics of all airports, and their mean with each flight counting the same."""
    weights = [airport["test_flights"] for airport in metrics]

    def mean(values: list[float]) -> float:
        return float(np.average(values, weights=weights))

    measures = metrics[0]["forecasts"]["model"]
    return {
        "airports": {airport["airport"]: airport for airport in metrics},
        "mean": {
            "test_flights": sum(weights),
            "test_late_share": mean([airport["test_late_share"] for airport in metrics]),
            "train_late_share": mean([airport["train_late_share"] for airport in metrics]),
            "constant_brier": mean([airport["constant_brier"] for airport in metrics]),
            "forecasts": {
                name: {
                    measure: mean([airport["forecasts"][name][measure] for airport in metrics]) for measure in measures
                }
                for name in FORECASTS
            },
            "importance": {
                group: mean([airport["importance"][group] for airport in metrics]) for group in metrics[0]["importance"]
            },
        },
    }


def base_rate(train_set: pd.DataFrame, test_set: pd.DataFrame, strength: float) -> np.ndarray:
    """Late share of the airline at that hour in training, drawn to the airport's own where flights are few."""
    overall = train_set["late"].mean()
    counts = train_set.groupby(_BASELINE_KEYS, observed=True)["late"].agg(["sum", "count"])
    rate = ((counts["sum"] + strength * overall) / (counts["count"] + strength)).rename("rate").reset_index()
    found = test_set[_BASELINE_KEYS].merge(rate, on=_BASELINE_KEYS, how="left", validate="m:1")["rate"]
    return found.fillna(overall).to_numpy()


def scores(late: pd.Series, chance: pd.Series) -> dict[str, float]:
    """How well chances rank flights (ROC AUC, average precision, the riskiest tenth), and how true they are (Brier)."""
    riskiest = chance.sort_values(ascending=False, kind="stable").index[: max(1, len(chance) // 10)]
    return {
        "roc_auc": float(roc_auc_score(late, chance)),
        "average_precision": float(average_precision_score(late, chance)),
        "top_decile_precision": float(late.loc[riskiest].mean()),
        "brier": float(brier_score_loss(late, chance)),
        "mean_chance": float(chance.mean()),
    }


def calibration(late: pd.Series, chance: pd.Series, bins: int) -> list[dict[str, float]]:
    """What was forecast and what came, in bins of equally many flights."""
    groups = pd.qcut(chance.rank(method="first"), bins, labels=False)
    table = pd.DataFrame({"late": late, "chance": chance}).groupby(groups).mean()
    return [{"forecast": float(row.chance), "came": float(row.late)} for row in table.itertuples()]


def gain(predictions: pd.DataFrame, resamples: int, seed: int) -> dict[str, float]:
    """ROC AUC of the model above that of the baseline, with a 95% interval.

    Whole days are resampled, since the flights of a day share their fate: 92 days are tested, not 27,000 flights.
    """
    rng = np.random.default_rng(seed)
    days, number_of_days = predictions["date"].factorize()[0], predictions["date"].nunique()
    gains = []
    for _ in range(resamples):
        weight = np.bincount(rng.integers(number_of_days, size=number_of_days), minlength=number_of_days)[days]
        model, baseline = (
            roc_auc_score(predictions["late"], predictions[name], sample_weight=weight)
            for name in ("model", "baseline")
        )
        gains.append(model - baseline)
    low, high = np.quantile(gains, [0.025, 0.975])
    whole = roc_auc_score(predictions["late"], predictions["model"])
    whole -= roc_auc_score(predictions["late"], predictions["baseline"])
    return {"roc_auc": float(whole), "low": float(low), "high": float(high)}


def group_importance(
    model: HistGradientBoostingClassifier, flights: pd.DataFrame, groups: dict[str, list[str]], seed: int
) -> dict[str, float]:
    """ROC AUC that is lost when the columns of a group are shuffled together among flights."""
    order = np.random.default_rng(seed).permutation(len(flights))
    whole = roc_auc_score(flights["late"], _chance(model, flights))
    importance = {}
    for group, columns in groups.items():
        shuffled = flights.copy()
        shuffled[columns] = flights[columns].iloc[order].set_axis(flights.index)
        importance[group] = float(whole - roc_auc_score(flights["late"], _chance(model, shuffled)))
    return importance


def _chance(model: HistGradientBoostingClassifier, flights: pd.DataFrame) -> np.ndarray:
    return model.predict_proba(flights[list(model.feature_names_in_)])[:, 1]
