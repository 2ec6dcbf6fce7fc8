"""The registry through the unmodified `MlflowClient`: copying, renaming, paging, deleting, and what is refused."""

import mlflow
import pytest
from mlflow.exceptions import MlflowException


@pytest.fixture
def source(client, experiment):
    """A run with a folder of files that can be registered: (uri, run id)."""
    run = client.create_run(experiment.experiment_id).info.run_id
    client.log_text(run, "weights", "model/weights.txt")
    return f"runs:/{run}/model", run


@pytest.fixture
def model(client, unique, source):
    """A registered model with three versions."""
    name = unique("delay")
    client.create_registered_model(name, tags={"team": "delays"}, description="late?")
    for number in range(3):
        client.create_model_version(name, *source, tags={"number": str(number + 1)}, description=f"version {number + 1}")
    return name


def code_of(call, *arguments, **more):
    with pytest.raises(MlflowException) as refusal:
        call(*arguments, **more)
    return refusal.value.error_code


def test_a_version_tells_where_it_is_from(client, model, source):
    version = client.get_model_version(model, "2")
    assert (version.source, version.run_id) == source
    assert (version.tags, version.description, version.status) == ({"number": "2"}, "version 2", "READY")
    assert version.last_updated_timestamp >= version.creation_timestamp
    path = mlflow.artifacts.download_artifacts(f"models:/{model}/2")
    with open(f"{path}/weights.txt") as file:
        assert file.read() == "weights"


def test_a_version_may_point_outside_and_name_any_run(client, unique):
    name = unique("outside")
    client.create_registered_model(name)
    made = client.create_model_version(name, "s3://bucket/models/a", run_id="0" * 32, run_link="https://example.org/run")
    assert (made.source, made.run_id, made.run_link) == ("s3://bucket/models/a", "0" * 32, "https://example.org/run")
    assert client.get_model_version_download_uri(name, "1") == "s3://bucket/models/a"
    assert client.create_model_version(name, "dbfs:/models/b").run_id in (None, "")


@pytest.mark.parametrize(
    "source",
    [
        "/etc", "file:///etc", "relative/path", "file:/etc/passwd", "s3://bucket/../../etc", "s3://bucket/%2e%2e/%2e%2e/etc",
        "mlflow-artifacts:/models/../../etc", "https://example.org/a/..%2f..%2fetc", "",
    ],
)
def test_a_source_that_reaches_into_the_server_is_refused(client, unique, source):
    name = unique("escape")
    client.create_registered_model(name)
    assert code_of(client.create_model_version, name, source) == "INVALID_PARAMETER_VALUE"
    assert client.search_model_versions(f"name = '{name}'") == []


def test_a_version_is_copied_to_another_model(client, unique, model):
    target = unique("approved")
    copied = client.copy_model_version(f"models:/{model}/2", target)
    assert (copied.name, int(copied.version), copied.tags, copied.description) == (target, 1, {"number": "2"}, "version 2")
    assert copied.source == f"models:/{model}/2"
    client.set_registered_model_alias(model, "best", "3")
    assert int(client.copy_model_version(f"models:/{model}@best", target).version) == 2
    again = client.copy_model_version(f"models:/{target}/1", unique("twice"))
    origin = client.get_model_version_download_uri(model, "2")
    assert client.get_model_version_download_uri(target, "1") == origin
    assert client.get_model_version_download_uri(again.name, "1") == origin
    path = mlflow.artifacts.download_artifacts(f"models:/{again.name}/1")
    with open(f"{path}/weights.txt") as file:
        assert file.read() == "weights"
    with pytest.raises(MlflowException, match="not found"):
        client.copy_model_version(f"models:/{model}/9", target)


def test_renaming_keeps_versions_aliases_tags_and_stages(client, model):
    client.set_registered_model_alias(model, "champion", "2")
    client.transition_model_version_stage(model, "3", "Staging")
    client.rename_registered_model(model, model + "-now")
    got = client.get_registered_model(model + "-now")
    assert (got.aliases, got.tags, got.description) == ({"champion": "2"}, {"team": "delays"}, "late?")
    assert {v.current_stage: int(v.version) for v in client.get_latest_versions(model + "-now")} == {"None": 2, "Staging": 3}
    assert int(client.get_model_version_by_alias(model + "-now", "champion").version) == 2
    assert code_of(client.get_registered_model, model) == "RESOURCE_DOES_NOT_EXIST"
    assert client.create_registered_model(model).name == model, "the old name is free again"
    assert code_of(client.rename_registered_model, model, model + "-now") == "RESOURCE_ALREADY_EXISTS"


