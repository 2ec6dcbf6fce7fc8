"""`clients/python`, end to end: feature tables, training sets, a model logged with its features, scored by them or refused."""

import datetime
import json
import pathlib
import sys

import mlflow
import numpy
import pandas
import pyarrow
import pytest
import sklearn.linear_model

import martlet_process

sys.path.insert(0, str(martlet_process.CHECKOUT / "clients" / "python"))

from martlet import FeatureLookup, FeatureStoreClient, FeatureStoreError, FeatureViewLookup  # noqa: E402

VIEW = """
feature_view: %s
version: %d
source: {table: %s, entity: [vendor], event_time: ended_at}
join: [uei]
features:
  awards_30d: {count: "*", window: {rolling: %s}}
  amount_30d: {sum: amount, window: {rolling: %s}}
"""


def at(*texts):
    return pandas.to_datetime(list(texts), utc=True, format="ISO8601")


@pytest.fixture
def store(server_url, client):
    return FeatureStoreClient(server_url)


@pytest.fixture
def schema(unique):
    return unique("s").replace("-", "_")


@pytest.fixture
def vendors(store, schema):
    frame = pandas.DataFrame({
        "uei": ["A", "A", "B"], "as_of": at("2024-01-01", "2024-02-01", "2024-01-15"),
        "rating": [1.5, 2.5, numpy.nan], "grade": [10, 20, 30],
    })
    store.create_table(f"{schema}.vendors", "uei", frame, timestamp_keys="as_of", description="Vendors", tags={"team": "risk"})
    return f"{schema}.vendors"


@pytest.fixture
def awards(store, schema):
    frame = pandas.DataFrame({
        "vendor": ["A", "A", "B"], "ended_at": at("2024-01-05", "2024-01-25", "2024-02-01"), "amount": [10, 20, 30],
    })
    store.create_table(f"{schema}.awards", "vendor", frame, timestamp_keys="ended_at")
    return f"{schema}.awards"


LABELS = pandas.DataFrame({
    "row": [4, 1, 3, 2], "uei": ["A", "B", "A", "Z"], "at": at("2024-02-10", "2024-02-20", "2024-01-31", "2024-02-10"),
    "size": [1.0, 2.0, 3.0, 4.0], "late": [1, 0, 1, 0],
})


def refused(*codes):
    class Refused:
        def __enter__(self):
            self.raises = pytest.raises(FeatureStoreError)
            self.found = self.raises.__enter__()
            return self

        def __exit__(self, *error):
            suppressed = self.raises.__exit__(*error)
            assert sorted(self.found.value.codes) == sorted(codes), self.found.value
            assert isinstance(self.found.value, ValueError)
            return suppressed
    return Refused()


# SPEC §1: tables

def test_a_table_is_what_it_was_made_as(store, vendors):
    table = store.get_table(vendors)
    assert (table.name, table.description, table.tags) == (f"main.{vendors}", "Vendors", {"team": "risk"})
    assert (table.primary_keys, table.timestamp_keys) == (["uei", "as_of"], ["as_of"])
    assert (table.features, table.rows) == (["rating", "grade"], 3)
    store.set_feature_table_tag(vendors, "tier", "1")
    store.delete_feature_table_tag(vendors, "team")
    assert store.get_table(vendors).tags == {"tier": "1"}
    with pytest.warns(UserWarning, match="team"):
        store.delete_feature_table_tag(vendors, "team")


def test_merge_replaces_and_adds_and_overwrite_replaces_all(store, vendors):
    more = pandas.DataFrame({
        "uei": ["B", "C"], "as_of": at("2024-01-15", "2024-03-01"), "rating": [9.0, 8.0], "grade": [31, 40],
    })
    version = store.write_table(vendors, more, " Merge ")
    frame = store.read_table(vendors).sort_values(["uei", "as_of"], ignore_index=True)
    assert frame["grade"].tolist() == [10, 20, 31, 40]
    assert store.read_table(vendors, version=version - 1)["grade"].tolist() == [10, 20, 30]
    store.write_table(vendors, more, "overwrite")
    assert sorted(store.read_table(vendors)["uei"]) == ["B", "C"]
    assert store.read_table(vendors, columns=["grade"]).columns.tolist() == ["grade"]


