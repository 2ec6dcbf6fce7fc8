"""`martlet experiments|runs|models` on a workspace that the unmodified `mlflow` client filled: what they print is what it reads."""

import csv
import hashlib
import io
import json
import math
import os
import pathlib
import pty
import re
import select
import subprocess
import types
import unicodedata

import mlflow
import pandas
import pytest
import requests

import martlet_process

ODD = 'commas, "quotes"\nand lines; ünïcode 模型'


@pytest.fixture(scope="module")
def seeded(tmp_path_factory):
    """Two finished runs with histories and files, one that failed with odd values, one that still runs; two versions."""
    with martlet_process.Server(tmp_path_factory.mktemp("cli") / "workspace") as server:
        mlflow.set_tracking_uri(server.url)
        mlflow.set_registry_uri(server.url)
        client = mlflow.MlflowClient()
        experiment = client.create_experiment("flights", tags={"team": "operations"})
        ids = []
        for depth in (3, 6):
            with mlflow.start_run(experiment_id=experiment, run_name=f"depth {depth}") as run:
                mlflow.log_params({"depth": depth, "seed": 1})
                for step in range(60):
                    mlflow.log_metric("loss", math.exp(-step * depth / 60), step=step)
                mlflow.log_metric("auc", 0.7 + depth / 50)
                mlflow.log_text("hello", "notes/a.txt")
                mlflow.log_text("model " * depth, "model/MLmodel")
                mlflow.log_dict({"depth": depth}, "model/data/params.json")
                mlflow.log_input(mlflow.data.from_pandas(pandas.DataFrame({"a": [1]}), name="rows"), context="train")
            ids.append(run.info.run_id)
        with pytest.raises(ZeroDivisionError), mlflow.start_run(experiment_id=experiment, run_name="odd") as run:
            ids.append(run.info.run_id)
            mlflow.log_param("note", ODD)
            mlflow.log_param("empty", "")
            mlflow.log_metric("broken", math.nan)
            mlflow.set_tag("colour", "\x1b[31mred\x1b[0m")
            mlflow.log_metric("broken", 1 / 0)
        ids.append(client.create_run(experiment, run_name="still running").info.run_id)
        client.create_registered_model("flight-delay", tags={"team": "operations"}, description="Delays")
        for id in ids[:2]:
            client.create_model_version("flight-delay", f"runs:/{id}/model", id)
        client.set_registered_model_alias("flight-delay", "champion", "2")
        client.transition_model_version_stage("flight-delay", "1", "Production")
        yield types.SimpleNamespace(
            server=server, url=server.url, client=client, experiment=experiment, ids=ids, workspace=server.workspace
        )


