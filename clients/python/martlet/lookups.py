"""What a training set is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Mapping, Sequence, Union

Names = Union[str, Sequence[str]]


def names(value: Names | None) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


@dataclass(frozen=True)
class FeatureLookup:
    """Features of a table, found by key as of each row's own time.

    `lookup_key` pairs with the table's primary keys by position. `timestamp_lookup_key` is the rows' column with the time:
    the newest row of the table at or before it counts, if it is not older than `lookback_window` (inclusive).
    `default_values` go by output names, after renaming.
    """

    table_name: str
    lookup_key: Names
    feature_names: Names | None = None
    rename_outputs: Mapping[str, str] = field(default_factory=dict)
    timestamp_lookup_key: Names | None = None
    lookback_window: timedelta | None = None
    default_values: Mapping[str, Any] = field(default_factory=dict)

    def declaration(self) -> dict[str, Any]:
        times = names(self.timestamp_lookup_key)
        if len(times) > 1:
            raise ValueError(f"timestamp_lookup_key is one column, not {len(times)}")
        features = names(self.feature_names)
        found: dict[str, Any] = {
            "table": self.table_name, "key": names(self.lookup_key), "features": features or "*",
        }
        if times:
            found["at"] = times[0]
        if self.rename_outputs:
            found["rename"] = dict(self.rename_outputs)
        if self.default_values:
            found["defaults"] = dict(self.default_values)
        if self.lookback_window is not None:
            found["lookback"] = duration(self.lookback_window)
        return found


@dataclass(frozen=True)
class FeatureViewLookup:
    """All features of a view on record (`name`, or `name@version`), computed as of the rows' column `timestamp_lookup_key`."""

    view_name: str
    timestamp_lookup_key: str

    def declaration(self) -> dict[str, Any]:
        return {"view": self.view_name, "at": self.timestamp_lookup_key}


def duration(window: timedelta) -> str:
    """ISO 8601, exact to the microsecond."""
    count = window // timedelta(microseconds=1)
    sign, count = ("-", -count) if count < 0 else ("", count)
    seconds, rest = divmod(count, 1_000_000)
    return f"{sign}PT{seconds}" + (f".{rest:06d}S" if rest else "S")
