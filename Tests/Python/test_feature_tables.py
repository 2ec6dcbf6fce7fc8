"""Feature tables and training sets are Delta tables: `deltalake` and `polars` read them after every kind of write."""

import datetime
import hashlib
import re
import shlex
import subprocess

import deltalake
import polars
import pytest

import martlet_process

UTC = datetime.timezone.utc


def day(number: int) -> datetime.datetime:
    return datetime.datetime(2024, 1, number, tzinfo=UTC)


@pytest.fixture
def martlet(tmp_path):
    """Runs a command on a workspace of the test's own."""

    def run(*arguments, json=True, status=0):
        command = [*map(str, arguments), "--workspace", str(tmp_path / "workspace")]
        return martlet_process.run_json(*command) if json else martlet_process.run(*command, status=status)

    return run


@pytest.fixture
def vendors(martlet, tmp_path):
    """A feature table with three rows; what `create` said of it."""
    frame = polars.DataFrame({
        "uei": ["A", "B", "A"],
        "as_of": [day(1), day(1), day(20)],
        "rating": [1.5, float("nan"), None],
        "awards": polars.Series([3, 4, 5], dtype=polars.Int32),
    })
    frame.write_parquet(tmp_path / "vendors.parquet")
    return martlet(
        "features", "create", "risk.vendors", tmp_path / "vendors.parquet", "--key", "uei", "--time-key", "as_of",
        "--description", "Who delivers", "--tag", "owner=risk",
    )


def rows(path, version=None):
    """What polars reads, in the order of the keys; deltalake must read the same."""
    frame = polars.scan_delta(path, version=version).sort("uei", "as_of").collect()
    table = deltalake.DeltaTable(path, version=version)
    other = polars.from_arrow(table.to_pyarrow_table()).sort("uei", "as_of")
    assert frame.equals(other.select(frame.columns).cast(frame.schema), null_equal=True)
    return frame


def test_a_new_table_has_keys_without_nulls(vendors):
    assert (vendors["version"], vendors["rows"]) == (1, 3)
    table = deltalake.DeltaTable(vendors["path"])
    assert [field.nullable for field in table.schema().fields] == [False, False, True, True]
    assert [str(field.type.type) for field in table.schema().fields] == ["string", "timestamp", "double", "integer"]
    assert table.metadata().description == "Who delivers"
    frame = rows(vendors["path"])
    assert frame["uei"].to_list() == ["A", "A", "B"]
    assert frame["as_of"].to_list() == [day(1), day(20), day(1)]
    assert rows(vendors["path"], version=0).is_empty()


def test_merges_with_new_columns_and_overwrites_are_read(martlet, vendors, tmp_path):
    frame = polars.DataFrame({
        "as_of": [day(1), day(9)], "uei": ["A", "C"], "rating": [9.0, None],
        "awards": polars.Series([30, None], dtype=polars.Int32), "size": [7, 8],
    })
    frame.write_parquet(tmp_path / "more.parquet")
    merged = martlet("features", "write", "risk.vendors", tmp_path / "more.parquet")
    found = rows(merged["path"])
    assert found.columns == ["uei", "as_of", "rating", "awards", "size"]
    assert found["uei"].to_list() == ["A", "A", "B", "C"]
    assert found["awards"].to_list() == [30, 5, 4, None]
    assert found["size"].to_list() == [7, None, None, 8]
    assert rows(merged["path"], version=vendors["version"])["awards"].to_list() == [3, 5, 4]

    overwritten = martlet("features", "write", "risk.vendors", tmp_path / "more.parquet", "--mode", "overwrite")
    assert rows(overwritten["path"])["uei"].to_list() == ["A", "C"]
    table = deltalake.DeltaTable(overwritten["path"])
    assert [field.nullable for field in table.schema().fields] == [False, False, True, True, True]

    martlet("features", "drop", "risk.vendors")
    assert rows(overwritten["path"]).is_empty()
    assert len(rows(overwritten["path"], version=overwritten["version"])) == 2


