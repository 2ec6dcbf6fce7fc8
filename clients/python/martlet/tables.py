"""A feature table as the server has it on record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping


@dataclass(frozen=True)
class FeatureTable:
    name: str
    table_id: str
    description: str
    #: The time key is the last of them.
    primary_keys: list[str]
    timestamp_keys: list[str]
    partition_columns: list[str]
    #: Columns that are features, in the table's order.
    features: list[str]
    #: Milliseconds since 1970 UTC.
    creation_timestamp: int
    tags: dict[str, str]
    data_sources: list[dict[str, str]]
    #: The newest version, and its rows.
    version: int
    rows: int
    #: The Delta table's folder on the server.
    path: str

    @classmethod
    def of(cls, summary: Mapping[str, Any]) -> "FeatureTable":
        table, keys = summary["table"], summary["table"]["keys"]
        times = [keys["time_key"]] if keys.get("time_key") else []
        return cls(
            name=table["name"], table_id=table["id"], description=table["description"],
            primary_keys=keys["primary_keys"] + times, timestamp_keys=times,
            partition_columns=keys["partition_columns"], features=summary["features"],
            creation_timestamp=table["created_at"], tags=table["tags"], data_sources=table["data_sources"],
            version=summary["version"], rows=summary["rows"], path=summary["path"])
