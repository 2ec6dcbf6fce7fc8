"""A model that Martlet trained in Swift, opened and scored by the unmodified MLflow client."""

import csv
import datetime
import math
import random

import deltalake
import mlflow
import numpy
import pandas
import pytest
import xgboost

import martlet_process

FEATURES = """
feature_view: carrier
version: 1
source: {table: demo.parcels, entity: [carrier], event_time: sent_at, available_at: known_at}
join: [carrier]
features:
  carrier_late_rate_10d: {avg: was_late, window: {rolling: P10D}}
  carrier_parcels_10d: {count: "*", window: {rolling: P10D}}
"""


def parcels(path):
    """Two thousand parcels whose lateness depends on weight and carrier, some weights missing."""
    chance = random.Random(7)
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    with open(path, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["parcel", "carrier", "sent_at", "known_at", "weight", "was_late", "late"])
        for number in range(2000):
            carrier = chance.choice(["north", "south", "east"])
            weight = chance.uniform(0.1, 30)
            odds = weight / 10 - 2 + {"north": 1.5, "south": 0, "east": -0.5}[carrier]
            late = chance.random() < 1 / (1 + math.exp(-odds))
            sent = start + datetime.timedelta(minutes=30 * number)
            known = sent + datetime.timedelta(days=1)
            shown = "" if chance.random() < 0.05 else repr(weight)
            rows.writerow([f"p{number}", carrier, sent.isoformat(), known.isoformat(), shown, int(late), str(late).lower()])


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A workspace with a model in Production, and its predictions of the last days."""
    folder = tmp_path_factory.mktemp("swift-model")
    parcels(folder / "parcels.csv")
    (folder / "features.yaml").write_text(FEATURES)
    workspace = folder / "workspace"

    def martlet(*arguments):
        return martlet_process.run_json(*arguments, "--workspace", workspace)

    martlet("data", "import", "demo.parcels", folder / "parcels.csv")
    martlet("features", "apply", folder / "features.yaml", "--name", "parcels")
    martlet(
        "features", "training-set", "demo.training", "--features", "parcels", "--spine", "demo.parcels", "--key", "parcel",
        "--time", "sent_at", "--keep", "weight", "--label", "late", "--label-known-at", "known_at",
        "--from", "2026-01-01", "--to", "2026-02-01",
    )
    martlet("train", "demo.training@0", "--experiment", "parcels", "--register", "parcel-delay", "--trees", "40", "--depth", "4")
    martlet("registry", "transition", "parcel-delay/1", "--stage", "Production")
    scored = martlet(
        "score", "models:/parcel-delay/Production", "--from", "2026-02-01", "--to", "2026-02-11", "--into", "demo.predictions"
    )
    return workspace, scored


@pytest.fixture(scope="module")
def opened(trained):
    """The model as MLflow's client loads it from the server, its features, and what Martlet predicted."""
    workspace, scored = trained
    inputs = ["weight", "carrier_late_rate_10d", "carrier_parcels_10d"]
    table = deltalake.DeltaTable(workspace / "tables" / "demo" / "predictions").to_pyarrow_table().to_pandas()
    assert len(table) == scored["row_count"] > 400
    features = table[inputs].astype("float64")
    assert features["weight"].isna().any(), "a missing value must be among them"
    with martlet_process.Server(workspace) as server:
        mlflow.set_tracking_uri(server.url)
        mlflow.set_registry_uri(server.url)
        yield mlflow.pyfunc.load_model("models:/parcel-delay/Production"), features, table["score"].to_numpy()


def test_pyfunc_scores_as_martlet_does(opened):
    model, features, expected = opened
    got = numpy.asarray(model.predict(features), dtype="float64").reshape(-1)
    numpy.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_the_xgboost_flavor_scores_as_martlet_does(opened):
    _, features, expected = opened
    booster = mlflow.xgboost.load_model("models:/parcel-delay/Production")
    got = booster.predict(xgboost.DMatrix(features.astype("float32")))
    numpy.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_signature_and_input_example_name_the_features(opened):
    model, features, _ = opened
    assert model.metadata.get_input_schema().input_names() == list(features.columns)
    assert isinstance(model.input_example, pandas.DataFrame)
    assert list(model.input_example.columns) == list(features.columns)
    model.predict(model.input_example)
