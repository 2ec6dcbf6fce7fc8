"""MLflow's own web interface, out of the installed `mlflow` package, in headless Chromium on our server.

Each page must show what was logged, draw its charts, and be served whole: nothing that it asks for fails, nothing is
complained of on its console, and nobody but this machine is asked for anything. Screenshots go to MARTLET_SCREENSHOTS, else
to the test's folder.
"""

import json
import math
import os
import pathlib
import urllib.parse

import mlflow
import pandas
import pytest
from mlflow.models import infer_signature
from sklearn.linear_model import LogisticRegression

import chromium
import martlet_process

# What MLflow's server does not answer either. The interface asks to find out whether there are users.
PROBES = ("/ajax-api/2.0/mlflow/users/current", "presigned=true")
# Chromium says this of pages that lay themselves out while it lays them out.
NOISE = "ResizeObserver loop completed"


class Flights:
    """A workspace with an experiment of two runs, a model of two versions, and the server that shows it."""

    def __init__(self, server):
        self.server, self.url = server, server.url
        mlflow.set_tracking_uri(self.url)
        mlflow.set_registry_uri(self.url)
        self.client = client = mlflow.MlflowClient()
        self.experiment = client.create_experiment("flight-delay", tags={"mlflow.note.content": "Delays of **flights**."})
        self.runs, self.models = {}, {}
        table = pandas.DataFrame({"distance": [200.0, 900.0, 1500.0, 2500.0], "late": [0, 0, 1, 1]})
        model = LogisticRegression().fit(table[["distance"]], table["late"])
        for number, name in enumerate(["shallow", "deep"]):
            with mlflow.start_run(run_name=name, experiment_id=self.experiment) as run:
                mlflow.log_params({"max_depth": 4 + 4 * number, "trees": 100})
                for step in range(40):
                    mlflow.log_metric("auc", 0.6 + 0.3 * (1 - math.exp(-step / (8 + 4 * number))), step=step)
                mlflow.log_metric("f1", 0.5 + number / 8)
                mlflow.set_tag("airport", "EWR")
                mlflow.log_text("The longest flights are late.\n", "notes/summary.txt")
                data = mlflow.data.from_pandas(table, source="flights.csv", name="flights-2013")
                mlflow.log_input(data, context="training")
                made = mlflow.sklearn.log_model(
                    model, name="classifier", registered_model_name="delay-model",
                    signature=infer_signature(table[["distance"]], table["late"]))
            self.runs[name], self.models[name] = run.info.run_id, made.model_id
        client.update_registered_model("delay-model", "Says which flights come late.")
        client.update_model_version("delay-model", "1", "The first that was any good.")
        client.set_model_version_tag("delay-model", "1", "reviewed", "thoroughly")
        client.set_registered_model_alias("delay-model", "champion", "1")
        client.transition_model_version_stage("delay-model", "2", "Production")


@pytest.fixture(scope="module")
def flights(tmp_path_factory):
    package = pathlib.Path(mlflow.__file__).parent
    workspace = tmp_path_factory.mktemp("interface") / "workspace"
    with martlet_process.Server(workspace, arguments=("--mlflow-ui", str(package))) as server:
        yield Flights(server)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium.Browser(tmp_path_factory.mktemp("chromium")) as browser:
        yield browser