@pytest.fixture
def cli(seeded, monkeypatch, tmp_path):
    """Runs a command against the seeded server: `cli("runs", "list")` → its standard output."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLUMNS", raising=False)
    mlflow.set_tracking_uri(seeded.url)
    mlflow.set_registry_uri(seeded.url)
    return lambda *arguments, **more: martlet_process.run(*arguments, MARTLET_SERVER=seeded.url, **more)


@pytest.fixture
def cli_json(cli):
    return lambda *arguments: json.loads(cli(*arguments, "--json"))


def width(line):
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in line)
    return len(line) + wide - sum(unicodedata.combining(c) > 0 for c in line)


# Experiments


def test_experiments_are_made_renamed_tagged_deleted_and_restored(cli, cli_json, seeded, unique):
    name, other = unique("made"), unique("renamed")
    id = cli("experiments", "create", name, "--tag", "a=1=2").strip()
    assert seeded.client.get_experiment(id).tags["a"] == "1=2"
    cli("experiments", "create", name, status=65)
    cli("experiments", "rename", name, other)
    assert seeded.client.get_experiment(id).name == other
    cli("experiments", "tag", id, "b=3", "--delete", "a")
    tags = seeded.client.get_experiment(id).tags
    assert tags["b"] == "3" and "a" not in tags
    cli("experiments", "delete", other)
    listed = [e["experiment_id"] for e in cli_json("experiments", "list", "--view", "deleted")]
    assert id in listed and id not in [e["experiment_id"] for e in cli_json("experiments", "list")]
    cli("experiments", "restore", other)
    shown = cli_json("experiments", "show", other)
    assert shown["lifecycle_stage"] == "active" and shown == cli_json("experiments", "show", id)
    assert f"Name        {other}" in cli("experiments", "show", id)


def test_experiments_are_searched_as_the_client_searches_them(cli_json, seeded, unique):
    stem = unique("search")
    for number in range(3):
        seeded.client.create_experiment(f"{stem}-{number}")
    filter = f"name LIKE '{stem}%'"
    expected = [e.experiment_id for e in seeded.client.search_experiments(filter_string=filter, order_by=["name DESC"])]
    found = cli_json("experiments", "search", "--filter", filter, "--order", "name DESC")
    assert [e["experiment_id"] for e in found] == expected and len(expected) == 3
    assert len(cli_json("experiments", "list", "--filter", filter, "--limit", 2)) == 2


def test_a_number_means_an_id_before_it_means_a_name(cli, cli_json, seeded):
    made = cli("experiments", "create", "987654321").strip()
    assert cli_json("experiments", "show", "987654321")["experiment_id"] == made
    named_like_another = cli("experiments", "create", made).strip()
    assert cli_json("experiments", "show", made)["experiment_id"] == made != named_like_another


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["experiments", "show", "nobody-made-this"], 66),
        (["experiments", "list", "--filter", "name >"], 65),
        (["experiments", "list", "--limit", "0"], 64),
        (["experiments", "tag", "flights"], 64),
        (["experiments", "tag", "flights", "novalue"], 64),
        (["runs", "show", "0" * 32], 66),
        (["runs", "list", "--experiment", "nobody-made-this"], 66),
        (["runs", "list", "--filter", "metrics.auc >"], 65),
        (["runs", "compare", "0" * 32], 64),
        (["runs", "plot", "0" * 32, "--metric", "loss"], 66),
        (["runs", "plot", "0" * 32, "--metric", "loss", "--height", "1"], 64),
        (["runs", "export", "--output", "no/such/folder/runs.csv"], 65),
        (["runs", "artifacts", "list", "0" * 32], 66),
        (["models", "show", "nobody-made-this"], 66),
        (["models", "show", "flight-delay/Staging"], 66),
        (["models", "show", "flight-delay@nobody"], 66),
        (["models", "compare", "flight-delay/1", "flight-delay"], 64),
        (["models", "alias", "set", "flight-delay", "champion"], 64),
        (["models", "delete", "flight-delay"], 64),
        (["models", "download", "flight-delay/77"], 66),
    ],
)
def test_what_cannot_be_done_ends_with_its_exit_code(cli, arguments, status):
    cli(*arguments, status=status)


# Runs


def test_runs_are_listed_as_the_client_finds_them(cli, cli_json, seeded):
    arguments = ["--experiment", "flights", "--order", "metrics.auc DESC"]
    expected = seeded.client.search_runs([seeded.experiment], order_by=["metrics.auc DESC"])
    found = cli_json("runs", "list", *arguments)
    assert [run["info"]["run_id"] for run in found] == [run.info.run_id for run in expected]
    filtered = cli_json("runs", "search", *arguments, "--filter", "params.depth = '6'")
    assert [run["info"]["run_id"] for run in filtered] == [seeded.ids[1]]
    table = cli("runs", "list", *arguments, "--metrics", "auc,loss", "--params", "depth").splitlines()
    assert table[0].split() == ["RUN", "NAME", "auc", "loss", "depth", "STATUS", "STARTED", "TOOK", "EXPERIMENT"]
    assert table[1].startswith(seeded.ids[1]) and " 0.82 " in table[1]
    assert table[1].index("0.82") == table[2].index("0.76")
    assert len(cli_json("runs", "list", *arguments, "--limit", 1)) == 1


def test_a_table_fits_its_terminal_and_obeys_nobody_who_logged(cli, seeded):
    arguments = ["runs", "list", "--experiment", "flights", "--params", "note,depth", "--tags", "colour"]
    whole = cli(*arguments)
    assert "\x1b" not in whole and "�[31mred" in whole
    assert len(whole.splitlines()) == 5, "a line break in a value made a row of its own"
    for columns in (60, 80, 120, 200):
        for line in cli(*arguments, COLUMNS=str(columns)).splitlines():
            assert width(line) <= columns
    assert "\x1b" not in cli("runs", "show", seeded.ids[2]) and "\x1b" not in cli("runs", "compare", *seeded.ids[:3])


def test_moments_that_no_calendar_has_are_printed_as_numbers(cli, seeded, unique):
    experiment = seeded.client.create_experiment(unique("moments"))
    for start in (2**63 - 1, 253_402_300_800_000, 1_700_000_000_001):
        seeded.client.create_run(experiment, start_time=start)
    assert {row["start_time"] for row in table_of(cli("runs", "export", "--experiment", experiment))} == {
        "9223372036854775807", "253402300800000", "2023-11-14T22:13:20.001Z",
    }
    assert "9223372036854775807 ms" in cli("runs", "list", "--experiment", experiment)


def table_of(text):
    """The CSV as `mlflow.search_runs` types it; empty fields are absent values."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    return rows