def test_every_problem_of_a_write_is_told_at_once(store, vendors):
    with refused("missing_column", "missing_column", "type_mismatch"):
        store.write_table(vendors, pandas.DataFrame({"uei": ["A"], "rating": ["high"], "grade": [1]})[["uei", "rating"]])
    twice = pandas.DataFrame({
        "uei": ["A", "A", None], "as_of": at("2024-05-01", "2024-05-01", "2024-05-01"), "rating": [1.0] * 3, "grade": [1] * 3,
    })
    with refused("null_key", "duplicate_key") as refusal:
        store.write_table(vendors, twice)
    assert "row 3" in str(refusal.found.value) and "row 2" in str(refusal.found.value)
    assert store.get_table(vendors).rows == 3
    with refused("duplicate_name"):
        store.write_table(vendors, pyarrow.table([pyarrow.array(["A"]), pyarrow.array(["B"])], names=["uei", "uei"]))


def test_a_table_is_made_by_schema_registered_and_dropped(store, schema, awards):
    name = f"{schema}.empty"
    made = store.create_table(
        name, ["id"], schema=pyarrow.schema([("id", pyarrow.int64()), ("amount", pyarrow.decimal128(18, 2))]))
    assert (made.rows, made.features) == (0, ["amount"])
    store.drop_table(name)
    with pytest.raises(FeatureStoreError) as gone:
        store.get_table(name)
    assert gone.value.codes == ["unknown_table"] and gone.value.status == 404
    with refused("missing_column"):
        store.create_table(name, ["nothing"], schema={"id": "int64"})
    training = store.create_training_set(LABELS, [], "late", table_name=f"{schema}.labels")
    registered = store.register_table(training.table_name, "row", description="Labels")
    assert registered.rows == 4 and registered.primary_keys == ["row"]


# SPEC §2 and §3: lookups and training sets

def test_rows_keep_their_number_order_and_times(store, schema, vendors):
    lookup = FeatureLookup(
        vendors, "uei", ["rating", "grade"], {"grade": "vendor_grade"}, "at", datetime.timedelta(days=20),
        {"vendor_grade": -1})
    training = store.create_training_set(LABELS, [lookup], "late", ["row", "no such column"], table_name=f"{schema}.t")
    frame = training.load_df()
    assert frame.columns.tolist() == ["uei", "at", "size", "rating", "vendor_grade", "late"]
    assert frame["uei"].tolist() == ["A", "B", "A", "Z"]
    # The row of 15 January is too old for 20 February by more than 20 days, and that of 1 January for 31 January.
    assert frame["vendor_grade"].tolist() == [20, -1, -1, -1]
    assert frame["rating"].isna().tolist() == [False, True, True, True]
    again = store.create_training_set(LABELS, [lookup], "late", ["row"], table_name=f"{schema}.t2")
    assert again.content_hash == training.content_hash
    assert store.get_training_set(f"{schema}.t").plan_hash == training.plan_hash


def test_lookback_reaches_to_the_microsecond(store, schema, vendors):
    rows = pandas.DataFrame({"uei": ["A", "A"], "at": at("2024-02-02", "2024-02-02T00:00:00.000001")})
    lookup = FeatureLookup(vendors, "uei", "grade", timestamp_lookup_key="at", lookback_window=datetime.timedelta(days=1))
    assert store.create_training_set(rows, [lookup]).load_df()["grade"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    "lookup, codes",
    [
        (dict(lookup_key=["uei", "at"]), ["key_mismatch"]),
        (dict(lookup_key="uei", feature_names="nothing"), ["unknown_feature"]),
        (dict(lookup_key="nobody"), ["missing_column"]),
        (dict(lookup_key="uei", lookback_window=datetime.timedelta(days=-1)), ["invalid_lookback"]),
        (dict(lookup_key="uei", feature_names="grade", rename_outputs={"grade": "size"}), ["duplicate_name"]),
        (dict(lookup_key="uei", feature_names="grade", rename_outputs={"grade": "g"}, default_values={"grade": 1}),
         ["unknown_feature"]),
        (dict(lookup_key="row"), ["type_mismatch"]),
    ],
)
def test_a_faulty_lookup_is_refused_by_its_code(store, schema, vendors, lookup, codes):
    with refused(*codes):
        store.create_training_set(LABELS, [FeatureLookup(vendors, timestamp_lookup_key="at", **lookup)], "late")


