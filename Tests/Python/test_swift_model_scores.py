"""A model trained in Swift scores the same from Python.

MARTLET_TEST_MODEL   a model directory that Martlet wrote
MARTLET_TEST_SCORES  a CSV: the feature columns by name, and `score` as Martlet computed it
"""

import os

import mlflow
import numpy
import pandas
import pytest

pytestmark = pytest.mark.skipif(
    not {"MARTLET_TEST_MODEL", "MARTLET_TEST_SCORES"} <= os.environ.keys(),
    reason="MARTLET_TEST_MODEL and MARTLET_TEST_SCORES name no model and its scores",
)


@pytest.fixture(scope="module")
def scored():
    table = pandas.read_csv(os.environ["MARTLET_TEST_SCORES"], float_precision="round_trip")
    return table.drop(columns="score"), table["score"].to_numpy()


def test_pyfunc_scores_as_martlet_does(scored):
    features, expected = scored
    model = mlflow.pyfunc.load_model(os.environ["MARTLET_TEST_MODEL"])
    got = numpy.asarray(model.predict(features), dtype="float64").reshape(-1)
    numpy.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_the_xgboost_flavor_scores_as_martlet_does(scored):
    import xgboost

    features, expected = scored
    booster = mlflow.xgboost.load_model(os.environ["MARTLET_TEST_MODEL"])
    got = booster.predict(xgboost.DMatrix(features.astype("float32")))
    numpy.testing.assert_allclose(got, expected, rtol=0, atol=1e-6)


def test_signature_and_input_example_name_the_features(scored):
    features, _ = scored
    model = mlflow.pyfunc.load_model(os.environ["MARTLET_TEST_MODEL"])
    assert model.metadata.get_input_schema().input_names() == list(features.columns)
    assert list(model.input_example.columns) == list(features.columns)
    model.predict(model.input_example)
