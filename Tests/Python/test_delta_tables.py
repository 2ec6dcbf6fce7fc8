"""Tables that Martlet writes are Delta tables: `deltalake` and `polars` open them, now and as they were."""

import datetime
import json
import math
import pathlib

import deltalake
import polars
import pytest

import martlet_process

FIRST = '''flight,carrier,dep_delay,distance,cancelled,time_hour
1,UA,2.5,1400,false,2013-01-01T10:00:00Z
2,"A, ""quoted""",,1089,true,2013-01-01T10:00:00Z
3,ünïcode ✈,-4,,false,2013-06-30T23:59:59Z
'''
SECOND = """flight,carrier,dep_delay,distance,cancelled,time_hour
4,B6,100.25,944,false,2013-07-01T00:00:00Z
5,,0.1,17,,
"""


@pytest.fixture
def imported(tmp_path):
    """The workspace and what the two imports said: version 0 with three rows, version 1 with five."""
    (tmp_path / "first.csv").write_text(FIRST)
    (tmp_path / "second.csv").write_text(SECOND)
    workspace = tmp_path / "workspace"
    first = martlet_process.run_json("data", "import", "demo.flights", tmp_path / "first.csv", "--workspace", workspace)
    second = martlet_process.run_json(
        "data", "import", "demo.flights", tmp_path / "second.csv", "--workspace", workspace, "--mode", "append"
    )
    return workspace, first, second


def test_each_import_is_a_version(imported):
    _, first, second = imported
    assert (first["table"], first["version"], first["rows"]) == ("demo.flights", 0, 3)
    assert (second["table"], second["version"]) == ("demo.flights", 1)
    assert first["path"] == second["path"]


def test_deltalake_reads_the_latest_and_the_older_version(imported):
    _, first, _ = imported
    latest = deltalake.DeltaTable(first["path"])
    assert latest.version() == 1
    assert (latest.protocol().min_reader_version, latest.protocol().min_writer_version) == (1, 2)
    rows = sorted(latest.to_pyarrow_table().to_pylist(), key=lambda row: row["flight"])
    assert [row["flight"] for row in rows] == [1, 2, 3, 4, 5]
    assert [row["carrier"] for row in rows] == ["UA", 'A, "quoted"', "ünïcode ✈", "B6", None]
    assert [row["dep_delay"] for row in rows] == [2.5, None, -4, 100.25, 0.1]
    assert [row["distance"] for row in rows] == [1400, 1089, None, 944, 17]
    assert [row["cancelled"] for row in rows] == [False, True, False, False, None]
    instant = datetime.datetime(2013, 1, 1, 10, tzinfo=datetime.timezone.utc)
    assert (rows[0]["time_hour"], rows[4]["time_hour"]) == (instant, None)

    older = deltalake.DeltaTable(first["path"], version=0)
    assert sorted(older.to_pyarrow_table()["flight"].to_pylist()) == [1, 2, 3]
    assert older.schema() == latest.schema()


def test_polars_reads_the_latest_and_the_older_version(imported):
    _, first, _ = imported
    latest = polars.scan_delta(first["path"])
    assert latest.select(polars.len()).collect().item() == 5
    assert math.isclose(latest.select(polars.col("dep_delay").sum()).collect().item(), 98.85)
    assert latest.filter(polars.col("distance") > 1000).sort("flight").collect()["flight"].to_list() == [1, 2]
    older = polars.scan_delta(first["path"], version=0).sort("flight").collect()
    assert older["carrier"].to_list() == ["UA", 'A, "quoted"', "ünïcode ✈"]
    assert older["time_hour"].dtype == polars.Datetime("us", "UTC")


def test_the_history_tells_what_wrote_each_version(imported):
    _, first, _ = imported
    history = sorted(deltalake.DeltaTable(first["path"]).history(), key=lambda commit: commit["version"])
    assert [commit["version"] for commit in history] == [0, 1]
    assert all(commit.get("operation") and commit.get("timestamp") for commit in history)


def test_overwriting_keeps_the_older_versions(imported, tmp_path):
    workspace, first, _ = imported
    third = martlet_process.run_json(
        "data", "import", "demo.flights", tmp_path / "second.csv", "--workspace", workspace, "--mode", "overwrite"
    )
    assert third["version"] == 2
    assert sorted(polars.read_delta(first["path"])["flight"].to_list()) == [4, 5]
    assert polars.scan_delta(first["path"], version=1).collect().height == 5


def test_a_broken_row_is_refused_and_loses_nothing(imported, tmp_path):
    workspace, first, _ = imported
    broken = tmp_path / "broken.csv"
    broken.write_text(SECOND + "6,UA,not a number,1,false,2013-07-01T00:00:00Z\n")
    arguments = ["data", "import", "demo.flights", broken, "--workspace", workspace, "--mode", "append"]
    with pytest.raises(AssertionError, match="ended with"):
        martlet_process.run(*arguments)
    assert deltalake.DeltaTable(first["path"]).version() == 1
    assert polars.read_delta(first["path"]).height == 5


def partitions(carriers):
    return sorted(carriers, key=lambda carrier: (carrier is not None, carrier))


def test_a_partitioned_table_of_deltalake_is_appended_to_and_checkpointed(imported, tmp_path):
    """Both write the table by turns, and each reads what the other wrote: rows, partitions, checkpoint."""
    workspace, first, _ = imported
    path = pathlib.Path(first["path"]).with_name("parts")
    deltalake.DeltaTable.create(
        str(path),
        schema=deltalake.DeltaTable(first["path"]).schema(),
        partition_by=["carrier"],
        configuration={"delta.checkpointInterval": "2"},
    )
    files = [tmp_path / "first.csv", tmp_path / "second.csv"]
    for version in (1, 2):
        done = martlet_process.run_json(
            "data", "import", "demo.parts", files[version - 1], "--workspace", workspace, "--mode", "append"
        )
        assert (done["version"], pathlib.Path(done["path"])) == (version, path)
    assert (path / "carrier=__HIVE_DEFAULT_PARTITION__").is_dir()

    log = path / "_delta_log"
    pointer = json.loads((log / "_last_checkpoint").read_text())
    assert (pointer["version"], pointer["numOfAddFiles"]) == (2, 5)
    for version in (0, 1):
        (log / f"{version:020}.json").unlink()
    table = deltalake.DeltaTable(path)
    assert (table.version(), table.metadata().partition_columns) == (2, ["carrier"])
    expected = [None, 'A, "quoted"', "B6", "UA", "ünïcode ✈"]
    assert partitions(table.to_pyarrow_table()["carrier"].to_pylist()) == expected
    scan = polars.scan_delta(str(path))
    assert partitions(scan.collect()["carrier"].to_list()) == expected
    for carrier in expected[1:]:
        assert scan.filter(polars.col("carrier") == carrier).collect().height == 1
        assert table.to_pyarrow_table(partitions=[("carrier", "=", carrier)]).num_rows == 1

    deltalake.write_deltalake(str(path), scan.filter(polars.col("flight") == 1).collect().to_arrow(), mode="append")
    done = martlet_process.run_json(
        "data", "import", "demo.parts", files[0], "--workspace", workspace, "--mode", "append"
    )
    assert done["version"] == 4
    assert json.loads((log / "_last_checkpoint").read_text())["version"] == 4
    assert sorted(polars.read_delta(str(path))["flight"].to_list()) == [1, 1, 1, 2, 2, 3, 3, 4, 5]