def test_times_without_a_zone_are_not_guessed_at(store, vendors):
    rows = LABELS.assign(at=LABELS["at"].dt.tz_localize(None))
    with pytest.raises(FeatureStoreError) as error:
        store.create_training_set(rows, [FeatureLookup(vendors, "uei", timestamp_lookup_key="at")], "late")
    assert set(error.value.codes) == {"type_mismatch"}


# SPEC §5 and §6: the definition travels with the model

@pytest.fixture
def scored(store, schema, unique, vendors, awards):
    """A model that was logged with a lookup and a view, registered, found by an alias."""
    class Scored:
        name, view, table = unique("risk"), f"spending_{schema}", awards
    store.apply_views(VIEW % (Scored.view, 1, awards, "P30D", "P30D"), Scored.view)
    lookups = [
        FeatureLookup(vendors, "uei", "grade", timestamp_lookup_key="at", default_values={"grade": 0}),
        FeatureViewLookup(Scored.view, "at"),
    ]
    Scored.training = store.create_training_set(LABELS, lookups, "late", ["row", "uei", "at"], table_name=f"{schema}.training")
    frame = Scored.training.load_df().fillna(0)
    Scored.inputs = ["size", "grade", "awards_30d", "amount_30d"]
    assert frame.columns.tolist() == Scored.inputs + ["late"]
    Scored.model = sklearn.linear_model.LinearRegression().fit(frame[Scored.inputs], frame["late"])
    mlflow.set_experiment(unique("risk"))
    with mlflow.start_run():
        Scored.info = store.log_model(
            Scored.model, "model", flavor=mlflow.sklearn, training_set=Scored.training, registered_model_name=Scored.name)
    mlflow.MlflowClient().set_registered_model_alias(Scored.name, "champion", "1")
    Scored.uri = f"models:/{Scored.name}@champion"
    return Scored


ROWS = pandas.DataFrame(
    {"note": ["x", "y", "z"], "uei": ["B", "Z", "A"], "at": at("2024-02-20", "2024-02-10", "2024-02-10"), "size": [5.0, 6.0, 7.0]},
    index=[30, 10, 20],
)


def test_the_files_beside_a_model_say_what_it_was_trained_on(scored, store, tmp_path):
    folder = pathlib.Path(mlflow.artifacts.download_artifacts(scored.info.model_uri, dst_path=str(tmp_path)))
    packed = json.loads((folder / "martlet_features.json").read_text())
    assert packed["training_set"] == scored.training.record["table"]
    assert (packed["plan_hash"], packed["content_hash"]) == (scored.training.plan_hash, scored.training.content_hash)
    assert [c["name"] for c in packed["columns"] if c["input"]] == scored.inputs
    assert [c["name"] for c in packed["columns"] if not c["input"]] == ["uei", "at"]
    import yaml
    spec = yaml.safe_load((folder / "feature_spec.yaml").read_text())
    columns = {name: facts for entry in spec["input_columns"] for name, facts in entry.items()}
    assert columns["uei"] == {
        "data_type": "string", "include": False, "topological_ordering": 0, "source": "training_data"}
    grade = columns["grade"]
    assert (grade["feature_name"], grade["lookup_key"], grade["timestamp_lookup_key"]) == ("grade", ["uei"], ["at"])
    assert (grade["default_value"], grade["data_type"], grade["source"]) == ("0", "bigint", "feature_store")
    # MLflow's own loader takes the folder as any other.
    assert mlflow.pyfunc.load_model(scored.info.model_uri) is not None


