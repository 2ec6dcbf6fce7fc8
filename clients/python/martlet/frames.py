"""Frames to Parquet and back. A frame is a pandas.DataFrame or a pyarrow.Table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Union

from .errors import FeatureIssue, FeatureStoreError

if TYPE_CHECKING:
    import pandas
    import pyarrow

    Frame = Union["pandas.DataFrame", "pyarrow.Table"]


def to_arrow(frame: "Frame") -> "pyarrow.Table":
    """The frame's columns without its index. Times of pandas count nanoseconds, and tables count microseconds."""
    import pyarrow

    names = [str(name) for name in (frame.column_names if isinstance(frame, pyarrow.Table) else frame.columns)]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        issue = FeatureIssue("duplicate_name", f"The rows have two columns named {', '.join(twice)}")
        raise FeatureStoreError("INVALID_PARAMETER_VALUE", issue.message, (issue,))
    if isinstance(frame, pyarrow.Table):
        return frame
    table = pyarrow.Table.from_pandas(frame, preserve_index=False)
    return table.replace_schema_metadata(None)


def to_parquet(frame: "Frame") -> bytes:
    import pyarrow.parquet

    buffer = io.BytesIO()
    table = to_arrow(frame)
    try:
        pyarrow.parquet.write_table(table, buffer, coerce_timestamps="us", compression="zstd")
    except pyarrow.lib.ArrowInvalid as error:
        raise FeatureStoreError("INVALID_PARAMETER_VALUE", f"The rows cannot be sent: {error}") from error
    return buffer.getvalue()


def from_parquet(data: bytes) -> "pandas.DataFrame":
    import pyarrow.parquet

    return to_pandas(pyarrow.parquet.read_table(io.BytesIO(data)))


def to_pandas(table: "pyarrow.Table") -> "pandas.DataFrame":
    """The table's columns. Integers among which there are nulls are pandas' `Int64` and its like: as floats, which
    pandas would make them, numbers above 2**53 would be others."""
    import pandas
    import pyarrow

    kinds = {
        pyarrow.int8(): pandas.Int8Dtype(), pyarrow.int16(): pandas.Int16Dtype(), pyarrow.int32(): pandas.Int32Dtype(),
        pyarrow.int64(): pandas.Int64Dtype(),
    }
    frame = table.to_pandas()
    for index, name in enumerate(table.column_names):
        if table.column(index).null_count and table.schema.field(index).type in kinds:
            frame[name] = table.select([index]).to_pandas(types_mapper=kinds.get)[name]
    return frame


def declared(schema: Any) -> list[dict[str, str]]:
    """A pyarrow.Schema, or names with words for types, as a declaration has them."""
    if isinstance(schema, dict):
        return [{"name": name, "type": str(kind)} for name, kind in schema.items()]
    return [{"name": field.name, "type": _word(field.type)} for field in schema]


def _word(kind: Any) -> str:
    text = str(kind)
    words = {
        "float": "float32", "double": "float64", "large_string": "string", "date32[day]": "date",
        "decimal128": "decimal", "bool": "bool",
    }
    if text.startswith("timestamp["):
        return "timestamp" if "tz=" in text else "timestamp_ntz"
    if text.startswith("decimal128("):
        return "decimal" + text[len("decimal128"):].replace(" ", "")
    return words.get(text, text)
