"""MLflow's own commands, and training scripts that know nothing but MLFLOW_TRACKING_URI."""

import csv
import io
import json
import os
import pathlib
import subprocess
import sys
import textwrap

import mlflow
import mlflow.cli
import pytest
from click.testing import CliRunner

import martlet_process

MLFLOW = pathlib.Path(sys.executable).with_name("mlflow")
QUIET = {name: os.environ[name] for name in ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK", "GIT_PYTHON_REFRESH")}


@pytest.fixture
def run(server_url, tmp_path):
    """A process and its standard output."""

    def start(*arguments, **more):
        done = subprocess.run(
            [str(argument) for argument in arguments], capture_output=True, text=True, timeout=120, cwd=tmp_path,
            env=martlet_process.environment(MLFLOW_TRACKING_URI=server_url, **QUIET, **more),
        )
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return start


@pytest.fixture
def command(server_url):
    """An `mlflow` command's standard output, without the seconds that a process of its own takes to import everything."""

    def invoke(*arguments):
        done = CliRunner().invoke(
            mlflow.cli.cli, [str(argument) for argument in arguments], env={"MLFLOW_TRACKING_URI": server_url}
        )
        assert done.exit_code == 0, f"{arguments}\n{done.output}\n{done.exception!r}"
        return done.stdout

    return invoke


def test_experiments_are_kept_by_command(client, command, unique):
    name = unique("cli")
    command("experiments", "create", "-n", name)
    made = client.get_experiment_by_name(name)
    command("experiments", "rename", "-x", made.experiment_id, "--new-name", f"{name}-renamed")
    shown = command("experiments", "search", "--view", "all")
    assert f"{name}-renamed" in shown and made.experiment_id in shown
    command("experiments", "delete", "-x", made.experiment_id)
    assert client.get_experiment(made.experiment_id).lifecycle_stage == "deleted"
    command("experiments", "restore", "-x", made.experiment_id)
    assert client.get_experiment(made.experiment_id).lifecycle_stage == "active"


def test_runs_are_listed_described_and_deleted_by_command(client, experiment, command):
    with mlflow.start_run(run_name="by hand") as made:
        mlflow.log_params({"depth": 8})
        mlflow.log_metric("auc", 0.5)
    run_id = made.info.run_id
    assert run_id in command("runs", "list", "--experiment-id", experiment.experiment_id)
    described = json.loads(command("runs", "describe", "--run-id", run_id))
    assert described["data"]["params"] == {"depth": "8"} and described["info"]["run_name"] == "by hand"
    command("runs", "delete", "--run-id", run_id)
    assert run_id not in command("runs", "list", "--experiment-id", experiment.experiment_id)
    command("runs", "restore", "--run-id", run_id)
    table = tuple(csv.DictReader(io.StringIO(command("experiments", "csv", "-x", experiment.experiment_id))))
    assert [(row["run_id"], row["params.depth"], row["metrics.auc"]) for row in table] == [(run_id, "8", "0.5")]


def test_files_go_up_and_down_by_command(client, experiment, command, tmp_path):
    run_id = client.create_run(experiment.experiment_id).info.run_id
    (tmp_path / "up" / "deep").mkdir(parents=True)
    (tmp_path / "up" / "deep" / "a b.txt").write_text("ünï")
    command("artifacts", "log-artifacts", "--local-dir", "up", "--run-id", run_id, "--artifact-path", "data")
    command("artifacts", "log-artifact", "--local-file", "up/deep/a b.txt", "--run-id", run_id)
    listed = json.loads(command("artifacts", "list", "--run-id", run_id))
    assert {(item["path"], item["is_dir"]) for item in listed} == {("data", True), ("a b.txt", False)}
    command("artifacts", "download", "--run-id", run_id, "--artifact-path", "data", "-d", tmp_path / "down")
    assert (tmp_path / "down" / "data" / "deep" / "a b.txt").read_text() == "ünï"
    command("artifacts", "download", "-u", f"runs:/{run_id}/a b.txt", "-d", tmp_path / "one")
    assert (tmp_path / "one" / "a b.txt").read_text() == "ünï"


def test_a_script_needs_only_the_environment(client, run, unique):
    name = unique("by environment")
    script = """
        import mlflow, numpy
        from sklearn.linear_model import LogisticRegression

        mlflow.autolog(log_models=False, log_datasets=False)
        mlflow.log_param("first", "of all")  # starts a run by itself
        LogisticRegression(C=0.5).fit(numpy.array([[0.0], [1.0], [2.0], [3.0]]), [0, 0, 1, 1])
        mlflow.log_metric("last", 1, synchronous=False)
        mlflow.flush_async_logging()
        print("run", mlflow.active_run().info.run_id)
    """
    out = run(sys.executable, "-c", textwrap.dedent(script), MLFLOW_EXPERIMENT_NAME=name)
    (found,) = client.search_runs([client.get_experiment_by_name(name).experiment_id])
    assert f"run {found.info.run_id}" in out and found.info.status == "FINISHED"
    assert (found.data.params["first"], found.data.params["C"]) == ("of all", "0.5")
    assert found.data.metrics["last"] == 1 and found.data.metrics["training_accuracy_score"] == 1
    assert found.data.tags["estimator_name"] == "LogisticRegression"


def test_the_command_as_a_process_goes_on_from_the_environment(client, experiment, run):
    run_id = client.create_run(experiment.experiment_id, run_name="listed").info.run_id
    assert run_id in run(MLFLOW, "runs", "list", "--experiment-id", experiment.experiment_id)
