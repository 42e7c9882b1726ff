"""What a format writes comes back exactly: values, types, names and order."""

from __future__ import annotations

import datetime
import io
import pickle
import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from argo_kedro.task.files import DigestingWriter
from argo_kedro.task.formats import format_named, formats_of, type_name

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
)


def back(data: Any) -> tuple[str, Any]:
    """The name of the format that takes it, and what is read."""
    for form in formats_of(data):
        buffer = io.BytesIO()
        writer = DigestingWriter(buffer)
        try:
            form.write(data, writer)
        except Exception:  # noqa: BLE001  # as the storage does: the next format
            continue
        assert writer.size == len(buffer.getvalue())
        buffer.seek(0)
        named = format_named(form.name)
        assert named is not None
        return form.name, named.read(buffer)
    raise AssertionError(f"no format takes a {type_name(data)}")


@settings(max_examples=30, deadline=None)
@given(anything)
def test_plain_values_come_back_the_same(data: Any) -> None:
    name, read = back(data)

    assert name == "pickle"
    assert (read, type(read)) == (data, type(data))


def test_what_pickle_refuses_goes_through_cloudpickle() -> None:
    pytest.importorskip("cloudpickle")
    name, read = back(lambda x: x + 1)

    assert (name, read(1)) == ("cloudpickle", 2)


def test_what_nothing_can_write_is_refused_by_each_format() -> None:
    with pytest.raises(AssertionError, match=r"no format takes a _thread\.lock"):
        back(threading.Lock())


def test_a_type_of_another_version_has_no_format_here() -> None:
    assert format_named("feather") is None


class TestPandas:
    """Parquet only where it gives back the same frame."""

    pandas: Any

    @pytest.fixture(autouse=True)
    def _pandas(self) -> None:
        pytest.importorskip("pyarrow")
        type(self).pandas = pytest.importorskip("pandas")

    def same(self, frame: Any) -> str:
        name, read = back(frame)
        self.pandas.testing.assert_frame_equal(
            frame, read, check_exact=True, check_freq=True, check_index_type="exact", check_column_type="exact"
        )
        assert read.attrs == frame.attrs
        assert read.flags == frame.flags
        assert [type(value) for column in read for value in read[column].array] == [
            type(value) for column in frame for value in frame[column].array
        ]
        assert str(read.index) == str(frame.index)
        return name

    @pytest.mark.parametrize(
        "name",
        "int8 int64 uint64 float32 float64 bool str string Int64 boolean "
        "datetime64[ns] datetime64[us] timedelta64[ns]".split(),
    )
    def test_plain_columns_are_parquet(self, name: str) -> None:
        values = {"str": ["x", ""], "string": ["x", None], "bool": [True, False], "boolean": [True, None]}
        dates = name.startswith(("datetime", "timedelta"))
        data = self.pandas.Series(values.get(name, [1, 0] if not dates else [1, None]), dtype=name)

        # Only where `str` is a type of its own (pandas 3): before it is another name for objects.
        expected = {"pandas-parquet"} if data.dtype != object else {"pandas-parquet", "pickle"}
        assert self.same(self.pandas.DataFrame({"a": data})) in expected

    def test_other_frames_are_pickled(self) -> None:
        pandas = self.pandas
        base = pandas.DataFrame({"a": [1, 2, 3], "s": ["x", None, "z"]})
        with_attrs = base.copy()
        with_attrs.attrs["unit"] = ("m", 1)
        frames = [
            base.astype(object),
            base.astype("category"),
            base.set_index(["a", "s"]).assign(c=1),
            base.set_index(pandas.date_range("2020", periods=3)),
            base.assign(t=pandas.Series(["2020"] * 3, dtype="datetime64[s]")),
            base.assign(l=[[1], [2], [3]]),
            base.set_axis([1, 2], axis="columns"),
            base.set_axis(["a", "a"], axis="columns"),
            base.rename_axis(index="a"),
            base.set_flags(allows_duplicate_labels=False),
            with_attrs,
            pandas.DataFrame(),
            pandas.DataFrame(index=range(3)),
            pandas.DataFrame({"s": pandas.Series(["\ud800"], dtype=object)}),
            pandas.DataFrame({"s": pandas.Series([None, float("nan"), 1], dtype=object)}),
        ]

        for frame in frames:
            name, read = back(frame)
            assert name == "pickle"
            assert pickle.dumps(read.columns) == pickle.dumps(frame.columns)
            assert repr(read) == repr(frame)
            assert read.attrs == frame.attrs

    def test_indexes_and_names_are_kept(self) -> None:
        pandas = self.pandas
        base = pandas.DataFrame({"a": [1, 2, 3], "b": [1.5, float("nan"), -0.0], "s": ["x", None, "z"]})

        for frame in [
            base,
            base.iloc[1:],
            base.iloc[::2],
            base.iloc[:0],
            base.set_index("a"),
            base.set_index("s"),
            base.rename_axis(index="i", columns="c"),
            base.set_index(pandas.DatetimeIndex(["2020", "2021", "2019"])),
            pandas.DataFrame({"__index_level_0__": [1, 2]}, index=[5, 7]),
        ]:
            self.same(frame)

    def test_a_subclass_of_a_frame_stays_one(self) -> None:
        pytest.importorskip("cloudpickle")
        name, read = back(Frame(self.pandas)({"a": [1]}))

        assert (name, type(read).__name__) == ("cloudpickle", "Framed")

    @settings(max_examples=20, deadline=None)
    @given(st.data())
    def test_any_frame_comes_back_the_same(self, data: Any) -> None:
        from hypothesis.extra import pandas as frames  # there only with pandas

        kinds = [int, float, bool, "uint8", "float32", "datetime64[ns]", "timedelta64[ns]"]
        columns = data.draw(
            st.lists(
                st.builds(
                    lambda name, kind: frames.column(name, dtype=kind),
                    st.text("abcé_ 0", max_size=3),
                    st.sampled_from(kinds),
                )
                | st.builds(
                    lambda name, values: frames.column(name, elements=values, dtype=object),
                    st.text("xyz", max_size=3),
                    st.sampled_from([st.text(max_size=3), st.none() | st.text(max_size=3), st.none() | st.integers()]),
                ),
                max_size=4,
                unique_by=lambda column: column.name,
            )
        )
        index = data.draw(st.sampled_from([frames.range_indexes(max_size=5), frames.indexes(dtype=int, max_size=5)]))
        frame = data.draw(frames.data_frames(columns=columns, index=index))

        self.same(frame)


