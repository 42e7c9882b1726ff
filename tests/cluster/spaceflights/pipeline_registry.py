"""Kedro's spaceflights in shape: two tables are made, joined and split, a model is trained and judged."""

from __future__ import annotations

from typing import Any

import pandas as pd
from kedro.pipeline import Pipeline, node


def companies_table() -> pd.DataFrame:
    return pd.DataFrame({"company": range(100), "rating": [place % 5 for place in range(100)]})


def shuttles_table() -> pd.DataFrame:
    return pd.DataFrame(
        {"shuttle": range(1000), "company": [place % 100 for place in range(1000)], "price": range(1000)}
    )


def model_input(shuttles: pd.DataFrame, companies: pd.DataFrame) -> pd.DataFrame:
    return shuttles.merge(companies, on="company")


def split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return table[table["shuttle"] % 7 > 0], table[table["shuttle"] % 7 == 0]


def train(table: pd.DataFrame) -> pd.DataFrame:
    return table.groupby("rating", as_index=False)["price"].mean()


def evaluate(model: pd.DataFrame, table: pd.DataFrame) -> dict[str, Any]:
    judged = table.merge(model, on="rating", suffixes=("", "_guessed"))
    return {"error": round(float((judged["price"] - judged["price_guessed"]).abs().mean()), 6), "rows": len(judged)}


def register_pipelines() -> dict[str, Pipeline]:
    return {
        "__default__": Pipeline(
            [
                node(companies_table, None, "companies", name="preprocess_companies"),
                node(shuttles_table, None, "shuttles", name="preprocess_shuttles"),
                node(model_input, ["shuttles", "companies"], "model_input", name="create_model_input_table"),
                node(split, "model_input", ["train_rows", "test_rows"], name="split_data"),
                node(train, "train_rows", "model", name="train_model"),
                node(evaluate, ["model", "test_rows"], "metrics", name="evaluate_model"),
            ]
        )
    }
