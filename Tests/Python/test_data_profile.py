"""`martlet data profile` and `data diff` against what polars finds in the same files."""

import math
import random

import polars
import pytest

import chromium
import martlet_process

SEED = random.SystemRandom().randrange(1 << 32)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """A workspace with two versions of a random table, and both as polars reads them."""
    print("seed", SEED)
    dice = random.Random(SEED)
    folder = tmp_path_factory.mktemp("profile")
    count = dice.randrange(2_000, 20_000)
    first = polars.DataFrame(
        {
            "id": range(count),
            "normal": [dice.gauss(5, 3) if dice.random() > 0.1 else None for _ in range(count)],
            "heavy": [math.exp(dice.gauss(0, 4)) for _ in range(count)],
            "small": [dice.randrange(-3, 9) for _ in range(count)],
            "float": polars.Series([dice.random() for _ in range(count)], dtype=polars.Float32),
            "word": [dice.choice(["UA", "AA", "ünïcode ✈", "<b>", None]) for _ in range(count)],
            "flag": [dice.random() < 0.2 for _ in range(count)],
        }
    )
    second = first.filter(polars.col("id") % 10 != 3).with_columns(
        polars.when(polars.col("id") % 7 == 0).then(polars.col("normal") + 9).otherwise(polars.col("normal")).alias("normal")
    )
    workspace = folder / "workspace"
    for version, frame in enumerate((first, second)):
        path = folder / f"{version}.parquet"
        frame.write_parquet(path)
        martlet_process.run_json("data", "import", "demo.random", path, "--workspace", workspace)
    return workspace, first, second


def columns(workspace, version):
    found = martlet_process.run_json("data", "profile", "demo.random", "--version", version, "--workspace", workspace)
    assert found["quantiles_are_exact"]
    return found["rows"], {column["name"]: column for column in found["columns"]}


@pytest.mark.parametrize("version", [0, 1])
def test_the_profile_is_what_polars_describes(table, version):
    workspace, frame = table[0], table[1 + version]
    rows, found = columns(workspace, version)
    assert (rows, list(found)) == (frame.height, frame.columns)
    shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99]
    described = frame.describe(percentiles=shares, interpolation="linear")
    for name in ("id", "normal", "heavy", "small", "float"):
        expected = {row["statistic"]: row[name] for row in described.iter_rows(named=True)}
        column = found[name]
        assert column["nulls"] == expected["null_count"], name
        assert math.isclose(column["mean"], expected["mean"], rel_tol=1e-6 if name == "float" else 1e-9), name  # polars adds floats as floats
        assert math.isclose(column["standard_deviation"], expected["std"], rel_tol=1e-6), name
        for word in ("min", "max"):
            assert math.isclose(column[word], expected[word], rel_tol=1e-6), (name, word)
        for quantile in column["quantiles"]:
            label = f"{round(quantile['share'] * 100)}%"
            assert math.isclose(quantile["value"], expected[label], rel_tol=1e-6, abs_tol=1e-9), (name, label)
        assert column["distinct"] == frame[name].drop_nulls().n_unique(), name


@pytest.mark.parametrize("version", [0, 1])
def test_histograms_count_every_value_once(table, version):
    workspace, frame = table[0], table[1 + version]
    _, found = columns(workspace, version)
    for name in ("id", "normal", "heavy", "small"):
        histogram, values = found[name]["histogram"], frame[name].drop_nulls()
        edges = histogram["edges"]
        assert histogram["below"] == (values < edges[0]).sum(), name
        assert histogram["above"] == (values > edges[-1]).sum(), name
        for place, count in enumerate(histogram["counts"]):
            low = values >= edges[0] if place == 0 else values > edges[place]
            assert count == (low & (values <= edges[place + 1])).sum(), (name, place)


def test_frequent_values_are_counted(table):
    workspace, frame, _ = table
    _, found = columns(workspace, 0)
    for name in ("word", "flag"):
        expected = {str(value).lower() if name == "flag" else value: count for value, count in frame[name].drop_nulls().value_counts().rows()}
        assert {top["value"]: top["count"] for top in found[name]["top_values"]} == expected


def test_the_diff_is_what_polars_joins(table):
    workspace, first, second = table
    found = martlet_process.run_json("data", "diff", "demo.random", "--from", 0, "--to", 1, "--key", "id", "--workspace", workspace)
    both = first.join(second, on="id", suffix="_after")
    changed = both.filter(polars.col("normal").ne_missing(polars.col("normal_after")))
    assert (found["added_rows"], found["removed_rows"], found["changed_rows"]) == (0, first.height - second.height, changed.height)
    assert found["changed_columns"] == [{"name": "normal", "rows": changed.height}]
    assert [row["key"][0]["value"] for row in found["changed"]] == [str(id) for id in sorted(changed["id"])[:20]]
    whole = martlet_process.run_json("data", "diff", "demo.random", "--workspace", workspace)
    assert (whole["added_rows"], whole["removed_rows"]) == (changed.height, first.height - second.height + changed.height)


def test_the_pages_open_in_a_browser_without_asking_anybody(table, tmp_path):
    workspace = table[0]
    pages = {"profile": tmp_path / "profile.html", "diff": tmp_path / "diff.html"}
    for verb, page in pages.items():
        martlet_process.run("data", verb, "demo.random", "--html", page, "--workspace", workspace)
    (tmp_path / "browser").mkdir()
    with chromium.Browser(tmp_path / "browser") as browser:
        for page in pages.values():
            tab = browser.page()
            tab.call("Page.navigate", url=page.as_uri())
            title = 'document.readyState === "complete" && document.querySelectorAll("figure svg").length > 3'
            for _ in range(200):
                if tab.call("Runtime.evaluate", expression=title)["result"].get("value"):
                    break
                tab.call("Runtime.evaluate", expression="new Promise(done => setTimeout(done, 50))", awaitPromise=True)
            else:
                raise AssertionError(f"{page} shows no drawings")
            wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
            assert tab.call("Runtime.evaluate", expression=wide)["result"]["value"]
            assert not tab.console and {entry["url"].split(":")[0] for entry in tab.requests.values()} == {"file"}
        assert browser.left_for == []
