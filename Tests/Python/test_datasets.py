"""Versioned datasets: the guide's commands, branches and merges as deltalake and polars see them, and imports that are killed."""

import os
import pathlib
import random
import signal
import subprocess
import time

import deltalake
import polars
import pytest
import requests

import martlet_process

SEED = int(os.environ.get("MARTLET_TEST_SEED", time.time_ns() % 1_000_000))

MARCH = "id,day,customer,amount\n1,2024-03-01,ann,2.5\n2,2024-03-02,bob,-1\n3,2024-03-03,cid,4\n4,2024-03-04,,8.25\n"
APRIL = "id,day,customer,amount\n5,2024-04-01,ann,1\n6,2024-04-02,dee,16\n"
CORRECTED = "id,day,customer,amount\n2,2024-03-02,bob,1\n6,2024-04-02,dee,17\n"


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "march.csv").write_text(MARCH)
    (tmp_path / "april.csv").write_text(APRIL)
    (tmp_path / "corrected.csv").write_text(CORRECTED)
    (tmp_path / "leavers.csv").write_text("customer\ncid\nnobody\n")
    (tmp_path / "totals.sql").write_text("SELECT customer, sum(amount)::DOUBLE AS total FROM sales GROUP BY customer")
    return tmp_path


def ids(path, version=None):
    """As both readers see it."""
    by_deltalake = sorted(deltalake.DeltaTable(path, version=version).to_pyarrow_table()["id"].to_pylist())
    by_polars = polars.scan_delta(path, version=version).select("id").collect()["id"].sort().to_list()
    assert by_deltalake == by_polars
    return by_polars


def data(*arguments):
    return martlet_process.run_json("data", *arguments)


def test_the_commands_of_the_guide_run_as_they_stand(files):
    guide = (martlet_process.CHECKOUT / "docs/guides/datasets.md").read_text()
    commands = [line[2:] for line in guide.splitlines() if line.startswith("$ ")]
    assert len(commands) > 25
    (files / "bin").mkdir()
    (files / "bin/martlet").symlink_to(martlet_process.binary())
    environment = martlet_process.environment()
    environment["PATH"] = f"{files / 'bin'}:{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-e", "-x", "-o", "pipefail", "-c", "\n".join(commands)], env=environment, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "shop.totals@0 (derive by anyone)" in done.stdout
    martlet_process.run("audit", "verify")


def test_other_readers_see_merges_deletions_and_what_was_restored(files):
    path = data("import", "shop.sales", "march.csv")["path"]
    data("import", "shop.sales", "corrected.csv", "--mode", "merge", "--key", "id")
    assert ids(path) == [1, 2, 3, 4, 6]
    amounts = polars.scan_delta(path).sort("id").collect()["amount"].to_list()
    assert amounts == [2.5, 1, 4, 8.25, 17]
    data("delete", "shop.sales", "--where", "customer = 'ann' or customer is null")
    assert ids(path) == [2, 3, 6]
    data("delete", "shop.sales", "--keys", "leavers.csv", "--key", "customer")
    assert ids(path) == [2, 6]
    data("restore", "shop.sales", "--version", "1")
    assert ids(path) == [1, 2, 3, 4, 6]
    for _ in range(3):
        data("import", "shop.sales", "april.csv", "--mode", "append")
    data("optimize", "shop.sales", "--z-order", "id,day")
    assert ids(path) == [1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6]
    assert [ids(path, version) for version in (0, 2)] == [[1, 2, 3, 4], [2, 3, 6]]
    operations = [commit["operation"] for commit in deltalake.DeltaTable(path).history()]
    assert operations[0] == "OPTIMIZE" and operations[4] == "RESTORE" and operations[-1] == "WRITE"
    data("vacuum", "shop.sales", "--retention", "0h", "--force")
    assert ids(path) == [1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6]
    error = subprocess.run(
        martlet_process.command("data", "show", "shop.sales", "--version", "2"), capture_output=True, text=True,
        env=martlet_process.environment(),
    )
    assert error.returncode != 0 and "vacuumed" in error.stderr