def Frame(pandas: Any) -> Any:  # it stands for a class, which needs pandas
    """A frame with a type of its own; pickle cannot find it, since it is made here."""

    class Framed(pandas.DataFrame):  # type: ignore[misc]
        pass

    return Framed


class TestNumpy:
    """Arrays without objects are written by numpy, all others pickled."""

    def test_arrays_keep_type_order_and_shape(self) -> None:
        numpy = pytest.importorskip("numpy")
        arrays = [
            numpy.array(3.0),
            numpy.zeros((0, 3)),
            numpy.asfortranarray(numpy.ones((3, 4))),
            numpy.ones((4, 4))[::2],
            numpy.array([1], dtype=">i4"),
            numpy.array(["2020"], dtype="M8[D]"),
            numpy.array(["é", ""]),
            numpy.array([float("nan"), -0.0]),
        ]

        for array in arrays:
            name, read = back(array)
            assert name == "npy"
            assert (type(read), read.dtype, read.shape) == (numpy.ndarray, array.dtype, array.shape)
            assert read.tobytes() == array.tobytes()
            assert read.flags.f_contiguous == array.flags.f_contiguous

    def test_other_arrays_are_pickled(self) -> None:
        numpy = pytest.importorskip("numpy")
        arrays = [
            numpy.array([None, {}], dtype=object),
            numpy.array([("a", 1)], dtype=[("x", "U1"), ("y", "i4")]),
            numpy.ma.array([1, 2], mask=[True, False]),
            numpy.float64(3),
            numpy.array([1], dtype=numpy.dtype("i4", metadata={"unit": "m"})),
        ]

        for array in arrays:
            name, read = back(array)
            assert name == "pickle"
            assert (type(read), read.dtype, read.tolist()) == (type(array), array.dtype, array.tolist())

    @settings(max_examples=30, deadline=None)
    @given(st.data())
    def test_any_array_comes_back_the_same(self, data: Any) -> None:
        pytest.importorskip("numpy")
        from hypothesis.extra import numpy as arrays  # there only with numpy

        array = data.draw(arrays.arrays(arrays.scalar_dtypes(), arrays.array_shapes(min_dims=0, min_side=0)))

        _, read = back(array)

        assert (type(read), read.dtype, read.shape) == (type(array), array.dtype, array.shape)
        assert read.tobytes() == array.tobytes()


class TestPolars:
    """Parquet for plain columns, pickle for the rest."""

    def test_frames_come_back_the_same(self) -> None:
        polars = pytest.importorskip("polars")
        day = datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)
        plain = {"i": [1, None], "s": ["x", None], "t": [day, None], "b": [b"x", None], "f": [0.5, float("nan")]}
        frames = {
            "polars-parquet": [polars.DataFrame(plain), polars.DataFrame(plain).clear()],
            "pickle": [
                polars.DataFrame(),
                polars.DataFrame({"l": [[1], []], "d": [{"x": 1}, {"x": None}]}),
                polars.DataFrame({"c": polars.Series(["x"], dtype=polars.Categorical)}),
                polars.DataFrame({"n": [None]}),
            ],
        }

        for expected, group in frames.items():
            for frame in group:
                name, read = back(frame)
                assert name == expected
                assert (type(read), read.schema) == (polars.DataFrame, frame.schema)
                assert read.equals(frame)
