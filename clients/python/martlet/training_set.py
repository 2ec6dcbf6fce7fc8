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
    def warnings(self) -> list[str]:
        """By what the future, or the label itself, may have got into the features."""
        return self.record["warnings"]

    @property
    def label(self) -> list[str]:
        return self.record["label"]

    def load_df(self) -> "pandas.DataFrame":
        """The rows in the order in which they were given: columns that are not excluded, features, labels last.

        Steps that the training set declares (impute, scale, encode) are applied, as they will be when a model that is
        logged with it is scored. `read_table` gives the rows without them.
        """
        return self._client._model_rows(self.table_name, self.version)

    def __repr__(self) -> str:
        return f"TrainingSet({self.record['table']!r}, plan {self.plan_hash[:12]})"