def test_archiving_moves_every_other_version_out_of_the_stage(client, model):
    for number in ("1", "2"):
        client.transition_model_version_stage(model, number, "Production")
    client.transition_model_version_stage(model, "3", "Production", archive_existing_versions=True)
    assert [client.get_model_version(model, n).current_stage for n in "123"] == ["Archived", "Archived", "Production"]
    with pytest.raises(MlflowException, match="archive"):
        client.transition_model_version_stage(model, "1", "None", archive_existing_versions=True)
    client.transition_model_version_stage(model, "1", "none")
    assert client.get_model_version(model, "1").current_stage == "None"


def test_deleting_a_version_takes_its_aliases_along(client, model):
    client.set_registered_model_alias(model, "champion", "2")
    client.set_registered_model_alias(model, "oldest", "1")
    client.delete_model_version(model, "2")
    assert client.get_registered_model(model).aliases == {"oldest": "1"}
    assert code_of(client.get_model_version_by_alias, model, "champion") == "INVALID_PARAMETER_VALUE"
    assert code_of(client.delete_model_version, model, "2") == "RESOURCE_DOES_NOT_EXIST"
    client.delete_registered_model_alias(model, "never-set")
    assert [int(v.version) for v in client.search_model_versions(f"name = '{model}'", order_by=["version_number"])] == [1, 3]


def test_deleting_a_model_forgets_everything_of_its_name(client, model, source):
    client.set_registered_model_alias(model, "champion", "1")
    client.transition_model_version_stage(model, "1", "Production")
    client.delete_registered_model(model)
    assert client.search_model_versions(f"name = '{model}'") == []
    for call in (client.get_registered_model, client.get_latest_versions, client.delete_registered_model):
        assert code_of(call, model) == "RESOURCE_DOES_NOT_EXIST"
    assert code_of(client.get_model_version, model, "1") == "RESOURCE_DOES_NOT_EXIST"
    fresh = client.create_registered_model(model)
    assert (fresh.tags, fresh.aliases, fresh.latest_versions) == ({}, {}, [])
    assert int(client.create_model_version(model, *source).version) == 1, "the numbers begin again"


@pytest.mark.parametrize("alias", ["v1", "V27", "latest", "Latest", "a b", "a/b", "a:b", "", "x" * 256])
def test_aliases_that_would_mislead_are_refused(client, model, alias):
    assert code_of(client.set_registered_model_alias, model, alias, "1") == "INVALID_PARAMETER_VALUE"
    assert client.get_registered_model(model).aliases == {}


@pytest.mark.parametrize("alias", ["champion", "a-b_c1", "v1a", "12", "x" * 255])
def test_aliases_are_words(client, model, alias):
    client.set_registered_model_alias(model, alias, "1")
    assert int(client.get_model_version_by_alias(model, alias).version) == 1


def test_models_are_searched_in_order_and_in_pages(client, unique):
    stem = unique("page")
    names = [f"{stem}-{letter}" for letter in "dbac"]
    for number, name in enumerate(names):
        client.create_registered_model(name, tags={"stem": stem, "parity": "even" if number % 2 == 0 else "odd"})
    client.update_registered_model(names[0], description="touched last")

    def found(text=f"tags.stem = '{stem}'", **more):
        return [model.name[-1] for model in client.search_registered_models(text, **more)]

    assert found() == list("abcd"), "by name, when nothing is said"
    assert found(order_by=["name DESC"]) == list("dcba")
    assert found(order_by=["last_updated_timestamp DESC"])[0] == "d"
    assert found(f"name LIKE '{stem}%' AND tags.parity = 'odd'") == ["b", "c"]
    assert found(f"name ILIKE '{stem.upper()}-A'") == ["a"]
    assert found(f"tags.stem = '{stem}' AND tags.parity != 'odd'") == ["a", "d"]
    pages, token = [], None
    while True:
        page = client.search_registered_models(f"name LIKE '{stem}%'", max_results=3, page_token=token)
        pages.append([model.name[-1] for model in page])
        token = page.token
        if not token:
            break
    assert pages == [list("abc"), ["d"]]


def test_versions_are_searched_by_run_source_tag_and_several_at_once(client, model, source, experiment):
    def found(text, **more):
        return [int(v.version) for v in client.search_model_versions(text, **more)]

    uri, run = source
    assert sorted(found(f"run_id = '{run}'")) == [1, 2, 3]
    assert sorted(found(f"run_id IN ('{run}', '{'0' * 32}') AND name = '{model}'")) == [1, 2, 3]
    assert sorted(found(f"source_path = '{uri}'")) == [1, 2, 3]
    assert found(f"name = '{model}' AND tags.number = '2'") == [2]
    assert sorted(found(f"name = '{model}' AND tags.number != '2'")) == [1, 3]
    assert found(f"name = '{model}' AND tags.number LIKE '3%'") == [3]
    assert found(f"name = '{model}' AND version_number > 2") == [3]
    assert sorted(found(f"name = '{model}' and version_number <= 2")) == [1, 2]
    client.update_model_version(model, "1", description="touched last")
    assert found(f"name = '{model}'")[0] == 1, "the last touched first, when nothing is said"
    assert found(f"name = '{model}'", order_by=["version_number ASC"]) == [1, 2, 3]
    assert found(f"name = '{model}'", order_by=["creation_timestamp DESC", "version_number DESC"])[0] == 3


