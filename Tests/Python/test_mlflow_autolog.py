"""Training that logs itself: scikit-learn and XGBoost under `mlflow.autolog`."""

import mlflow
import numpy
import pandas
import pytest


@pytest.fixture(scope="module")
def table():
    random = numpy.random.default_rng(3)
    return pandas.DataFrame({"distance": random.uniform(0, 1, 40), "delay": random.uniform(0, 1, 40)})


@pytest.fixture(scope="module")
def late(table):
    return (table["delay"] > 0.5).astype(int)


@pytest.fixture
def autolog():
    """mlflow.sklearn.autolog or another one, off again after the test."""
    used = []

    def start(module, **more):
        used.append(module)
        module.autolog(log_model_signatures=True, silent=True, **more)

    yield start
    for module in used:
        module.autolog(disable=True)


def test_a_classifier_logs_its_params_metrics_plots_data_and_model(client, experiment, autolog, table, late):
    from sklearn.linear_model import LogisticRegression

    autolog(mlflow.sklearn, extra_tags={"by": "itself"})
    model = LogisticRegression(C=0.25, max_iter=50).fit(table, late)
    run = mlflow.last_active_run()
    assert run.info.status == "FINISHED" and run.info.experiment_id == experiment.experiment_id
    assert (run.data.params["C"], run.data.params["max_iter"]) == ("0.25", "50")
    assert run.data.metrics["training_accuracy_score"] == model.score(table, late)
    assert (run.data.tags["estimator_name"], run.data.tags["by"]) == ("LogisticRegression", "itself")
    names = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"estimator.html", "training_confusion_matrix.png", "metric_info.json"} & names
    (data,) = run.inputs.dataset_inputs
    assert {tag.key: tag.value for tag in data.tags} == {"mlflow.data.context": "train"}
    (output,) = client.get_run(run.info.run_id).outputs.model_outputs
    logged = mlflow.get_logged_model(output.model_id)
    assert logged.params["C"] == "0.25" and "training_f1_score" in {metric.key for metric in logged.metrics}
    loaded = mlflow.pyfunc.load_model(f"models:/{output.model_id}")
    assert numpy.array_equal(loaded.predict(table), model.predict(table))


def test_a_regressor_and_its_later_metrics_are_logged(client, experiment, autolog, table):
    from sklearn import metrics
    from sklearn.ensemble import RandomForestRegressor

    autolog(mlflow.sklearn, log_models=False, log_datasets=False)
    with mlflow.start_run() as run:
        model = RandomForestRegressor(n_estimators=3, random_state=1).fit(table, table["delay"] * 2)
        error = metrics.mean_absolute_error(table["delay"] * 2, model.predict(table))
    got = client.get_run(run.info.run_id)
    assert got.data.params["n_estimators"] == "3" and got.inputs.dataset_inputs == []
    assert got.data.metrics["training_r2_score"] > 0.5
    assert [value for key, value in got.data.metrics.items() if key.startswith("mean_absolute_error")] == [error]


def test_a_search_over_a_grid_makes_a_child_run_for_each_candidate(client, experiment, autolog, table, late):
    from sklearn.model_selection import GridSearchCV
    from sklearn.tree import DecisionTreeClassifier

    autolog(mlflow.sklearn, max_tuning_runs=3, log_models=False)
    with mlflow.start_run() as run:
        search = GridSearchCV(DecisionTreeClassifier(random_state=1), {"max_depth": [1, 2], "criterion": ["gini", "entropy"]}, cv=2)
        search.fit(table, late)
    children = client.search_runs(
        [experiment.experiment_id], f"tags.mlflow.parentRunId = '{run.info.run_id}'", order_by=["metrics.mean_test_score DESC"]
    )
    assert len(children) == 3, "the best three of four"
    scores = [child.data.metrics["mean_test_score"] for child in children]
    assert scores == sorted(scores, reverse=True) and scores[0] == search.best_score_
    assert {child.info.status for child in children} == {"FINISHED"}
    parent = client.get_run(run.info.run_id).data
    assert parent.params["best_max_depth"] == str(search.best_params_["max_depth"])
    assert parent.metrics["best_cv_score"] == search.best_score_
    assert {"cv_results.csv"} <= {item.path for item in client.list_artifacts(run.info.run_id)}


def test_boosting_logs_a_metric_for_each_round(client, experiment, autolog, table, late):
    xgboost = pytest.importorskip("xgboost")
    autolog(mlflow.xgboost, importance_types=["weight", "gain"], log_models=False)
    data = xgboost.DMatrix(table, late)
    with mlflow.start_run() as run:
        xgboost.train(
            {"objective": "binary:logistic", "max_depth": 2, "eta": 0.5, "nthread": 1, "eval_metric": ["auc", "logloss"]},
            data, num_boost_round=6, evals=[(data, "train")], verbose_eval=False,
        )
    got = client.get_run(run.info.run_id)
    assert (got.data.params["max_depth"], got.data.params["num_boost_round"]) == ("2", "6")
    history = client.get_metric_history(run.info.run_id, "train-logloss")
    assert [point.step for point in sorted(history, key=lambda point: point.step)] == list(range(6))
    assert got.data.metrics["train-logloss"] == min(point.value for point in history)
    names = {item.path for item in client.list_artifacts(run.info.run_id)}
    assert {"feature_importance_weight.json", "feature_importance_gain.png"} <= names
    contexts = [tag.value for entry in got.inputs.dataset_inputs for tag in entry.tags]
    assert sorted(contexts) == ["eval", "train"]