def assert_equal_to_search_runs(rows, expected):
    """The names are the client's, and the values are its values."""
    assert set(rows[0]) == set(expected.columns)
    assert len(rows) == len(expected)
    for row, (_, theirs) in zip(rows, expected.iterrows()):
        for name, value in row.items():
            wanted = theirs[name]
            if name.startswith("metrics."):
                assert (value in ("", "NaN") and math.isnan(wanted)) or float(value) == wanted, name
            elif name in ("start_time", "end_time"):
                assert (value == "" and pandas.isna(wanted)) or pandas.Timestamp(value) == wanted, name
            else:
                assert value == ("" if wanted is None or wanted != wanted else wanted), name


def test_exported_csv_is_what_search_runs_gives(cli, seeded):
    text = cli("runs", "export", "--experiment", "flights")
    rows = table_of(text)
    assert_equal_to_search_runs(rows, mlflow.search_runs([seeded.experiment]))
    assert {row["params.note"] for row in rows} == {"", ODD}
    assert list(rows[0])[:6] == ["run_id", "experiment_id", "status", "artifact_uri", "start_time", "end_time"]


def test_lines_of_csv_end_as_rfc_4180_has_them(cli, seeded):
    done = subprocess.run(
        martlet_process.command("runs", "export", "--experiment", "flights", "--filter", "params.empty = ''"),
        capture_output=True, env=martlet_process.environment(MARTLET_SERVER=seeded.url), timeout=60,
    )
    assert done.returncode == 0
    assert done.stdout.endswith(b"\r\n") and done.stdout.count(b"\r\n") == 2
    assert b',"",' in done.stdout, "an empty parameter is told from one that is absent"


