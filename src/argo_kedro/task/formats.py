"""How data becomes a file and comes back exactly the same: by its type, with pickle where nothing better is exact."""

from __future__ import annotations

import importlib
import importlib.util
import pickle
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

_POLARS_TYPES = {
    *("Boolean", "Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "Float32", "Float64"),
    *("String", "Binary", "Date", "Datetime", "Duration", "Time"),
}
_PANDAS_TYPES = {
    *("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"),
    *("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64", "boolean"),
}


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way to write data, and to read it back."""

    name: str
    suffix: str
    write: Callable[[Any, Any], object]
    read: Callable[[BinaryIO], Any]


def formats_of(data: Any) -> Iterator[Format]:
    """The formats that give back exactly this data, the best first; the next one is for data that a format refuses."""
    if _is_exactly(data, "pandas", "DataFrame") and _parquet_keeps_pandas(data):
        yield _PANDAS
    elif _is_exactly(data, "polars", "DataFrame") and _parquet_keeps_polars(data):
        yield _POLARS
    elif _is_exactly(data, "numpy", "ndarray") and _npy_keeps(data):
        yield _NUMPY
    yield _PICKLE
    if importlib.util.find_spec("cloudpickle"):
        yield _CLOUDPICKLE


def format_named(name: str) -> Format | None:
    """The format that a marker names."""
    return next((each for each in (_PANDAS, _POLARS, _NUMPY, _PICKLE, _CLOUDPICKLE) if each.name == name), None)


def type_name(data: Any) -> str:
    """The type of data, as errors name it."""
    return f"{type(data).__module__}.{type(data).__qualname__}"


def _is_exactly(data: Any, package: str, name: str) -> bool:
    """Without an import: data of a package that nobody has imported there is none."""
    return package in sys.modules and type(data) is getattr(sys.modules[package], name, None)


def _npy_keeps(array: Any) -> bool:
    return array.dtype.kind in "biufcSUMm" and array.dtype.metadata is None


def _parquet_keeps_pandas(frame: Any) -> bool:
    pandas: Any = sys.modules["pandas"]
    columns, index = frame.columns, frame.index
    if frame.attrs or not frame.flags.allows_duplicate_labels or not importlib.util.find_spec("pyarrow"):
        return False
    if type(columns) is not pandas.Index or not len(columns) or not columns.is_unique:
        return False
    if not all(type(name) is str for name in columns) or index.name in columns or isinstance(index, pandas.MultiIndex):
        return False
    if getattr(index, "freq", None) is not None:
        return False
    stored = [frame.iloc[:, at] for at in range(len(columns))]
    if type(index) is not pandas.RangeIndex:
        stored.append(index)
    return all(_pandas_keeps(each) for each in stored) and _comes_back(frame, pandas)


def _pandas_keeps(column: Any) -> bool:
    """Whether Parquet has the type of this column; what its reader makes of it is tried by `_comes_back`."""
    if column.dtype == object:
        return all(value is None or type(value) is str for value in column.array)
    name = str(column.dtype)
    return name in _PANDAS_TYPES or name in ("str", "string") or name.startswith(("datetime64[", "timedelta64["))


def _comes_back(frame: Any, pandas: Any) -> bool:
    """Write and read no rows of it: types, names and the kind of index then show what a reader makes of them.

    A column of objects has no type when it is empty, so one with a text stands for it.
    """
    none = frame.iloc[:0]
    texts = pandas.DataFrame({"text": pandas.Series(["x"], dtype=object)})
    try:
        read, read_texts = _reread(none, pandas), _reread(texts, pandas)
    except Exception:  # noqa: BLE001  # whatever pyarrow has against it, pickle takes it
        return False
    objects = [*none.dtypes, none.index.dtype, none.columns.dtype].count(object) > (none.columns.dtype == object)
    if objects and read_texts["text"].dtype != object:
        return False
    return bool(_shape(read) == _shape(none))


def _reread(frame: Any, pandas: Any) -> Any:
    buffer = BytesIO()
    _PANDAS.write(frame, buffer)
    buffer.seek(0)
    return pandas.read_parquet(buffer, engine="pyarrow")


def _shape(frame: Any) -> tuple[Any, ...]:
    """Everything of a frame but its values. `repr`: types that are equal can be of different time zone packages."""
    indexes = [(type(each), repr(each.dtype), each.names) for each in (frame.columns, frame.index)]
    return indexes, [(repr(each), _zone(each)) for each in frame.dtypes], _zone(frame.index.dtype), list(frame.columns)


def _zone(dtype: Any) -> tuple[Any, ...]:
    zone = getattr(dtype, "tz", None)
    return type(zone), repr(zone), getattr(dtype, "storage", None)


def _parquet_keeps_polars(frame: Any) -> bool:
    if not frame.width or any(each.base_type().__name__ not in _POLARS_TYPES for each in frame.dtypes):
        return False
    buffer = BytesIO()
    frame.clear().write_parquet(buffer)
    buffer.seek(0)
    return bool(_read_polars(buffer).schema == frame.schema)


def _write_pandas(frame: Any, file: Any) -> None:
    frame.to_parquet(file, engine="pyarrow")


def _write_numpy(array: Any, file: Any) -> None:
    importlib.import_module("numpy").save(file, array, allow_pickle=False)


def _write_cloudpickle(data: Any, file: Any) -> None:
    importlib.import_module("cloudpickle").dump(data, file, protocol=5)


def _read_pandas(file: BinaryIO) -> Any:
    return importlib.import_module("pandas").read_parquet(file, engine="pyarrow")


def _read_polars(file: BinaryIO) -> Any:
    return importlib.import_module("polars").read_parquet(file)


def _read_numpy(file: BinaryIO) -> Any:
    return importlib.import_module("numpy").load(file, allow_pickle=False)


_PANDAS = Format(name="pandas-parquet", suffix=".parquet", write=_write_pandas, read=_read_pandas)
_POLARS = Format(
    name="polars-parquet",
    suffix=".parquet",
    write=lambda frame, file: frame.write_parquet(file),
    read=_read_polars,
)
_NUMPY = Format(name="npy", suffix=".npy", write=_write_numpy, read=_read_numpy)
_PICKLE = Format(
    name="pickle",
    suffix=".pickle",
    write=lambda data, file: pickle.dump(data, file, protocol=5),
    read=pickle.load,
)
_CLOUDPICKLE = Format(name="cloudpickle", suffix=".pickle", write=_write_cloudpickle, read=pickle.load)