def test_refused_rows_are_named_with_codes(martlet, vendors, tmp_path):
    frame = polars.DataFrame({
        "uei": ["X", None, "X"], "as_of": [day(1), day(2), day(1)], "rating": [1.0, 2.0, 3.0],
        "awards": polars.Series([1, 2, 3], dtype=polars.Int32),
    })
    frame.write_parquet(tmp_path / "bad.parquet")
    command = martlet_process.command(
        "features", "write", "risk.vendors", tmp_path / "bad.parquet", "--workspace", tmp_path / "workspace")
    done = subprocess.run(command, capture_output=True, text=True, env=martlet_process.environment())
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if line.startswith("error[")]
    assert [line.split("]")[0] for line in lines] == ["error[null_key", "error[duplicate_key"]
    assert "row 2 " in lines[0] and "row 3 " in lines[1]
    assert deltalake.DeltaTable(vendors["path"]).version() == vendors["version"]


def test_what_is_read_is_what_other_readers_see(martlet, vendors, tmp_path):
    for name in ("out.parquet", "out.csv", "out.jsonl"):
        martlet("features", "read", "risk.vendors", "--out", tmp_path / name, json=False)
    read = polars.read_parquet(tmp_path / "out.parquet").sort("uei", "as_of")
    assert read.equals(rows(vendors["path"]), null_equal=True)
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "uei,as_of,rating,awards"
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 3


SPECIFICATION = """
version: 1
kind: training-set
name: risk
lookups:
  - {table: risk.vendors, key: uei, at: at, features: [rating, awards], defaults: {awards: -1}}
label: late
"""


def test_a_training_set_is_the_same_bytes_again(martlet, vendors, tmp_path):
    labels = polars.DataFrame({
        "uei": ["A", "C", "B", "A"] * 500, "at": [day(2), day(2), day(1), day(21)] * 500, "late": [True, False] * 1000,
    })
    labels.write_parquet(tmp_path / "labels.parquet")
    (tmp_path / "spec.yaml").write_text(SPECIFICATION)
    made = [
        martlet("features", "training-set", "--spec", tmp_path / "spec.yaml", "--spine", tmp_path / "labels.parquet",
                "--into", "risk.training")
        for _ in range(2)
    ]
    assert made[0]["content"]["hash"] == made[1]["content"]["hash"]
    assert made[0]["plan_hash"] == made[1]["plan_hash"]
    folder = tmp_path / "workspace" / "tables" / "risk" / "training"
    digests = {hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.glob("*.parquet")}
    assert len(list(folder.glob("*.parquet"))) == 2 and len(digests) == 1
    table = polars.from_arrow(deltalake.DeltaTable(folder).to_pyarrow_table())
    assert table.columns == ["uei", "at", "rating", "awards", "late"]
    assert table["uei"].to_list() == labels["uei"].to_list()
    assert table["awards"].to_list() == [3, -1, 4, 5] * 500
    assert table["late"].to_list() == labels["late"].to_list()
    shown = martlet("features", "training-set", "show", "risk.training@0", "--check")
    assert shown["check"] == {"recomputed": [], "stored": []}


def test_every_command_of_the_guide_does_what_it_says(tmp_path):
    """Files of the guide are written where it shows them, and what it prints of a command is how the output begins."""
    guide = (martlet_process.CHECKOUT / "docs/guides/feature-tables.md").read_text()
    for name, text in re.findall(r"^`([\w.]+)`:\n\n```\w+\n(.*?)```", guide, re.MULTILINE | re.DOTALL):
        (tmp_path / name).write_text(text)
    blocks = re.findall(r"^```\n(\$ martlet .*?)```", guide, re.MULTILINE | re.DOTALL)
    commands = [part for block in blocks for part in re.split(r"^\$ martlet ", block, flags=re.MULTILINE) if part]
    assert len(commands) > 10
    for command in commands:
        line, _, expected = command.partition("\n")
        done = subprocess.run(
            martlet_process.command(*shlex.split(line), "--workspace", tmp_path / "workspace"), cwd=tmp_path,
            env=martlet_process.environment(), capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
        is_refused = expected.startswith("error[")
        assert done.returncode == (1 if is_refused else 0), f"{line}\n{done.stdout}\n{done.stderr}"
        output = done.stderr if is_refused else done.stdout
        output = "".join(row for row in output.splitlines(True) if row.startswith("error[")) if is_refused else output
        assert output.startswith(expected.rstrip("\n")), f"{line}\n{output}"
