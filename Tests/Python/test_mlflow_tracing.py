"""Programs that trace go on working, whatever the server makes of their traces."""

import mlflow
import pytest
from mlflow.exceptions import MlflowException

# Answers that tell a client that a server has no such thing.
ABSENT = {"ENDPOINT_NOT_FOUND", "NOT_IMPLEMENTED", "FEATURE_DISABLED", "RESOURCE_DOES_NOT_EXIST"}


@pytest.fixture
def tracing():
    mlflow.tracing.enable()
    yield
    mlflow.flush_trace_async_logging(terminate=False)
    mlflow.tracing.reset()


def test_a_traced_function_gives_its_answer_and_its_run_is_whole(client, experiment, tracing):
    @mlflow.trace(name="guess", attributes={"level": 2})
    def guess(distance):
        with mlflow.start_span("inner") as span:
            span.set_inputs({"distance": distance})
            span.set_outputs(distance * 2)
        return distance * 2

    with mlflow.start_run() as run:
        assert guess(21) == 42
        mlflow.log_metric("auc", 0.5)
        mlflow.flush_trace_async_logging()
    got = client.get_run(run.info.run_id)
    assert (got.info.status, got.data.metrics) == ("FINISHED", {"auc": 0.5})


def test_an_error_in_a_traced_function_is_the_functions_own(client, experiment, tracing):
    @mlflow.trace
    def fail():
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"), mlflow.start_run() as run:
        fail()
    assert client.get_run(run.info.run_id).info.status == "FAILED"


def test_tracing_may_be_off(client, experiment):
    mlflow.tracing.disable()
    try:
        assert mlflow.trace(lambda: 7)() == 7
    finally:
        mlflow.tracing.enable()


def test_a_search_for_traces_finds_some_or_says_that_there_are_none(client, experiment):
    try:
        assert len(mlflow.search_traces(locations=[experiment.experiment_id], return_type="list")) == 0
    except MlflowException as refusal:
        assert refusal.error_code in ABSENT, refusal


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_trace("tr-" + "0" * 32),
        lambda client: mlflow.genai.load_prompt("prompts:/nobody here/1"),
        lambda client: mlflow.genai.datasets.get_dataset(dataset_id="d-" + "0" * 32),
    ],
    ids=["get_trace", "load_prompt", "get_dataset"],
)
def test_what_is_about_prompts_and_traces_fails_with_a_reason_that_clients_know(client, experiment, call):
    with pytest.raises(MlflowException) as refusal:
        call(client)
    assert refusal.value.error_code in ABSENT, refusal.value


def test_predicting_with_a_traced_model_is_not_slowed_by_retries(client, experiment, tracing):
    class Model(mlflow.pyfunc.PythonModel):
        @mlflow.trace
        def predict(self, context, model_input, params=None):
            return [len(text) for text in model_input]

    with mlflow.start_run():
        info = mlflow.pyfunc.log_model(name="traced", python_model=Model(), pip_requirements=["mlflow"])
    model = mlflow.pyfunc.load_model(info.model_uri)
    assert [model.predict(["a", "bc"]) for _ in range(5)] == [[1, 2]] * 5
    mlflow.flush_trace_async_logging()
