"""Functions of the nodes."""


def clean(fields):
    return [field for field in fields if field["hectares"]]


def with_yields(fields, rounding):
    return [{**field, "yield": round(field["tonnes"] / field["hectares"], rounding)} for field in fields]
