"""The feature store of one server."""

from __future__ import annotations

import json
import uuid
import warnings
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Mapping, Sequence

from . import frames, models
from .lookups import FeatureLookup, FeatureViewLookup, Names, names
from .tables import FeatureTable
from .training_set import TrainingSet
from .transport import Transport

if TYPE_CHECKING:
    import pandas

    from .frames import Frame


class FeatureStoreClient:
    """Feature tables, training sets, and models that are scored by the features that they were trained on.

    Without `server`, MARTLET_SERVER or MLFLOW_TRACKING_URI names it; without `token`, MARTLET_TOKEN or
    MLFLOW_TRACKING_TOKEN does.
    """

    def __init__(self, server: str | None = None, token: str | None = None, timeout: float = 900):
        self._transport = Transport(server, token, timeout)

    @property
    def server(self) -> str:
        return self._transport.server

    # Tables

    def create_table(
        self, name: str, primary_keys: Names, df: "Frame | None" = None, *, timestamp_keys: Names | None = None,
        partition_columns: Names | None = None, schema: Any = None, description: str | None = None,
        tags: Mapping[str, str] | None = None, tie_break: str | None = None, available_at: str | None = None,
    ) -> FeatureTable:
        """Makes a feature table with the rows of `df`, or without rows by `schema` (a pyarrow.Schema, or {name: type}).

        One that is there and is what is asked for is given back.
        """
        declaration = self._declaration(
            name, primary_keys, timestamp_keys, partition_columns, schema, description, tags, tie_break, available_at)
        return FeatureTable.of(
            self._transport.send("features/tables/create", {"table": declaration, "rows": self._sent(df)}))

    def register_table(
        self, name: str, primary_keys: Names, *, timestamp_keys: Names | None = None, description: str | None = None,
        tags: Mapping[str, str] | None = None, tie_break: str | None = None, available_at: str | None = None,
    ) -> FeatureTable:
        """Makes a feature table of a table that is there."""
        declaration = self._declaration(
            name, primary_keys, timestamp_keys, None, None, description, tags, tie_break, available_at)
        return FeatureTable.of(self._transport.send("features/tables/register", {"table": declaration}))

    def write_table(self, name: str, df: "Frame", mode: str = "merge") -> int:
        """Writes rows, all of them or none: `merge` by key, or `overwrite`. Returns the table's new version."""
        written = self._transport.send(
            "features/tables/write", {"table": name, "rows": self._sent(df), "mode": mode.strip().lower()})
        return written["version"]

    def read_table(
        self, name: str, *, version: int | None = None, as_of_delta_timestamp: datetime | str | None = None,
        columns: Sequence[str] | None = None,
    ) -> "pandas.DataFrame":
        """The table's rows as they are, at a version, or at a moment of the table's (not the features') time."""
        data, _ = self._transport.receive(
            "datasets/read", {
                "table": name, "version": version, "as_of": _moment(as_of_delta_timestamp), "format": "parquet",
                "columns": list(columns) if columns is not None else None,
            })
        return frames.from_parquet(data)

    def get_table(self, name: str) -> FeatureTable:
        return FeatureTable.of(self._transport.send("features/tables/show", {"table": name})["summary"])

    def drop_table(self, name: str) -> None:
        """Takes a feature table off the record, and its rows out of the newest version unless it was registered."""
        self._transport.send("features/tables/drop", {"table": name})

    def set_feature_table_tag(self, table_name: str, key: str, value: str) -> None:
        self._transport.send("features/tables/tag", {"table": table_name, "set": {key: value}})

    def delete_feature_table_tag(self, table_name: str, key: str) -> None:
        """Deletes a tag; warns when there is none."""
        if self._transport.send("features/tables/tag", {"table": table_name, "delete": [key]})["absent"]:
            warnings.warn(f"{table_name} has no tag {key}", stacklevel=2)

    # Views and training sets

    def apply_views(self, definition: str, name: str) -> str:
        """Puts a file of feature views (YAML) on record; returns the hash of what it means."""
        return self._transport.send("features/apply", {"name": name, "definition": definition})["hash"]

    def create_training_set(
        self, df: "Frame | str", feature_lookups: Sequence[FeatureLookup | FeatureViewLookup] = (),
        label: Names | None = None, exclude_columns: Names | None = None, *, table_name: str | None = None,
        aggregates: Sequence[Mapping[str, Any]] = (), derived: Sequence[Mapping[str, Any]] = (),
        steps: Sequence[Mapping[str, Any]] = (),
        sources: Mapping[str, Mapping[str, Any]] | None = None, default_fills_nan: bool = False,
        label_from: Mapping[str, str] | None = None, strict: bool = False,
    ) -> TrainingSet:
        """Joins features to each row of `df` as of the row's own time, and keeps the result as a table.

        `df` may name a table (`schema.table`, `schema.table@3`). `aggregates`, `derived`, `sources` and `steps`
        (`{"impute": ["a"], "with": "median"}`) are as a declaration in YAML has them. Without `table_name` the table is
        `training_sets.set_…`.

        `label_from` says where the label comes from, `{"source": "awards", "column": "on_time", "known_at": "closed_at"}`,
        so that features which would have seen it are found. What is suspicious comes as warnings; with `strict`, what very likely holds the future is refused.
        """
        name = table_name or f"training_sets.set_{uuid.uuid4().hex[:16]}"
        lookups = [use.declaration() for use in feature_lookups if isinstance(use, FeatureLookup)]
        views = [use.declaration() for use in feature_lookups if isinstance(use, FeatureViewLookup)]
        declaration: dict[str, Any] = {"version": 1, "kind": "training-set", "name": name.rpartition(".")[2]}
        declaration.update({
            key: value for key, value in {
                "sources": dict(sources or {}), "lookups": lookups, "views": views, "aggregates": list(aggregates),
                "derived": list(derived), "steps": list(steps), "label": names(label), "exclude": names(exclude_columns),
                "label_from": dict(label_from or {}),
            }.items() if value
        })
        if default_fills_nan:
            declaration["options"] = {"default_fills_nan": True}
        spine = _table(df) if isinstance(df, str) else self._sent(df)
        record = self._transport.send(
            "features/training-sets/create", {"table": name, "specification": json.dumps(declaration), "spine": spine,
             "strict": strict})
        for warning in record["warnings"]:
            warnings.warn(warning, stacklevel=2)
        return TrainingSet(self, record)

    def get_training_set(self, table_name: str, version: int | None = None) -> TrainingSet:
        found = self._transport.send("features/training-sets/show", {"table": table_name, "version": version})
        return TrainingSet(self, found["record"])

    def _model_rows(self, table_name: str, version: int) -> "pandas.DataFrame":
        data, _ = self._transport.receive("features/training-sets/rows", {"table": table_name, "version": version})
        return frames.from_parquet(data)

    # Models

    def log_model(
        self, model: Any, artifact_path: str, *, flavor: Any, training_set: TrainingSet,
        registered_model_name: str | None = None, **kwargs: Any,
    ) -> Any:
        """Logs a model by its flavor (`mlflow.sklearn`, …) with what it needs to look its features up, and registers it.

        Returns MLflow's ModelInfo. A change that is made to `load_df()`'s rows before training is not part of it.
        """
        files = self._transport.send(
            "features/pack", {"table": training_set.table_name, "version": training_set.version})["files"]
        return models.log(self.server, model, artifact_path, flavor, files, registered_model_name, kwargs)

    def score_batch(
        self, model_uri: str, df: "pandas.DataFrame", result_type: str = "double", *, allow_drift: str | None = None,
        env_manager: str | None = None,
    ) -> "pandas.DataFrame":
        """Looks the model's features up for each row as of the row's own time, and lets the model predict in this process.

        `model_uri` names a stage or an alias. A column of `df` that is named like a feature is used in its place, nulls
        included. Refused when a feature view is not what the model was trained on; `allow_drift` says why to go on with
        the packed definition, and is kept on record. Columns: those of `df`, the model's inputs that it lacks, `prediction`.
        """
        data, headers = self._transport.receive(
            "scoring/rows",
            {"model_uri": model_uri, "rows": self._sent(df), "features_only": True, "allow_drift": allow_drift})
        record = self._transport.send("scoring/rows/show", {"id": headers["martlet-row-scoring"]})
        for warning in record["warnings"]:
            warnings.warn(warning, stacklevel=2)
        found = frames.from_parquet(data)
        result = df.copy()
        for column in found.columns:
            if column not in df.columns and not column.startswith(models.INPUT_PREFIX):
                result[column] = found[column].set_axis(df.index)
        result["prediction"] = models.predict(self.server, record, found, result_type)
        result.attrs["martlet_row_scoring"] = record["id"]
        return result

    # Online

    def publish_table(self, name: str) -> dict[str, Any]:
        """Serves a feature table, or a view, by key from the server's memory."""
        return self._transport.send("features/serve", {"name": name})

    def get_online_features(
        self, features: Names, rows: Sequence[Mapping[str, Any]], at: datetime | str | None = None
    ) -> list[dict[str, dict[str, Any]]]:
        """Served features of each row: `value`, `status`, `event_time` and `version` by name.

        `features` are `view` or `view:feature`; `at` is as of when, never later than now.
        """
        body = {"features": names(features), "rows": [dict(row) for row in rows], "at": _moment(at)}
        return self._transport.send("features/get-online", body)["rows"]

    def push(
        self, source: str, columns: Mapping[str, Sequence[Any]], to: str = "online_and_offline", *,
        id: str | None = None,
    ) -> dict[str, Any]:
        """Sends rows, column by column, to a table or to what is served from it: all are taken, or none.

        When this returns they are durable and count in every later answer. `id` is your own for these rows: when no answer
        came, send them again with the same one, and they count once; `repeated` is true then. Known for seven days.
        """
        body = {"source": source, "columns": {name: list(values) for name, values in columns.items()}, "to": to, "id": id}
        return self._transport.send("features/push", body)

    def _sent(self, df: "Frame | None") -> dict[str, str] | None:
        if df is None:
            return None
        return {"upload": self._transport.upload(frames.to_parquet(df)), "file_name": "rows.parquet"}

    @staticmethod
    def _declaration(
        name: str, primary_keys: Names, timestamp_keys: Names | None, partition_columns: Names | None, schema: Any,
        description: str | None, tags: Mapping[str, str] | None, tie_break: str | None, available_at: str | None,
    ) -> dict[str, Any]:
        found = {
            "name": name, "primary_keys": names(primary_keys), "time_keys": names(timestamp_keys),
            "partition_columns": names(partition_columns), "description": description,
            "tags": dict(tags) if tags is not None else None, "tie_break": tie_break, "available_at": available_at,
            "columns": frames.declared(schema) if schema is not None else None,
        }
        return {key: value for key, value in found.items() if value is not None}


def _table(text: str) -> dict[str, Any]:
    name, at, version = text.partition("@")
    return {"table": name, "version": int(version)} if at else {"table": name}


def _moment(time: datetime | str | None) -> str | None:
    if not isinstance(time, datetime):
        return time
    if time.tzinfo is None:
        raise ValueError("a moment needs a time zone: datetime(…, tzinfo=timezone.utc)")
    return time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z")
