"""The plots. Figures are made without pyplot, which keeps state of its own."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, MonthLocator
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, PercentFormatter

AIRPORT_COLORS = {"EWR": "#0072b2", "JFK": "#d55e00", "LGA": "#009e73"}
FORECAST_STYLES = {
    "baseline": ("airline and hour only", "#999999"),
    "model": ("known the day before", "#0072b2"),
    "hindsight": ("with the day's weather", "#d55e00"),
}
_GREY = "#b8c4ce"
_MIN_FLIGHTS = 1000  # fewer make a share that is mostly chance
_MIN_FLIGHTS_HOUR = 200


def plot_causes(features: pd.DataFrame) -> Figure:
    """How often flights were late, by what may have made them late."""
    figure = Figure(figsize=(12, 8.5), layout="constrained")
    figure.suptitle(
        "What makes a flight late? Share of late arrivals in 2013 (dotted: all flights)", fontsize=15, fontweight="bold"
    )
    axes = figure.subplots(2, 2)
    overall = features["late"].mean()
    _late_by_hour(axes[0, 0], features)
    _bars(axes[0, 1], _late_by_airline(features), overall, "Airline")
    _bars(axes[1, 0], late_by_weather(features), overall, "Weather at the scheduled departure (conditions overlap)")
    _late_by_day_before(axes[1, 1], features)
    return figure


def plot_days(*predictions: pd.DataFrame) -> Figure:
    """The late share of every tested day beside its forecasts, for each airport."""
    figure = Figure(figsize=(12, 8.5), layout="constrained")
    figure.suptitle(
        "Could one tell the day before? Late arrivals by day, never seen in training", fontsize=15, fontweight="bold"
    )
    axes = figure.subplots(len(predictions), 1, sharex=True, sharey=True)
    for ax, flights in zip(axes, predictions, strict=True):
        days = flights.groupby("date")[["late", "baseline", "model", "hindsight"]].mean()
        ax.bar(days.index, days["late"], width=1.0, color=_GREY, label="what came")
        for name in ("model", "hindsight"):
            label, color = FORECAST_STYLES[name]
            ax.plot(days.index, days[name], color=color, linewidth=1.8, label=label)
        told = ", ".join(
            f"{FORECAST_STYLES[name][0]} {days[name].corr(days['late']):.2f}" for name in ("model", "hindsight")
        )
        _title(ax, f"{flights['origin'].iloc[0]}   correlation with the days that came: {told}")
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.margins(x=0)
    axes[0].legend(loc="upper left", ncols=3, frameon=False)
    axes[-1].xaxis.set_major_locator(MonthLocator())
    axes[-1].xaxis.set_major_formatter(DateFormatter("%B"))
    return figure


def plot_skill(comparison: dict[str, Any]) -> Figure:
    """How good the forecasts are, how true their chances, and what they rest on."""
    figure = Figure(figsize=(14, 4.8), layout="constrained")
    figure.suptitle("How good are the forecasts? All on flights of the tested months", fontsize=15, fontweight="bold")
    axes = figure.subplots(1, 3)
    _skill(axes[0], comparison["airports"])
    _calibration(axes[1], comparison["airports"])
    _importance(axes[2], comparison["mean"]["importance"])
    return figure


def late_by_weather(features: pd.DataFrame) -> pd.DataFrame:
    """Late share and number of flights under conditions that may overlap."""
    rain = features["precip"]
    conditions = {
        "dry, clear, calm": (rain == 0) & (features["visib"] >= 10) & (features["wind_speed"] < 20),
        "wind from 20 mph": features["wind_speed"] >= 20,
        "rain": rain > 0,
        "visibility below 3 miles": features["visib"] < 3,
        "heavy rain (0.1 in/h)": rain >= 0.1,
    }
    rows = {
        name: features.loc[where, "late"].agg(["mean", "size"]) for name, where in conditions.items() if where.any()
    }
    return pd.DataFrame(rows).T.sort_values("mean")


def _late_by_airline(features: pd.DataFrame) -> pd.DataFrame:
    table = features.groupby("airline", observed=True)["late"].agg(["mean", "size"])
    return table[table["size"] >= min(_MIN_FLIGHTS, table["size"].max())].sort_values("mean")


def _late_by_hour(ax: Axes, features: pd.DataFrame) -> None:
    table = features.groupby(["hour", "origin"])["late"].agg(["mean", "size"])
    shares = table["mean"].where(table["size"] >= _MIN_FLIGHTS_HOUR).unstack("origin")
    for airport in shares:
        ax.plot(
            shares.index, shares[airport], marker="o", markersize=4, label=airport, color=AIRPORT_COLORS.get(airport)
        )
    _title(ax, "Scheduled hour of departure")
    ax.set_ylim(bottom=0)
    ax.xaxis.set_major_locator(MultipleLocator(2))
    ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.legend(frameon=False, loc="upper left")


def _late_by_day_before(ax: Axes, features: pd.DataFrame) -> None:
    known = features.dropna(subset=["origin_late_1d"])
    tenths = pd.qcut(known["origin_late_1d"].rank(method="first"), 10, labels=False)
    table = known.groupby(tenths)[["origin_late_1d", "late"]].mean()
    ax.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="a day like the one before")
    ax.plot(table["origin_late_1d"], table["late"], marker="o", color="#0072b2", label="tenths of all flights")
    ax.axhline(known["late"].mean(), color="black", linewidth=0.8, linestyle=":")
    _title(ax, "The day before")
    ax.set(xlabel="late share at the airport the day before", ylabel="late share today", xlim=(0, 0.7), ylim=(0, 0.7))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.legend(frameon=False, loc="upper left")


def _bars(ax: Axes, table: pd.DataFrame, overall: float, title: str) -> None:
    ax.barh(table.index.astype(str), table["mean"], color="#0072b2", height=0.7)
    for position, row in enumerate(table.itertuples()):
        label = f"{row.mean:.0%} of {row.size:,.0f} "
        ax.text(row.mean, position, label, ha="right", va="center", fontsize=8, color="white")
    ax.axvline(overall, color="black", linewidth=0.8, linestyle=":", zorder=0.5)
    _title(ax, title)
    ax.set_xlim(0, table["mean"].max() * 1.05)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))


def _skill(ax: Axes, airports: dict[str, Any]) -> None:
    width = 0.26
    for offset, (name, (label, color)) in enumerate(FORECAST_STYLES.items()):
        values = [airport["forecasts"][name]["roc_auc"] for airport in airports.values()]
        bars = ax.bar(np.arange(len(airports)) + (offset - 1) * width, values, width, label=label, color=color)
        ax.bar_label(bars, fmt="%.2f", fontsize=8)
    ax.set_xticks(range(len(airports)), list(airports))
    ax.set_ylim(0.5, 0.8)
    _title(ax, "Ranking (ROC AUC; 0.5 is a coin, 1 is certainty)")
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def _calibration(ax: Axes, airports: dict[str, Any]) -> None:
    ax.plot([0, 1], [0, 1], color=_GREY, linestyle="--", label="perfect")
    top = 0.0
    for name, airport in airports.items():
        points = airport["calibration"]["model"]
        forecast, came = [point["forecast"] for point in points], [point["came"] for point in points]
        ax.plot(forecast, came, marker="o", markersize=4, label=name, color=AIRPORT_COLORS.get(name))
        top = max(top, *forecast, *came)
    _title(ax, "Are chances true? (known the day before)")
    ax.set(
        xlabel="forecast chance, tenths of flights",
        ylabel="share that was late",
        xlim=(0, top + 0.05),
        ylim=(0, top + 0.05),
    )
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.legend(frameon=False, fontsize=8, loc="upper left")


def _importance(ax: Axes, importance: dict[str, float]) -> None:
    values = pd.Series(importance).sort_values()
    colors = [FORECAST_STYLES["hindsight"][1] if name == "weather of the day" else "#0072b2" for name in values.index]
    bars = ax.barh(values.index, values, color=colors, height=0.7)
    ax.bar_label(bars, fmt=" %.3f", fontsize=8)
    ax.margins(x=0.18)
    ax.axvline(0, color="black", linewidth=0.8)
    _title(ax, "ROC AUC lost when shuffled among flights")


def _title(ax: Axes, text: str) -> None:
    ax.set_title(text, loc="left", fontsize=10)
    ax.spines[["top", "right"]].set_visible(False)
