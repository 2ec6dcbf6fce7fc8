"""Fills a tracking store with runs of ten metrics and ten params, the same in every server.

`SeededRun.swift` has the same formulas: the measuring program compares every answer with what follows from them.
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


def seed_mlflow(database: pathlib.Path, runs: int) -> str:
    """Into the tables that MLflow's own migrations made. Gives the experiment's id."""
    return seed(database, runs, is_fasttrackml=False)


def seed_fasttrackml(database: pathlib.Path, runs: int) -> str:
    """Into the tables that FastTrackML's own migrations made. Gives the experiment's id."""
    return seed(database, runs, is_fasttrackml=True)


def seed(database: pathlib.Path, runs: int, is_fasttrackml: bool) -> str:
    """The rows that creating the runs and logging a batch to each leaves, in one transaction."""
    connection = sqlite3.connect(database, isolation_level=None)
    # How the file is written here says nothing of how the server writes it later.
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA cache_size = -400000")
    connection.execute("BEGIN IMMEDIATE")
    (experiment,) = connection.execute("SELECT MAX(experiment_id) + 1 FROM experiments").fetchone()
    name = f"seeded-{uuid.uuid4()}"
    where = f"mlflow-artifacts:/{experiment}"
    if is_fasttrackml:
        connection.execute(
            "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
            "last_update_time, namespace_id) SELECT ?, ?, ?, 'active', 0, 0, id FROM namespaces LIMIT 1",
            (experiment, name, where),
        )
        (row_number,) = connection.execute("SELECT COALESCE(MAX(row_num), -1) + 1 FROM runs").fetchone()
        (context,) = connection.execute("SELECT id FROM contexts ORDER BY id LIMIT 1").fetchone()
    else:
        connection.execute(
            "INSERT INTO experiments (experiment_id, name, artifact_location, lifecycle_stage, creation_time, "
            "last_update_time) VALUES (?, ?, ?, 'active', 0, 0)",
            (experiment, name, where),
        )
    identifiers = [uuid.uuid4().hex for _ in range(runs)]

    def rows_of_runs():
        for index, run in enumerate(identifiers):
            row = (run, f"run-{index}", "UNKNOWN", "", "", "", "RUNNING", start_time(index), None, "", "active",
                   f"{where}/{run}/artifacts", experiment)  # fmt: skip
            yield row + (row_number + index,) if is_fasttrackml else row

    columns = (
        "run_uuid, name, source_type, source_name, entry_point_name, user_id, status, start_time, end_time, "
        "source_version, lifecycle_stage, artifact_uri, experiment_id" + (", row_num" if is_fasttrackml else "")
    )
    insert(connection, "runs", columns, rows_of_runs())
    if not is_fasttrackml:
        insert(
            connection, "tags", "key, value, run_uuid",
            (("mlflow.runName", f"run-{index}", run) for index, run in enumerate(identifiers)),
        )  # fmt: skip
    insert(
        connection, "params", f"key, {'value_str' if is_fasttrackml else 'value'}, run_uuid",
        ((f"p{key}", param(index, key), run) for key in range(KEYS) for index, run in enumerate(identifiers)),
    )  # fmt: skip
    for table, extra in (("metrics", "iter"), ("latest_metrics", "last_iter")):
        rows = (
            (f"m{key}", metric(index, key), start_time(index), 0, False, run)
            for key in range(KEYS)
            for index, run in enumerate(identifiers)
        )
        names = "key, value, timestamp, step, is_nan, run_uuid"
        if is_fasttrackml:
            insert(connection, table, f"{names}, {extra}, context_id", (row + (1, context) for row in rows))
        else:
            insert(connection, table, names, rows)
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return str(experiment)


def insert(connection: sqlite3.Connection, table: str, columns: str, rows) -> None:
    marks = ", ".join("?" for _ in columns.split(","))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)