def test_exported_json_lines_hold_the_same(cli, seeded, tmp_path):
    cli("runs", "export", "--experiment", seeded.experiment, "--output", "runs.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "runs.jsonl").read_text().splitlines()]
    assert sorted(os.listdir(tmp_path)) == ["runs.jsonl"]
    expected = mlflow.search_runs([seeded.experiment])
    for row, (_, theirs) in zip(rows, expected.iterrows(), strict=True):
        present = {name for name, value in theirs.items() if isinstance(value, str) or not pandas.isna(value)}
        assert set(row) - {"metrics.broken"} == present
        assert all(row[name] == theirs[name] for name in present if name.startswith(("metrics.", "params.", "tags.")))
        assert row.get("metrics.broken", "NaN") == "NaN"


def test_an_export_goes_through_all_pages(cli, seeded, unique):
    experiment = seeded.client.create_experiment(unique("many"))
    with requests.Session() as session:
        for number in range(1_203):
            session.post(
                f"{seeded.url}/api/2.0/mlflow/runs/create",
                json={"experiment_id": experiment, "run_name": f"run {number}", "start_time": 1_000 + number},
            ).raise_for_status()
    rows = table_of(cli("runs", "export", "--experiment", experiment))
    assert [row["tags.mlflow.runName"] for row in rows] == [f"run {number}" for number in reversed(range(1_203))]
    assert len(table_of(cli("runs", "export", "--experiment", experiment, "--limit", 1_100))) == 1_100


def test_a_comparison_shows_what_differs_and_marks_the_best(cli, cli_json, seeded):
    compared = cli_json("runs", "compare", *seeded.ids[:2])
    assert [param["key"] for param in compared["params"]] == ["depth"]
    metrics = {metric["key"]: metric for metric in compared["metrics"]}
    assert metrics["auc"]["best"] == [1] and metrics["auc"]["values"] == pytest.approx([0.76, 0.82])
    assert metrics["loss"]["best"] == [1] and metrics["loss"]["better"] == "lower"
    turned = {m["key"]: m for m in cli_json("runs", "compare", *seeded.ids[:2], "--lower", "auc", "--all")["metrics"]}
    assert turned["auc"]["best"] == [0]
    text = cli("runs", "compare", *seeded.ids[:2])
    assert re.search(r"^depth +3 +6$", text, re.M) and re.search(r"^auc +0\.76 +\*0\.82 +higher$", text, re.M)
    assert "seed" not in text and "seed" in cli("runs", "compare", *seeded.ids[:2], "--all")


def test_a_plot_is_plain_where_no_terminal_is(cli, seeded):
    text = cli("runs", "plot", *seeded.ids[:2], "--metric", "loss", "--width", "60", "--height", "10")
    assert text.isascii() and "\x1b" not in text
    lines = text.splitlines()
    assert all(len(line) <= 60 for line in lines[:-2])
    assert lines[0] == "loss" and lines[1].startswith("  1 +") and lines[-4].split() == ["0", "20", "40"]
    assert lines[-2].startswith(f"* depth 3 ({seeded.ids[0][:8]})  last ")
    assert lines[-1].startswith(f"o depth 6 ({seeded.ids[1][:8]})  last ")
    assert "0.01 +" in cli("runs", "plot", seeded.ids[1], "--metric", "loss", "--log", "--height", "30")
    assert "seconds" in cli("runs", "plot", seeded.ids[1], "--metric", "loss", "--by", "time")


def test_the_points_of_a_plot_are_the_metric_s_history(cli_json, seeded):
    drawn = cli_json("runs", "plot", seeded.ids[0], "--metric", "loss")
    history = seeded.client.get_metric_history(seeded.ids[0], "loss")
    assert [(point["x"], point["y"]) for point in drawn[0]["points"]] == [(m.step, m.value) for m in history]


def on_a_terminal(*arguments, **more):
    """Standard output of a command that believes to be on a terminal of 80 columns."""
    leader, follower = pty.openpty()
    environment = {**martlet_process.environment(**more), "TERM": "xterm-256color"}
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(
        martlet_process.command(*arguments), stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    output = b""
    try:
        while select.select([leader], [], [], 60)[0]:
            try:
                piece = os.read(leader, 65_536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            output += piece
    finally:
        os.close(leader)
    return process.wait(60), output.decode()


def test_a_plot_is_braille_and_coloured_on_a_terminal(seeded):
    arguments = ["runs", "plot", *seeded.ids[:2], "--metric", "loss"]
    status, text = on_a_terminal(*arguments, MARTLET_SERVER=seeded.url)
    assert status == 0 and "\x1b[34m" in text and "\x1b[31m" in text
    assert any("\u2800" < character <= "\u28ff" for character in text)
    status, text = on_a_terminal(*arguments, MARTLET_SERVER=seeded.url, NO_COLOR="1")
    assert status == 0 and "\x1b" not in text and text.isascii()
    status, text = on_a_terminal(*arguments[:3], *arguments[-2:], MARTLET_SERVER=seeded.url, NO_COLOR="1")
    assert status == 0 and "\x1b" not in text and not text.isascii()


def test_a_metric_s_history_is_printed_whole(cli, cli_json, seeded):
    history = seeded.client.get_metric_history(seeded.ids[0], "loss")
    rows = table_of(cli("runs", "metrics", seeded.ids[0], "loss", "--csv"))
    assert [(r["key"], float(r["value"]), int(r["step"]), int(r["timestamp"])) for r in rows] == [
        (m.key, m.value, m.step, m.timestamp) for m in history
    ]
    assert [m["value"] for m in cli_json("runs", "metrics", seeded.ids[0], "loss")] == [m.value for m in history]
    assert len(cli("runs", "metrics", seeded.ids[0], "loss", "--limit", "7").splitlines()) == 8
    assert {m["key"] for m in cli_json("runs", "metrics", seeded.ids[0])} == {"loss", "auc"}
    assert cli_json("runs", "metrics", seeded.ids[3]) == []
    cli("runs", "metrics", seeded.ids[0], "nobody", status=66)


def test_a_run_is_shown_with_all_that_is_known(cli, cli_json, seeded):
    shown = cli_json("runs", "show", seeded.ids[0])
    assert shown["run"]["info"]["run_id"] == seeded.ids[0]
    assert [file["path"] for file in shown["artifacts"]] == [
        "model", "model/MLmodel", "model/data", "model/data/params.json", "notes", "notes/a.txt",
    ]
    text = cli("runs", "show", seeded.ids[0])
    for piece in ("Experiment  ", "Status      FINISHED", "  depth  3", "auc", "rows", "train", "│  └─ data/", "a.txt  5 B"):
        assert piece in text
    assert "NaN" in cli("runs", "show", seeded.ids[2]) and "FAILED" in cli("runs", "show", seeded.ids[2])


def test_a_run_s_files_are_fetched(cli, cli_json, seeded, tmp_path):
    run = seeded.ids[0]
    assert "└─ data/" in cli("runs", "artifacts", "list", run)
    assert cli("runs", "artifacts", "list", run, "notes").split() == ["notes/a.txt"]
    cli("runs", "artifacts", "download", run, "--to", "all")
    assert (tmp_path / "all/model/data/params.json").read_text() == (
        pathlib.Path(mlflow.artifacts.download_artifacts(run_id=run, artifact_path="model/data/params.json")).read_text()
    )
    cli("runs", "artifacts", "download", run, "model", "--to", "part")
    assert sorted(p.relative_to(tmp_path / "part").as_posix() for p in (tmp_path / "part").rglob("*") if p.is_file()) == [
        "model/MLmodel", "model/data/params.json",
    ]
    cli("runs", "artifacts", "download", run, "notes/a.txt", "--to", "one")
    assert (tmp_path / "one/a.txt").read_text() == "hello"
    cli("runs", "artifacts", "download", run, "notes/nobody.txt", "--to", "none", status=66)


def test_runs_are_tagged_deleted_and_restored(cli, cli_json, seeded):
    runs = [seeded.client.create_run(seeded.experiment).info.run_id for _ in range(2)]
    cli("runs", "tag", runs[0], "reviewed=yes", "draft=1")
    cli("runs", "tag", runs[0], "--delete", "draft")
    tags = seeded.client.get_run(runs[0]).data.tags
    assert tags["reviewed"] == "yes" and "draft" not in tags
    cli("runs", "delete", *runs)
    deleted = [run["info"]["run_id"] for run in cli_json("runs", "list", "--view", "deleted", "--limit", "100")]
    assert set(runs) <= set(deleted)
    cli("runs", "restore", *runs)
    assert all(seeded.client.get_run(run).info.lifecycle_stage == "active" for run in runs)
    cli("runs", "delete", *runs)


def test_what_was_deleted_is_removed_for_good(cli, cli_json, seeded, unique):
    client, name = seeded.client, unique("purged")
    experiment = client.create_experiment(name)
    old, kept = (client.create_run(experiment).info.run_id for _ in range(2))
    client.log_text(old, "hello", "a.txt")
    files = list(seeded.workspace.glob(f"artifacts/**/{old}/artifacts/a.txt"))
    assert len(files) == 1
    client.delete_run(old)
    # Nobody is there to be asked, and a run that was not deleted stays.
    cli("runs", "purge", old, status=64)
    assert f"would be removed: {old}" in cli("runs", "purge", old, "--dry-run")
    assert client.get_run(old).info.lifecycle_stage == "deleted" and files[0].exists()
    cli("runs", "purge", kept, "--yes", status=65)
    cli("runs", "purge", old, "--older-than", "1d", "--yes", status=65)
    assert cli_json("runs", "purge", old, "--yes") == {"kept": [], "purged": [old]}
    assert not files[0].exists()
    with pytest.raises(mlflow.MlflowException, match="not found"):
        client.get_run(old)
    # A deleted experiment keeps its name until it is gone.
    client.delete_experiment(experiment)
    with pytest.raises(mlflow.MlflowException) as refusal:
        client.create_experiment(name)
    assert "martlet experiments purge" in str(refusal.value)
    assert cli("experiments", "purge", name, "--yes") == f"removed: {experiment}\n"
    assert client.create_experiment(name) != experiment


def test_what_a_version_came_from_is_not_removed(cli, seeded):
    seeded.client.delete_run(seeded.ids[0])
    try:
        cli("runs", "purge", seeded.ids[0], "--yes", status=77)
        assert f"stays: {seeded.ids[0]} (" in cli("runs", "purge", "--older-than", "0s", "--dry-run")
    finally:
        seeded.client.restore_run(seeded.ids[0])


# Models


def test_models_are_listed_and_shown(cli, cli_json, seeded):
    assert "flight-delay" in [model["name"] for model in cli_json("models", "search", "--filter", "name LIKE 'flight%'")]
    row = next(line for line in cli("models", "list").splitlines() if line.startswith("flight-delay "))
    assert row.split()[1:4] == ["2", "1", "@champion=2"]
    shown = cli_json("models", "show", "flight-delay")
    assert [version["version"] for version in shown["versions"]] == ["2", "1"]
    assert shown["versions"][0]["aliases"] == ["champion"] and shown["versions"][1]["current_stage"] == "Production"
    assert [version["version"] for version in cli_json("models", "versions", "flight-delay")] == ["2", "1"]
    for name in ("flight-delay@champion", "models:/flight-delay/2", "flight-delay/latest"):
        assert cli_json("models", "show", name)["version"] == "2"
    assert "Stage    Production" in cli("models", "show", "flight-delay/Production")


def test_versions_are_compared_by_their_runs(cli_json, seeded):
    compared = cli_json("models", "compare", "flight-delay/Production", "flight-delay@champion")
    assert compared["names"] == ["flight-delay/1", "flight-delay/2"] and compared["runs"] == seeded.ids[:2]
    assert [param["key"] for param in compared["params"]] == ["depth"]


def test_a_model_s_life_from_making_to_deleting(cli, cli_json, seeded, unique):
    name, other = unique("model"), unique("other")
    cli("models", "create", name, "--description", "first", "--tag", "a=1")
    cli("models", "create", name, status=65)
    cli("models", "register", name, f"runs:/{seeded.ids[0]}/model")
    cli("models", "describe", name, "second")
    cli("models", "describe", f"{name}/1", "version's")
    cli("models", "tag", name, "b=2", "--delete", "a")
    cli("models", "tag", f"{name}/1", "c=3", "d=4")
    cli("models", "tag", f"{name}/1", "--delete", "d")
    cli("models", "alias", "set", f"{name}/1", "best")
    model = seeded.client.get_registered_model(name)
    assert (model.description, model.tags, model.aliases) == ("second", {"b": "2"}, {"best": "1"})
    version = seeded.client.get_model_version(name, "1")
    assert (version.description, version.tags, version.run_id) == ("version's", {"c": "3"}, seeded.ids[0])
    assert cli_json("models", "copy", f"{name}@best", other)["version"] == "1"
    assert seeded.client.get_model_version(other, "1").tags == {"c": "3"}
    cli("models", "alias", "delete", name, "best")
    cli("models", "rename", name, f"{name}-2")
    cli("models", "delete", f"{name}-2/1", "--yes")
    assert cli_json("models", "versions", f"{name}-2") == []
    cli("models", "delete", f"{name}-2", "--yes")
    cli("models", "show", f"{name}-2", status=66)


def test_a_person_is_asked_before_a_model_is_gone(cli, seeded, unique):
    name = unique("asked")
    cli("models", "create", name)
    leader, follower = pty.openpty()
    os.write(leader, b"no\n")
    done = subprocess.run(
        martlet_process.command("models", "delete", name), stdin=follower, stderr=follower, stdout=subprocess.PIPE,
        env=martlet_process.environment(MARTLET_SERVER=seeded.url), timeout=60,
    )
    os.close(follower)
    os.close(leader)
    assert done.returncode == 1
    assert seeded.client.get_registered_model(name).name == name


def test_a_version_s_files_are_fetched_and_are_the_registered_ones(cli, cli_json, seeded, tmp_path):
    fetched = cli_json("models", "download", "flight-delay/Production", "--to", "model")
    files = sorted(path for path in (tmp_path / "model").rglob("*") if path.is_file())
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(tmp_path / 'model').as_posix()}\n"
        for path in files
    ]
    assert fetched["sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()
    assert (fetched["version"], fetched["files"], len(files)) == ("1", 2, 2)
    assert (tmp_path / "model/MLmodel").read_text() == "model " * 3
    cli("models", "download", "flight-delay/Production", "--to", "model", status=65)
    cli("models", "download", "models:/flight-delay@champion")
    assert (tmp_path / "flight-delay-2/MLmodel").read_text() == "model " * 6


def test_files_that_somebody_changed_on_the_disk_are_not_handed_on(cli, seeded, tmp_path, unique):
    name = unique("tampered")
    with mlflow.start_run(experiment_id=seeded.experiment) as run:
        mlflow.log_text("as it was", "model/MLmodel")
    cli("models", "register", name, f"runs:/{run.info.run_id}/model")
    [file] = (seeded.workspace / "artifacts").rglob(f"{run.info.run_id}/artifacts/model/MLmodel")
    file.write_text("as it is now")
    cli("models", "download", f"{name}/1", "--to", "got", status=70)
    assert os.listdir(tmp_path) == []


# Without a server


def test_a_workspace_is_opened_in_process_when_no_server_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    here = ["--workspace", "ws"]
    martlet_process.run("experiments", "create", "alone", *here)
    names = [e["name"] for e in martlet_process.run_json("experiments", "list", *here)]
    assert names == ["alone", "Default"]
    assert martlet_process.run("runs", "list", *here).split()[:2] == ["RUN", "NAME"]
    assert martlet_process.run("runs", "export", *here).splitlines() == [
        "run_id,experiment_id,status,artifact_uri,start_time,end_time"
    ]
    assert martlet_process.run_json("models", "list", *here) == []


# The guide; last, because it renames what the other tests use


def test_every_command_of_the_guide_does_what_it_says(seeded, tmp_path):
    guide = (martlet_process.CHECKOUT / "docs/guides/experiments-and-runs.md").read_text()
    commands = [line[2:] for line in guide.splitlines() if line.startswith("$ martlet ")]
    assert len(commands) > 15
    environment = martlet_process.environment(MARTLET_SERVER=seeded.url, RUN=seeded.ids[0], OTHER=seeded.ids[1])
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/martlet").symlink_to(martlet_process.binary())
    environment["PATH"] = f"{tmp_path / 'bin'}:{environment['PATH']}"
    for command in commands:
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True,
            stdin=subprocess.DEVNULL, timeout=60,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
