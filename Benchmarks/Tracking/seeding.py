"""Fills a tracking store with runs of ten metrics and ten params, the same in every server.

Bulk inserts into the tables that each server's own migrations made: the rows that creating the runs and logging a batch to
each leaves. `SeededRun.swift` has the same formulas; the measuring program compares every answer with what follows from them.
"""

import pathlib
import sqlite3
import uuid

KEYS = 10
MODULUS = 1_000_003
FACTORS = [387161, 512927, 618033, 271829, 314159, 707107, 141421, 577215, 915965, 261497]


def metric(index: int, key: int) -> float:
    return ((index * FACTORS[key] + 7 * key) % MODULUS) / MODULUS


def param(index: int, key: int) -> str:
    return f"v{(index * FACTORS[KEYS - 1 - key] + key) % MODULUS % 10}"


def start_time(index: int) -> int:
    return 1_700_000_000_000 + index


class Seed:
    """An experiment of so many runs, being written to one database in one transaction."""

    def __init__(self, database: pathlib.Path, runs: int):
        self.runs = [uuid.uuid4().hex for _ in range(runs)]
        self.name = f"seeded-{uuid.uuid4()}"
        self.connection = sqlite3.connect(database, isolation_level=None)
        # How the file is written here says nothing of how the server writes it later.
        self.connection.execute("PRAGMA synchronous = OFF")
        self.connection.execute("PRAGMA cache_size = -400000")

    def write(self) -> str:
        """Gives the experiment's id."""
        self.connection.execute("BEGIN IMMEDIATE")
        # Indexes are made again, in one go, from the same words.
        indexes = self.connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ("
            + ", ".join(f"'{table}'" for table in self.tables)
            + ")"
        ).fetchall()
        for name, _ in indexes:
            self.connection.execute(f'DROP INDEX "{name}"')
        experiment = self.rows()
        for _, words in indexes:
            self.connection.execute(words)
        self.connection.execute("COMMIT")
        self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.connection.close()
        return str(experiment)

    def rows(self) -> int:
        raise NotImplementedError

    def one(self, sql: str):
        return self.connection.execute(sql).fetchone()[0]

    def insert(self, table: str, columns: str, rows) -> None:
        marks = ", ".join("?" for _ in columns.split(","))
        self.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def of_each(self, row):
        """A row for every key of every run, in the order of runs."""
        return (row(index, key, run) for index, run in enumerate(self.runs) for key in range(KEYS))


class MLflowSeed(Seed):
    tables = ("runs", "tags", "params", "metrics", "latest_metrics")

    def rows(self):
        experiment = self.one("SELECT MAX(experiment_id) + 1 FROM experiments")
        where = f"mlflow-artifacts:/{experiment}"
        self.insert(
            "experiments", "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time",
            [(experiment, self.name, where, "active", 0, 0)],
        )  # fmt: skip
        self.insert(
            "runs",
            "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, source_version, "
            "lifecycle_stage, artifact_uri, experiment_id",
            (
                (run, f"run-{index}", "UNKNOWN", "", "", "", "RUNNING", start_time(index), "", "active",
                 f"{where}/{run}/artifacts", experiment)
                for index, run in enumerate(self.runs)
            ),
        )  # fmt: skip
        names = ((("mlflow.runName", f"run-{index}", run)) for index, run in enumerate(self.runs))
        self.insert("tags", "key, value, run_uuid", names)
        self.insert("params", "key, value, run_uuid", self.of_each(lambda i, key, run: (f"p{key}", param(i, key), run)))
        for table in ("metrics", "latest_metrics"):
            self.insert(
                table, "key, value, timestamp, step, is_nan, run_uuid",
                self.of_each(lambda i, key, run: (f"m{key}", metric(i, key), start_time(i), 0, False, run)),
            )  # fmt: skip
        return experiment