def test_a_registered_version_knows_its_views_and_its_training_set(scored, store, server_url):
    shown = martlet_process.run("models", "show", f"{scored.name}/1", "--server", server_url)
    assert scored.training.plan_hash in shown and scored.training.record["table"] in shown and scored.view in shown
    views = martlet_process.run_json("features", "views", "show", scored.view, "--server", server_url)
    assert [(m["name"], m["version"]) for m in views["models"]] == [(scored.name, 1)]


def test_one_row_in_is_one_row_out_with_the_prediction_last(scored, store):
    # Nothing is known of Z, and this model takes no missing values.
    result = store.score_batch(scored.uri, ROWS[ROWS["uei"] != "Z"])
    assert result.columns.tolist() == ["note", "uei", "at", "size", "grade", "awards_30d", "amount_30d", "prediction"]
    assert result.index.tolist() == [30, 20] and result["note"].tolist() == ["x", "z"]
    assert result["grade"].tolist() == [30, 20] and result["awards_30d"].tolist() == [1, 1]
    assert result["amount_30d"].tolist() == [30, 20]
    numpy.testing.assert_array_equal(result["prediction"], scored.model.predict(result[scored.inputs]))


def test_a_callers_column_is_used_in_a_features_place_and_recorded(scored, store):
    # Pandas makes floats of whole numbers with gaps; what is no whole number is none.
    for amounts in [7.0, 8.5, 9.0], ["7", "8", "9"]:
        with refused("type_mismatch") as refusal:
            store.score_batch(scored.uri, ROWS.assign(amount_30d=amounts))
        assert "amount_30d" in str(refusal.found.value)
    given = ROWS.assign(grade=pandas.array([1, None, 3], dtype="Int64"), amount_30d=[7.0, 8.0, 9.0])
    packed = store._transport.receive(
        "scoring/rows", {"model_uri": scored.uri, "rows": store._sent(given), "features_only": True})
    record = store._transport.send("scoring/rows/show", {"id": packed[1]["martlet-row-scoring"]})
    assert record["overridden"] == ["grade", "amount_30d"] and record["features_only"] is True
    given = ROWS.assign(grade=[1, 2, 3], amount_30d=[7, 8, 9])
    result = store.score_batch(scored.uri, given)
    assert result.columns.tolist() == ["note", "uei", "at", "size", "grade", "amount_30d", "awards_30d", "prediction"]
    expected = scored.model.predict(result[scored.inputs])
    numpy.testing.assert_array_equal(result["prediction"], expected)
    assert result["awards_30d"].tolist() == [1, 0, 1]


def test_what_is_missing_is_told_at_once(scored, store):
    with refused("missing_column", "missing_column", "missing_column") as refusal:
        store.score_batch(scored.uri, ROWS[["at", "note"]])
    assert "'size'" in str(refusal.found.value) and "uei" in str(refusal.found.value)
    with refused("duplicate_name"):
        store.score_batch(scored.uri, ROWS.assign(prediction=1.0))
    with pytest.raises(FeatureStoreError, match="gates"):
        store.score_batch(f"models:/{scored.name}/1", ROWS)


def test_a_view_that_has_changed_stops_the_model_until_somebody_says_why_not(scored, store, server_url):
    given = ROWS.assign(amount_30d=[7, 8, 9])
    before = store.score_batch(scored.uri, given)
    store.apply_views(VIEW % (scored.view, 2, scored.table, "P5D", "P30D"), scored.view)
    with pytest.raises(FeatureStoreError) as refusal:
        store.score_batch(scored.uri, given)
    packed = store._transport.send("registry/features", {"model_uri": scored.uri})["features"]
    newest = martlet_process.run_json("features", "views", "show", scored.view, "--server", server_url)
    assert refusal.value.code == "INVALID_STATE"
    assert packed["views"][0]["hash"] in str(refusal.value) and newest["hash"] in str(refusal.value)
    assert "--allow-drift" in str(refusal.value)
    with pytest.raises(FeatureStoreError, match="reason"):
        store.score_batch(scored.uri, given, allow_drift="  ")
    with pytest.warns(UserWarning, match="packed definition"):
        after = store.score_batch(scored.uri, given, allow_drift="quarterly report, approved by the reviewer")
    # By the definition that the model was trained on.
    pandas.testing.assert_frame_equal(before, after, check_flags=False)
    record = store._transport.send("scoring/rows/show", {"id": after.attrs["martlet_row_scoring"]})
    assert record["drift_reason"] == "quarterly report, approved by the reviewer" and len(record["drift"]) == 1
    entries, page = [], [{"position": -1}]
    while page:
        page = store._transport.send("audit/entries", {"from": page[-1]["position"] + 1, "limit": 1000})["entries"]
        entries += page
    mine = [
        entry for entry in entries
        if entry["action"] == "scoring.score_rows" and entry["parameters"].get("model") == f"{scored.name}/1"
    ]
    assert [entry["status"] < 400 for entry in mine] == [True, False, True]
    assert mine[2]["parameters"]["allow_drift"] == record["drift_reason"]
    assert mine[2]["parameters"]["row_scoring_id"] == record["id"]