@pytest.fixture
def page(flights, browser, request, tmp_path):
    """A tab; when the test is done it must have been well all the time."""
    page = browser.page()
    yield page
    page.settle()
    folder = pathlib.Path(os.environ.get("MARTLET_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(folder / f"{request.node.name}.png")
    failed = [line for line in page.failures if not any(probe in line for probe in PROBES)]
    said = [line for line in page.console if NOISE not in line and not any(probe in line for probe in PROBES)]
    asked = {urllib.parse.urlsplit(entry["url"]).netloc for entry in page.requests.values()}
    page.close()
    assert not failed
    assert not said
    assert asked - {""} == {urllib.parse.urlsplit(flights.url).netloc}  # "" is data:
    assert not browser.left_for


# Lines of plotly's that have somewhere to go: at least this many points.
LINES = """[...document.querySelectorAll('.scatterlayer path.js-line')]
    .filter(path => path.getAttribute('d').split(/[LCMQ]/).length > 20).length"""
BARS = "document.querySelectorAll('.barlayer .point path').length"


def test_the_list_of_experiments(flights, page):
    page.open(f"{flights.url}/#/experiments")
    page.wait_for_text("flight-delay", "Default")


def test_an_experiment_shows_its_runs(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/runs")
    page.wait_for_text("shallow", "deep", "flights-2013", "2 matching runs")


def test_an_experiment_draws_its_runs_metrics(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/runs?compareRunsMode=CHART")
    page.wait_for_text("auc", "f1", "Model metrics")
    page.wait_for("a line for each of two runs", f"{LINES} >= 2")
    page.wait_for("a bar for each of two runs", f"{BARS} >= 2")


def test_an_experiment_lists_its_logged_models(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/models")
    page.wait_for_text("classifier", "Ready", "delay-model", "v2")


def test_a_run_shows_what_was_logged(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/runs/{flights.runs['deep']}")
    page.wait_for_text("deep", "max_depth", "8", "trees", "100", "auc", "f1", "0.625", "Finished", "airport")
    page.wait_for_text("flights-2013", "delay-model")


def test_a_run_draws_its_metrics(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/runs/{flights.runs['shallow']}/model-metrics")
    page.wait_for("the line of auc", f"{LINES} >= 1")
    page.wait_for("the bar of f1", f"{BARS} >= 1")


def test_a_runs_artifacts_are_listed_and_read(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/runs/{flights.runs['deep']}/artifacts/notes/summary.txt")
    page.wait_for_text("summary.txt", "The longest flights are late.")


def test_two_runs_are_compared(flights, page):
    runs = urllib.parse.quote(json.dumps(list(flights.runs.values())))
    experiments = urllib.parse.quote(json.dumps([flights.experiment]))
    page.open(f"{flights.url}/#/compare-runs?runs={runs}&experiments={experiments}")
    page.wait_for_text("Comparing 2 Runs from 1 Experiment", "shallow", "deep", "Parallel Coordinates Plot", "max_depth")
    page.wait_for("the axes of the plot", "document.querySelectorAll('.parcoords .axis').length >= 2")
    # The lines are painted, so what has been painted is looked at.
    page.wait_for(
        "the lines of the plot",
        """(() => [...document.querySelectorAll('canvas.gl-canvas')].some(canvas => {
            const copy = document.createElement('canvas');
            [copy.width, copy.height] = [canvas.width, canvas.height];
            const brush = copy.getContext('2d');
            brush.drawImage(canvas, 0, 0);
            return brush.getImageData(0, 0, copy.width, copy.height).data.some((byte, index) => index % 4 === 3 && byte > 0);
        }))()""")


def test_the_list_of_registered_models(flights, page):
    page.open(f"{flights.url}/#/models")
    page.wait_for_text("delay-model", "champion", "Version 2")


def test_a_registered_model(flights, page):
    page.open(f"{flights.url}/#/models/delay-model")
    page.wait_for_text("delay-model", "Says which flights come late.", "Version 1", "Version 2", "champion")


def test_a_model_version(flights, page):
    page.open(f"{flights.url}/#/models/delay-model/versions/1")
    page.wait_for_text("Version 1", "The first that was any good.", "reviewed", "thoroughly", "champion", "shallow")
    page.wait_for_text("Inputs (1)", "Outputs (1)")  # out of the model's own files


def test_a_logged_model(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/models/{flights.models['deep']}")
    page.wait_for_text("classifier", flights.models["deep"], "deep", "Ready")


def test_a_note_is_written_in_the_interface_and_kept(flights, page):
    """A change goes the same way as any client's."""
    page.open(f"{flights.url}/#/models/delay-model/versions/2")
    page.wait_for_text("Version 2")
    page.click_text("Edit")
    page.wait_for("the editor", "document.querySelector('textarea') !== null")
    page.evaluate("document.querySelector('textarea').focus()")
    page.call("Input.insertText", text="Written in the interface.")
    page.click_text("Save")
    page.wait_for("the note, saved", "document.querySelector('textarea') === null || !document.querySelector('textarea').offsetParent")
    page.wait_for_text("Written in the interface.")
    assert flights.client.get_model_version("delay-model", "2").description == "Written in the interface."


def test_the_tab_of_traces_is_empty_and_its_film_is_not_fetched(flights, browser):
    """MLflow's page shows a film from mlflow.org where there are no traces; here it stays where it is."""
    page = browser.page()
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/traces")
    page.wait_for("traces were asked for", "performance.getEntriesByType('resource').some(e => e.name.includes('/traces/'))")
    page.settle()
    here = urllib.parse.urlsplit(flights.url).netloc
    failed = [line for line in page.failures if here in line and not any(probe in line for probe in PROBES)]
    page.close()
    assert not failed
    assert not browser.left_for


def test_an_experiments_overview_is_well_without_traces(flights, page):
    page.open(f"{flights.url}/#/experiments/{flights.experiment}/overview")
    page.wait_for_text("flight-delay", "Overview")


def test_a_page_may_ask_nobody_else(flights, browser):
    page = browser.page()
    page.open(f"{flights.url}/#/models")
    page.wait_for_text("delay-model")
    answer = page.evaluate("fetch('http://elsewhere.example/').then(() => 'answered', error => error.name)")
    page.evaluate("new Promise(done => { const i = new Image(); i.onload = i.onerror = done; i.src = 'http://elsewhere.example/i.png'; }).then(() => 0)")
    said = [line for line in page.console if "Content Security Policy" in line]
    page.close()
    assert answer == "TypeError"
    assert len(said) >= 2
    assert not browser.left_for
