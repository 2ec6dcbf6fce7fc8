"""Clients that probe MLflow's GenAI area are told that there is nothing, and go on with what they came for."""

import mlflow
import pandas
import pytest
from mlflow.exceptions import MlflowException


def test_there_are_no_traces_and_none_is_missed(client, experiment):
    assert len(mlflow.search_traces(locations=[experiment.experiment_id])) == 0
    assert client.search_traces(locations=[experiment.experiment_id]) == []
    assert client.delete_traces(experiment.experiment_id, max_timestamp_millis=10**13) == 0

    @mlflow.trace
    def traced(number):
        return number + 1

    with mlflow.start_run() as run:
        assert traced(1) == 2
        mlflow.log_metric("m", traced(2))
    mlflow.flush_trace_async_logging()
    assert client.get_run(run.info.run_id).data.metrics == {"m": 3.0}
    assert mlflow.get_trace("tr-none") is None
    with pytest.raises(MlflowException, match="RESOURCE_DOES_NOT_EXIST"):
        mlflow.log_feedback(trace_id="tr-none", name="quality", value=1)


def test_there_are_no_evaluation_datasets_scorers_and_prompts(client, experiment):
    import mlflow.genai.datasets

    assert mlflow.genai.datasets.search_datasets(experiment_ids=[experiment.experiment_id]) == []
    assert mlflow.genai.list_scorers(experiment_id=experiment.experiment_id) == []
    assert len(mlflow.genai.search_prompts()) == 0
    with pytest.raises(MlflowException, match="NOT_IMPLEMENTED"):
        mlflow.genai.datasets.create_dataset(name="d", experiment_id=experiment.experiment_id)
    with pytest.raises(MlflowException):
        mlflow.genai.load_prompt("prompts:/none/1")


def test_models_are_evaluated_with_or_without_traces(client, experiment):
    @mlflow.genai.scorer
    def length(outputs):
        return len(outputs)

    done = mlflow.genai.evaluate(data=[{"inputs": {"x": "1"}, "outputs": "abc"}], scorers=[length])
    assert done.metrics["length/mean"] == 3.0
    frame = pandas.DataFrame({"prediction": [0, 1, 1], "target": [0, 1, 0]})
    with mlflow.start_run() as run:
        mlflow.models.evaluate(data=frame, targets="target", predictions="prediction", model_type="classifier")
    assert round(client.get_run(run.info.run_id).data.metrics["accuracy_score"], 3) == 0.667
