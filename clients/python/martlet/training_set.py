"""Rows with their features, kept as a table with what it was made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping

if TYPE_CHECKING:
    import pandas

    from .client import FeatureStoreClient


class TrainingSet:
    """A training set on record: the same plan over the same table versions gives the same bytes."""

    def __init__(self, client: "FeatureStoreClient", record: Mapping[str, Any]):
        self._client, self.record = client, record

    @property
    def table_name(self) -> str:
        return self.record["table"].rpartition("@")[0]

    @property
    def version(self) -> int:
        return int(self.record["table"].rpartition("@")[2])

    @property
    def plan_hash(self) -> str:
        """SHA-256 of what is computed."""
        return self.record["plan_hash"]

    @property
    def content_hash(self) -> str:
        """SHA-256 of what came out, row by row."""
        return self.record["content"]["hash"]

    @property
    def label(self) -> list[str]:
        return self.record["label"]

    def load_df(self) -> "pandas.DataFrame":
        """The rows in the order in which they were given: columns that are not excluded, features, labels last."""
        return self._client.read_table(self.table_name, version=self.version)

    def __repr__(self) -> str:
        return f"TrainingSet({self.record['table']!r}, plan {self.plan_hash[:12]})"