class FastTrackMLSeed(Seed):
    tables = ("runs", "params", "metrics", "latest_metrics")

    def rows(self):
        experiment = self.one("SELECT MAX(experiment_id) + 1 FROM experiments")
        where = f"mlflow-artifacts:/{experiment}"
        namespace = self.one("SELECT MIN(id) FROM namespaces")
        self.insert(
            "experiments",
            "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time, namespace_id",
            [(experiment, self.name, where, "active", 0, 0, namespace)],
        )
        first = self.one("SELECT COALESCE(MAX(row_num), -1) + 1 FROM runs")
        context = self.one("SELECT MIN(id) FROM contexts")
        self.insert(
            "runs",
            "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, source_version, "
            "lifecycle_stage, artifact_uri, experiment_id, row_num",
            (
                (run, f"run-{index}", "UNKNOWN", "", "", "", "RUNNING", start_time(index), "", "active",
                 f"{where}/{run}/artifacts", experiment, first + index)
                for index, run in enumerate(self.runs)
            ),
        )  # fmt: skip
        params = self.of_each(lambda i, key, run: (f"p{key}", param(i, key), run))
        self.insert("params", "key, value_str, run_uuid", params)
        for table, count in (("metrics", "iter"), ("latest_metrics", "last_iter")):
            self.insert(
                table, f"key, value, timestamp, step, is_nan, run_uuid, {count}, context_id",
                self.of_each(lambda i, key, run: (f"m{key}", metric(i, key), start_time(i), 0, False, run, 1, context)),
            )  # fmt: skip
        return experiment


class MartletSeed(Seed):
    """The audit log has no entries of these runs: nothing that is measured here reads them."""

    tables = ("runs", "run_tags", "run_params", "metric_history", "latest_metrics")

    def rows(self):
        experiment = self.numbers("experiment", 1)
        where = f"mlflow-artifacts:/{experiment}"
        self.insert(
            "experiments", "experiment_id, name, artifact_location, lifecycle_stage, creation_time, last_update_time",
            [(experiment, self.name, where, "active", 0, 0)],
        )  # fmt: skip
        first = self.numbers("run", len(self.runs))
        self.insert(
            "runs",
            "number, run_id, experiment_id, name, user_id, status, start_time, artifact_uri, lifecycle_stage",
            (
                (first + index, run, experiment, f"run-{index}", "", "RUNNING", start_time(index),
                 f"{where}/{run}/artifacts", "active")
                for index, run in enumerate(self.runs)
            ),
        )  # fmt: skip
        [name] = self.keys("tag", ["mlflow.runName"])
        self.insert(
            "run_tags", "run, key, experiment_id, value, position",
            ((first + index, name, experiment, f"run-{index}", 0) for index in range(len(self.runs))),
        )  # fmt: skip
        params = self.keys("param", [f"p{key}" for key in range(KEYS)])
        self.insert(
            "run_params", "run, key, experiment_id, value, position",
            self.of_each(lambda i, key, run: (first + i, params[key], experiment, param(i, key), key)),
        )  # fmt: skip
        metrics = self.keys("metric", [f"m{key}" for key in range(KEYS)])
        self.insert(
            "metric_history", "run, metric, timestamp, step, value, is_nan",
            self.of_each(lambda i, key, run: (first + i, metrics[key], start_time(i), 0, metric(i, key), 0)),
        )  # fmt: skip
        self.insert(
            "latest_metrics", "run, metric, experiment_id, value, is_nan, timestamp, step, position",
            self.of_each(
                lambda i, key, run: (first + i, metrics[key], experiment, metric(i, key), 0, start_time(i), 0, key)
            ),
        )  # fmt: skip
        return experiment

    def numbers(self, sequence: str, count: int) -> int:
        """Takes so many numbers, and gives the first."""
        self.connection.execute(
            "INSERT INTO sequences (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + ?",
            (sequence, count, count),
        )
        return self.one(f"SELECT value FROM sequences WHERE name = '{sequence}'") - count + 1

    def keys(self, kind: str, names: list[str]) -> list[int]:
        first = self.numbers(f"{kind}_key", len(names))
        self.insert(f"{kind}_keys", "number, name", ((first + place, name) for place, name in enumerate(names)))
        return [first + place for place in range(len(names))]