def test_a_table_made_anew_is_warned_of(scored, store, vendors):
    frame = store.read_table(vendors)
    store.drop_table(vendors)
    store.create_table(vendors, "uei", frame, timestamp_keys="as_of")
    with pytest.warns(UserWarning, match="dropped and made again"):
        store.score_batch(scored.uri, ROWS.assign(amount_30d=[7, 8, 9]))


def test_a_tampered_definition_is_not_registered(scored, store, unique, tmp_path):
    folder = pathlib.Path(mlflow.artifacts.download_artifacts(scored.info.model_uri, dst_path=str(tmp_path)))
    text = (folder / "martlet_features.json").read_text()
    with mlflow.start_run() as run:
        for place, changed in [
            ("half", text[: len(text) // 2]), ("window", text.replace("P30D", "P31D")), ("empty", ""),
            ("later", text.replace('"martlet_features":1', '"martlet_features":99')),
        ]:
            (folder / "martlet_features.json").write_text(changed)
            mlflow.MlflowClient().log_artifacts(run.info.run_id, str(folder), place)
            name = unique("tampered")
            with pytest.raises(mlflow.exceptions.MlflowException, match="martlet_features.json"):
                mlflow.register_model(f"runs:/{run.info.run_id}/{place}", name)


def test_integers_among_nulls_are_read_as_the_integers_that_they_are(store, schema):
    ids = pyarrow.table({"k": ["a", "b", "c"], "id": pyarrow.array([2**53 + 1, None, 7], pyarrow.int64())})
    store.create_table(f"{schema}.ids", "k", ids)
    found = store.read_table(f"{schema}.ids").set_index("k")["id"]
    assert str(found.dtype) == "Int64" and found["a"] == 2**53 + 1 and found.isna().tolist() == [False, True, False]


def test_what_is_suspicious_is_warned_of_and_refused_when_strict(store, schema, vendors):
    lookup = FeatureLookup(vendors, "uei", "rating", timestamp_lookup_key="at")
    origin = {"source": vendors, "column": "rating", "known_at": "at"}
    with pytest.warns(UserWarning, match="label_time"):
        made = store.create_training_set(LABELS, [lookup], "late", label_from=origin, table_name=f"{schema}.t")
    assert any(warning.startswith("label_time (error)") for warning in made.warnings)
    with pytest.raises(FeatureStoreError, match="label_time"):
        store.create_training_set(LABELS, [lookup], "late", label_from=origin, table_name=f"{schema}.t", strict=True)


def test_steps_are_fitted_once_and_applied_alike_in_training_and_scoring(store, schema, unique, vendors):
    steps = [
        {"impute": ["rating"], "with": "mean"}, {"scale": ["size"], "with": "standard"},
        {"encode": ["uei"], "with": "one_hot", "unknown": "ignore"},
    ]
    lookup = FeatureLookup(vendors, "uei", "rating", timestamp_lookup_key="at")
    training = store.create_training_set(
        LABELS, [lookup], "late", ["row", "at"], steps=steps, table_name=f"{schema}.stepped")
    raw, frame = store.read_table(training.table_name), training.load_df()
    assert raw.columns.tolist() == ["uei", "size", "rating", "late"]
    inputs = ["uei=A", "uei=B", "uei=Z", "size", "rating"]
    assert frame.columns.tolist() == inputs + ["late"]
    numpy.testing.assert_allclose(frame["size"], (LABELS["size"] - 2.5) / LABELS["size"].std(ddof=0), rtol=1e-15)
    assert frame["rating"].tolist() == [2.5, 2.0, 1.5, 2.0]
    model = sklearn.linear_model.LinearRegression().fit(frame[inputs], frame["late"])
    name = unique("stepped")
    with mlflow.start_run():
        store.log_model(model, "model", flavor=mlflow.sklearn, training_set=training, registered_model_name=name)
    mlflow.MlflowClient().set_registered_model_alias(name, "champion", "1")
    # Training's own rows give what the model gave in training; a row by itself gives the same.
    result = store.score_batch(f"models:/{name}@champion", LABELS.drop(columns="late"))
    assert result.columns.tolist() == ["row", "uei", "at", "size", "rating", "prediction"]
    assert result["size"].tolist() == [1.0, 2.0, 3.0, 4.0]
    numpy.testing.assert_array_equal(result["prediction"], model.predict(frame[inputs]))
    alone = store.score_batch(f"models:/{name}@champion", LABELS.iloc[[1]].assign(uei="nobody"))
    assert numpy.isfinite(alone["prediction"]).all()


def test_the_command_line_scores_the_same_rows_and_says_what_it_cannot_run(scored, store, server_url, tmp_path):
    given = ROWS.assign(amount_30d=[7, 8, 9])
    given.to_csv(tmp_path / "rows.csv", index=False)
    out = tmp_path / "features.parquet"
    done = martlet_process.run_json(
        "features", "score-batch", scored.uri, tmp_path / "rows.csv", "--out", out, "--features-only", "--server", server_url)
    assert done["overridden"] == ["amount_30d"] and done["row_count"] == 3
    expected = store.score_batch(scored.uri, given).drop(columns="prediction")
    found = pandas.read_parquet(out)
    assert found.columns.tolist() == expected.columns.tolist()
    assert found[scored.inputs].to_numpy().tolist() == expected[scored.inputs].to_numpy().tolist()
    # sklearn's model runs in Python only.
    import subprocess
    refused = subprocess.run(
        martlet_process.command(
            "features", "score-batch", scored.uri, str(tmp_path / "rows.csv"), "--out", str(tmp_path / "no"), "--server", server_url),
        capture_output=True, text=True, timeout=120, env=martlet_process.environment())
    assert refused.returncode != 0 and "--features-only" in refused.stderr and not (tmp_path / "no").exists()
    table = scored.training.table_name.replace("training", "scored")
    into = martlet_process.run_json(
        "features", "score-batch", scored.uri, "--from-table", f"{scored.training.table_name}_spine", "--into", table,
        "--features-only", "--server", server_url)
    assert into["predictions"] == f"{table}@0" and len(store.read_table(table)) == 4
    folder = tmp_path / "model"
    folder.mkdir()
    martlet_process.run("features", "pack", scored.training.record["table"], "--into", folder, "--server", server_url)
    assert sorted(path.name for path in folder.iterdir()) == ["feature_spec.yaml", "martlet_features.json"]


def test_a_push_that_is_sent_again_under_its_id_counts_once(store, vendors):
    store.publish_table(vendors)
    row = {"uei": ["A"], "as_of": ["2024-03-01T00:00:00Z"], "rating": [4.5], "grade": [40]}
    first = store.push(vendors, row, id="march")
    assert (first["rows"], first.get("repeated")) == (1, None)
    again = store.push(vendors, row, id="march")
    assert (again["sequence"], again["repeated"]) == (first["sequence"], True)
    served = store.get_online_features(f"main.{vendors}:rating", [{"uei": "A"}])
    assert served[0]["rating"]["value"] == 4.5
    with pytest.raises(FeatureStoreError, match="march"):
        store.push(vendors, {**row, "grade": [41]}, id="march")
    with refused("missing_column"):
        store.push(vendors, {"uei": ["A"], "as_of": ["2024-03-02T00:00:00Z"], "rating": [4.5]})
