"""The answer in words, with the numbers of this run."""

from typing import Any

from flights.pipelines.reporting.plots import FORECAST_STYLES

_PAGE = """\
# What makes a flight late, and can one tell the day before?

Late is more than {late_minutes} minutes after its time. Tested on {mean[test_flights]:,} flights of months that no
model has seen: {mean[test_late_share]:.1%} were late, {mean[train_late_share]:.1%} in training.

## Can one tell the day before?

**{verdict}.** Of a late flight and a punctual one, airline and hour alone name the late one {baseline[roc_auc]:.0%}
of the time; a coin would 50%. All that is known the evening before makes that {model[roc_auc]:.0%}; the weather of the
day, which nobody has by then, {hindsight[roc_auc]:.0%}. Of the tenth of flights found riskiest,
{baseline[top_decile_precision]:.0%}, {model[top_decile_precision]:.0%} and {hindsight[top_decile_precision]:.0%} were
late. A real weather forecast should land between the last two.

What the evening before adds to airline and hour, in ROC AUC, with 95% intervals over the tested days:

{gains}

{forecasts}

The Brier score is the mean squared error of the chances: smaller is better. The same chance for every flight would get
{mean[constant_brier]:.3f}.

## What makes a flight late?

ROC AUC that the model with the day's weather loses when a group of its columns is shuffled among flights:

{importance}

## What to keep in mind

* This says what goes with lateness, not what causes it.
* Cancelled and diverted flights are left out: nobody can say how late they were. Storms cancel flights, so the worst
  days count too little.
* The aircraft is taken as known the day before. Airlines do swap them, so this is a little too kind.
* "The evening before" is midnight: a few flights that landed after it count among the delays of the day before.
* Chances can be off in level: the model expected {model[mean_chance]:.1%} late flights in the tested months,
  {mean[test_late_share]:.1%} came. It has seen a part of one year, and not their season.
"""

_VERDICTS = ((0.55, "No"), (0.7, "Only a little"), (0.8, "Somewhat"), (0.9, "Fairly well"), (1.01, "Well"))


def write_answer(comparison: dict[str, Any], late_minutes: int) -> str:
    """A page in Markdown: what makes a flight late, and whether one can tell the day before."""
    mean = comparison["mean"]
    return _PAGE.format(
        late_minutes=late_minutes,
        mean=mean,
        verdict=verdict(mean["forecasts"]["model"]["roc_auc"]),
        gains=_gain_list(comparison["airports"]),
        forecasts=_forecast_table(comparison),
        importance=_importance_table(mean["importance"]),
        **mean["forecasts"],
    )


def verdict(roc_auc: float) -> str:
    """A ROC AUC in words."""
    return next(words for limit, words in _VERDICTS if roc_auc < limit)


def _gain_list(airports: dict[str, Any]) -> str:
    lines = []
    for airport, metrics in airports.items():
        gain = metrics["gain"]
        doubt = "" if gain["low"] > 0 else "; it may be nothing"
        lines.append(f"* {airport}: {gain['roc_auc']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f}){doubt}")
    return "\n".join(lines)


def _forecast_table(comparison: dict[str, Any]) -> str:
    rows = ["| airport | forecast | ROC AUC | average precision | late among riskiest tenth | Brier score |"]
    rows.append("|-|-|-|-|-|-|")
    for airport, metrics in {**comparison["airports"], "mean": comparison["mean"]}.items():
        for name, (label, _) in FORECAST_STYLES.items():
            score = metrics["forecasts"][name]
            rows.append(
                f"| {airport} | {label} | {score['roc_auc']:.3f} | {score['average_precision']:.3f}"
                f" | {score['top_decile_precision']:.1%} | {score['brier']:.3f} |"
            )
    return "\n".join(rows)


def _importance_table(importance: dict[str, float]) -> str:
    ranked = sorted(importance.items(), key=lambda item: -item[1])
    return "\n".join(["| group | ROC AUC lost |", "|-|-|", *(f"| {group} | {lost:.3f} |" for group, lost in ranked)])
