"""`martlet lint`, `evidence` and `why` as programs of other people meet them."""

import hashlib
import json
import os
import random
import sys
import threading
import time
import zipfile

import mlflow
import numpy
import pandas
import requests
import xgboost

import martlet_process

sys.path.insert(0, str(martlet_process.CHECKOUT / "clients" / "python"))

from martlet import FeatureLookup, FeatureStoreClient  # noqa: E402

SEED = int(os.environ.get("MARTLET_TEST_SEED", time.time_ns() % 1_000_000))
run = martlet_process.run


def test_lint_finds_by_its_exit_code_and_in_sarif(tmp_path):
    (tmp_path / "good.py").write_text("load('models:/churn/Production')\n")
    assert "0 errors" in run("lint", tmp_path / "good.py")
    (tmp_path / "bad.py").write_text("x = 1\nload('models:/churn/7')\n")
    (tmp_path / "note.ipynb").write_text(json.dumps({
        "cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": ["a\n", "load('models:/x/Prod')"]}],
        "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
    }))
    out = tmp_path / "lint.sarif"
    run("lint", tmp_path, "--format", "sarif", "--out", out, status=1)
    log = json.loads(out.read_text())
    assert log["version"] == "2.1.0"
    results = log["runs"][0]["results"]
    assert {result["ruleId"] for result in results} == {"pinned-version", "misspelt-stage"}
    rules = [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in results)
    assert results[1]["locations"][0]["logicalLocations"][0]["name"] == "cell 1, line 2"
    page = tmp_path / "summary.md"
    page.write_text("")
    text = run("lint", tmp_path, "--format", "github", status=1, GITHUB_STEP_SUMMARY=str(page))
    assert text.startswith("::error file=") and "pinned-version" in page.read_text()
    run("lint", tmp_path / "not-there.py", status=2)


def test_martlets_own_programs_and_guides_pin_nothing():
    checkout = martlet_process.CHECKOUT
    parts = ["Sources", "Examples", "Benchmarks", "clients", "docs", "README.md"]
    assert "0 errors, 0 warnings" in run("lint", *[checkout / part for part in parts if (checkout / part).exists()])


def test_a_pack_is_read_by_others_and_verifies(tmp_path):
    """What a ZIP reader, hashlib and json say of a pack is what it says of itself."""
    workspace = tmp_path / "workspace"
    model = tmp_path / "model"
    model.mkdir()
    (model / "MLmodel").write_text("flavors:\n  python_function:\n    loader_module: x\n")
    (model / "requirements.txt").write_text("xgboost==3.2.0\nnumpy>=2\n")
    with martlet_process.Server(workspace) as server:
        import mlflow

        mlflow.set_tracking_uri(server.url)
        client = mlflow.MlflowClient(server.url)
        experiment = client.create_experiment("evidence")
        started = client.create_run(experiment)
        client.log_artifacts(started.info.run_id, str(model), "model")
        client.create_registered_model("churn")
        client.create_model_version("churn", f"runs:/{started.info.run_id}/model", started.info.run_id)
        pack = tmp_path / "pack.zip"
        said = run("evidence", "churn/1", "--out", pack, MARTLET_SERVER=server.url)
        assert "incomplete: " in said
        verified = json.loads(run("models", "verify", "churn/1", "--json", MARTLET_SERVER=server.url))
    key = (workspace / "audit/log.pub").read_text()
    run("evidence", "verify", pack, "--public-key", key)
    with zipfile.ZipFile(pack) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        for file in manifest["files"]:
            assert hashlib.sha256(archive.read(file["path"])).hexdigest() == file["sha256"], file
        missing = {section["kind"]: section["missing"] for section in manifest["sections"]}
        assert missing["monitoring_plan"] and missing["training_data"] and missing["approvals"]
        bill = json.loads(archive.read("software/sbom.cdx.json"))
        assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
        found = {part["name"]: part.get("version") for part in bill["components"]}
        assert found == {"xgboost": "3.2.0", "numpy": None}
        sums = archive.read("files/SHA256SUMS").decode()
    expected = [f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.name}" for p in sorted(model.iterdir())]
    assert sums.splitlines() == expected
    assert root([line.encode() + b"\n" for line in expected]).hex() == verified["root"]
    data = bytearray(pack.read_bytes())
    data[data.index(b"xgboost==3.2.0") + 9] ^= 1
    pack.write_bytes(data)
    run("evidence", "verify", pack, "--key", key, status=65)