def test_a_branch_is_a_delta_table_that_shares_its_files(files):
    main = data("import", "shop.sales", "march.csv")["path"]
    data("branch", "create", "shop.sales", "cleaned")
    branch = data("show", "shop.sales:cleaned")["path"]
    assert branch != main and ids(branch) == ids(main) == [1, 2, 3, 4]
    shared = {file.stat().st_ino for file in pathlib.Path(main).glob("*.parquet")}
    assert {file.stat().st_ino for file in pathlib.Path(branch).glob("*.parquet")} == shared
    data("import", "shop.sales", "april.csv", "--mode", "append", "--branch", "cleaned")
    data("delete", "shop.sales:cleaned", "--where", "id = 1")
    assert (ids(branch), ids(main)) == ([2, 3, 4, 5, 6], [1, 2, 3, 4])
    data("branch", "fast-forward", "shop.sales", "cleaned")
    assert ids(branch) == ids(main) == [2, 3, 4, 5, 6] and ids(main, 0) == [1, 2, 3, 4]
    # Another program may write to either.
    deltalake.write_deltalake(
        branch, polars.DataFrame({"id": [9], "day": [None], "customer": ["eve"], "amount": [1.0]},
                                 schema_overrides={"day": polars.Date}).to_arrow(), mode="append",
    )
    data("import", "shop.sales:cleaned", "march.csv", "--mode", "append")
    data("branch", "fast-forward", "shop.sales", "cleaned")
    assert ids(main) == ids(branch) and 9 in ids(main)
    martlet_process.run("data", "branch", "delete", "shop.sales", "cleaned", "--yes")
    assert not pathlib.Path(branch).exists() and 9 in ids(main)


def test_a_transaction_over_a_server_is_committed_once(files):
    with martlet_process.Server(files / "workspace") as server:
        there = ("--server", server.url)
        martlet_process.run("data", "import", "shop.sales", "march.csv", *there)
        made = requests.post(f"{server.url}/api/2.0/mlflow/runs/create", json={"experiment_id": "0"}, timeout=30).json()
        run = made["run"]["info"]["run_id"]
        opened = data("transaction", "begin", "shop.sales", "--type", "append", "--run-id", run, *there)
        data("transaction", "add", opened["id"], "april.csv", "corrected.csv", *there)
        versions = {data("transaction", "commit", opened["id"], *there)["table"] for _ in range(3)}
        assert versions == {"shop.sales@1"}
        newest = data("history", "shop.sales", *there)[0]
        assert (newest["kind"], newest["run_id"], newest["row_count"]) == ("APPEND", run, 4)
        path = data("show", "shop.sales", *there)["path"]
        assert ids(path) == [1, 2, 2, 3, 4, 5, 6, 6]
        # A path of the server's machine is never read for a client.
        (files / "secret.csv").write_text("id\n1\n")
        answer = requests.post(
            f"{server.url}/api/martlet/1.0/datasets/import", timeout=30,
            json={"table": "shop.secret", "upload": str(files / "secret.csv"), "file_name": "secret.csv", "mode": "overwrite"},
        )
        assert answer.status_code == 400 and "there is no upload" in answer.json()["message"]


def test_an_import_that_is_killed_at_any_moment_leaves_the_table_as_it_was(files):
    print(f"seed {SEED}")
    chance = random.Random(SEED)
    lines = "".join(f"{number},2024-05-01,c{number % 977},{number / 4}\n" for number in range(400_000))
    (files / "many.csv").write_text("id,day,customer,amount\n" + lines)
    path = pathlib.Path(data("import", "shop.sales", "march.csv")["path"])
    started = time.monotonic()
    data("import", "shop.whole", "many.csv")
    whole = time.monotonic() - started
    killed = 0
    for _ in range(8):
        process = subprocess.Popen(
            martlet_process.command("data", "import", "shop.sales", "many.csv", "--mode", "append"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env=martlet_process.environment(),
        )
        time.sleep(chance.uniform(0.2, 1.1) * whole)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        # The next command tidies up; what was committed is there wholly, anything else not at all.
        versions = data("history", "shop.sales")
        assert len(ids(str(path))) == 4 + 400_000 * (len(versions) - 1), f"seed {SEED}"
        assert len(list(path.glob("*.parquet"))) == len(versions), f"seed {SEED}"
        assert not list(path.glob(".tmp-*")) + list(path.glob("_delta_log/.tmp-*")), f"seed {SEED}"
        assert [entry for entry in (files / "martlet-data/scratch").iterdir() if entry.name != "spill"] == []
    assert killed > 0
    martlet_process.run("audit", "verify")