@pytest.mark.parametrize(
    "text",
    ["evilhax = true", "name = 1", "name LIKE", "colour = 'red'", "name = 'a' OR name = 'b'", "tags = 'x'", "name > 'a'",
     "run_id IN ()", "run_id IN (1, 2)"],
)
def test_filters_of_versions_that_make_no_sense_are_refused(client, text):
    assert code_of(client.search_model_versions, text) == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("text", ["evilhax = true", "name = 1", "name !!= 'a'", "source_path = 'a'", "name = 'a' OR name = 'b'"])
def test_filters_of_models_that_make_no_sense_are_refused(client, text):
    assert code_of(client.search_registered_models, text) == "INVALID_PARAMETER_VALUE"


@pytest.mark.parametrize("order", ["run_id DESC", "colour", "name sideways", "name ASC DESC"])
def test_orders_that_do_not_exist_are_refused(client, model, order):
    assert code_of(client.search_model_versions, f"name = '{model}'", order_by=["name ASC", order]) == "INVALID_PARAMETER_VALUE"
    assert code_of(
        client.search_registered_models, f"name = '{model}'", order_by=["name ASC", order]
    ) == "INVALID_PARAMETER_VALUE"


def test_a_model_id_ties_a_version_to_its_logged_model(client, experiment, unique):
    name = unique("tied")
    client.create_registered_model(name)
    logged = client.create_logged_model(experiment.experiment_id, name="forest")
    client.finalize_logged_model(logged.model_id, "READY")
    client.create_model_version(name, logged.artifact_location, model_id=logged.model_id)
    client.create_model_version(name, f"models:/{logged.model_id}", model_id=logged.model_id)
    tag = client.get_logged_model(logged.model_id).tags["mlflow.modelVersions"]
    assert tag.count(name) == 2


def test_a_source_of_a_run_must_be_that_runs(client, experiment, unique, source):
    name, (uri, run) = unique("whose"), source
    client.create_registered_model(name)
    other = client.create_run(experiment.experiment_id).info.run_id
    for wrong in (other, "0" * 32):
        assert code_of(client.create_model_version, name, uri, wrong) == "INVALID_PARAMETER_VALUE"
        artifacts = client.get_run(run).info.artifact_uri
        assert code_of(client.create_model_version, name, f"{artifacts}/model", wrong) == "INVALID_PARAMETER_VALUE"
    assert int(client.create_model_version(name, f"{client.get_run(run).info.artifact_uri}/model", run).version) == 1


def test_a_source_may_name_a_run_that_is_elsewhere(client, unique):
    name, run = unique("elsewhere"), unique("run")
    client.create_registered_model(name)
    made = client.create_model_version(name, f"runs:/{run}/model", run)
    assert (made.source, made.run_id) == (f"runs:/{run}/model", run)
    assert client.get_model_version_download_uri(name, "1") == f"runs:/{run}/model"


def test_what_is_no_number_is_no_version(client, model):
    for call in (
        lambda: client.get_model_version(model, "one"),
        lambda: client.delete_model_version(model, "one"),
        lambda: client.set_model_version_tag(model, "one", "a", "b"),
        lambda: client.delete_model_version_tag(model, "one", "a"),
        lambda: client.transition_model_version_stage(model, "one", "Staging"),
        lambda: client.set_registered_model_alias(model, "champion", "one"),
    ):
        assert code_of(call) == "INVALID_PARAMETER_VALUE"


def test_tags_that_are_not_there_may_be_deleted(client, model):
    client.delete_registered_model_tag(model, "never set")
    client.delete_model_version_tag(model, "1", "never set")
    client.set_model_version_tag(model, "1", "empty", "")
    assert client.get_model_version(model, "1").tags == {"number": "1", "empty": ""}
    for missing in (lambda: client.set_registered_model_tag("nobody here", "a", "b"),
                    lambda: client.set_model_version_tag(model, "99", "a", "b")):
        assert code_of(missing) == "RESOURCE_DOES_NOT_EXIST"


def test_tags_may_be_set_by_stage(client, model):
    client.transition_model_version_stage(model, "2", "Staging")
    client.set_model_version_tag(model, stage="Staging", key="by", value="stage")
    assert client.get_model_version(model, "2").tags["by"] == "stage"
    client.delete_model_version_tag(model, stage="Staging", key="by")
    assert "by" not in client.get_model_version(model, "2").tags
