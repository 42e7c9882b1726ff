"""Functions of the nodes."""

import os
from itertools import pairwise


def fit(yields, weather):
    mean = sum(field["yield"] for field in yields) / len(yields)
    return {"factor": mean * weather["sun"] * weather["rain"], "season": os.environ.get("SEASON", "none")}


def neighbours(yields):
    names = sorted(field["field"] for field in yields)
    return {"pairs": list(pairwise(names)), "host": os.environ.get("GRAPH_HOST", "none")}


def scale(model, fields):
    return [{"field": field["field"], "tonnes": field["hectares"] * model["factor"]} for field in fields]


def summarise(forecast, graph, token):
    total = sum(field["tonnes"] for field in forecast)
    return {"total": round(total, 1), "pairs": len(graph["pairs"]), "signed": bool(token)}