def test_an_answered_prediction_outlives_a_kill(tmp_path):
    """Rows are scored while Martlet is killed: each that was answered can be asked why, and replays to the bit."""
    print(f"MARTLET_TEST_SEED={SEED}")
    dice = random.Random(SEED)
    workspace = tmp_path / "workspace"
    with martlet_process.Server(workspace) as server:
        uri = served(server.url)
        requests.post(
            server.url + "/api/martlet/1.0/features/serve", json={"name": "kill.ratings"}, timeout=60
        ).raise_for_status()
    answered: dict[str, list[float]] = {}
    refused: list[str] = []
    for _ in range(3):
        server = martlet_process.Server(workspace)
        threads = [
            threading.Thread(target=score_until_the_end, args=(server.url, uri, answered, refused, from_memory))
            for from_memory in (False, True, True)
        ]
        for thread in threads:
            thread.start()
        time.sleep(dice.uniform(0.5, 2))
        server.kill()
        for thread in threads:
            thread.join()
    assert refused == [], f"seed {SEED}"
    assert any(answered.values()) and not all(answered.values()), f"seed {SEED}"
    with martlet_process.Server(workspace) as server:
        print(f"{len(answered)} requests were answered")
        for scoring, predictions in answered.items():
            for row in range(3):
                answer = requests.post(
                    server.url + "/api/martlet/1.0/scoring/why", json={"prediction_id": f"{scoring[:12]}-{row:016x}"},
                    timeout=60)
                assert answer.status_code == 200, (SEED, answer.text)
                why = answer.json()
                assert why["replay"]["outcome"] == "equal", (SEED, why["replay"])
                assert not predictions or why["score"] == predictions[row], (SEED, why["score"], predictions)
                assert abs(why["contributions"]["margin"] - why["contributions"]["bias"]
                           - sum(why["contributions"]["values"].values())) < 1e-4
        # The command says the score and the id to ask by.
        said = run("predict", "models:/kill@champion", "key=k3", "size=1.5", "--server", server.url)
        score, identifier = said.splitlines()[0].split("\t")
        assert 0 < float(score) < 1
        why = json.loads(run("why", identifier, "--server", server.url, "--json"))
        assert why["score"] == float(score)
        run("predict", "models:/kill@champion", "--server", server.url, status=64)
        run("predict", "models:/kill@champion", "key=k3", "--rows", "-", "--server", server.url, status=64)


def served(url):
    """A model of XGBoost in service that looks one feature up."""
    mlflow.set_tracking_uri(url)
    mlflow.set_registry_uri(url)
    store = FeatureStoreClient(url)
    keys = [f"k{number}" for number in range(50)]
    store.create_table("kill.ratings", "key", pandas.DataFrame({"key": keys, "rating": numpy.arange(50) / 7}))
    store.create_table("kill.asked", "key", pandas.DataFrame({"key": ["k3", "k44", "k9"], "size": [1.5, 2.5, 0.1]}))
    labels = pandas.DataFrame({"key": keys * 4, "size": numpy.arange(200) % 11 / 3, "late": numpy.arange(200) % 3 % 2})
    training = store.create_training_set(
        labels, [FeatureLookup("kill.ratings", "key", "rating")], "late", ["key"], table_name="kill.training")
    frame = training.load_df()
    data = xgboost.DMatrix(frame.drop(columns="late").astype(float), frame["late"])
    booster = xgboost.train({"objective": "binary:logistic", "max_depth": 3}, data, 5)
    mlflow.set_experiment("kill")
    with mlflow.start_run():
        store.log_model(
            booster, "model", flavor=mlflow.xgboost, training_set=training, registered_model_name="kill",
            model_format="ubj")
    mlflow.MlflowClient().set_registered_model_alias("kill", "champion", "1")
    return "models:/kill@champion"


def score_until_the_end(url, uri, answered, refused, from_memory):
    body = {"model_uri": uri, "rows": {"table": "main.kill.asked"}}
    path = "scoring/rows"
    if from_memory:
        body = {"model_uri": uri, "columns": {"key": ["k3", "k44", "k9"], "size": [1.5, 2.5, 0.1]}}
        path = "scoring/online"
    with requests.Session() as session:
        while True:
            try:
                answer = session.post(url + "/api/martlet/1.0/" + path, json=body, timeout=30)
            except requests.RequestException:
                return
            if answer.status_code != 200:
                refused.append(answer.text)
                return
            if from_memory:
                done = answer.json()
                answered[done["scoring_id"]] = [one["prediction"] for one in done["predictions"]]
            else:
                answered[answer.headers["Martlet-Row-Scoring"]] = []


def root(leaves):
    """RFC 6962, section 2.1."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + root(leaves[:split]) + root(leaves[split:])).digest()
