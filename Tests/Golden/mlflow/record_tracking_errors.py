"""Makes tracking-errors.json: how `mlflow server` 3.18 refuses requests of its tracking API.

Usage: record_tracking_errors.py http://127.0.0.1:PORT, of a server on a fresh SQLite file:

    mlflow server --backend-store-uri sqlite:///m.db --artifacts-destination a --port PORT --workers 1

Every endpoint is asked with each field absent, of each wrong type, too long, unknown and deleted, with bodies that are no JSON,
and by wrong methods. What succeeds is left out, but for what later requests need (`save` names what they need of the answer).

In the requests `{{name}}` stands for something saved, `<<x*9>>` for nine times x, and `{"$times": 3, "of": …}` for a list in which
`<<i>>` counts from 0. A wrong type that the server does not look at makes it take half of the request and answer 200; Martlet
refuses these, and they are left out, too.
"""

import copy
import json
import pathlib
import re
import sys
import urllib.error
import urllib.parse
import urllib.request

ABSENT = object()
TEXT = {
    "absent": ABSENT,
    "null": None,
    "empty": "",
    "number": 5,
    "fraction": 1.5,
    "bool": True,
    "list": [],
    "object": {},
}
WHOLE = {"empty": "", "text": "abc", "fraction": "7.5", "list": [], "object": {}, "nan": "NaN"}
NUMBER = {"absent": ABSENT, "null": None, "empty": "", "text": "abc", "list": [], "object": {}}
LIST = {"text": "abc", "number": 5, "object": {}}
KEY = {
    "key 251": "<<k*251>>",
    "key //": "a//b",
    "key /": "/a",
    "key .": "./a",
    "key ..": "a/../b",
    "key @": "a@b",
    "key quote": "a'b",
    "key newline": "a\nb",
    "key emoji": "😀",
    "key only dots": "..",
    "key up": "../a",
}
EXPERIMENT = {"unknown": "987654", "words": "abc", "beyond": "9223372036854775808", "fraction text": "1.0"}
RUN = {
    "unknown": "0123456789abcdef0123456789abcdef",
    "odd": "../x",
    "long": "<<a*300>>",
    "blank": "  ",
    "deleted": "{{deleted_run}}",
    "in a deleted experiment": "{{run_of_deleted}}",
}
BODIES = ["", "null", "[]", "5", "true", '"abc"', '""', "{", "hello", "{} x", "{'a':1}"]

steps = []


def ask(name, method, path, body=None, **more):
    steps.append({"name": name, "method": method, "path": path, **({} if body is None else {"body": body}), **more})


def make(name, path, body, take):
    ask(f"make {name}", "POST", path, body, save={name: take})


def wrong(path, good, method="POST", *, bodies=False, **fields):
    """Asks with each of the values for each of the fields."""
    for field, values in fields.items():
        for label, value in values.items():
            body = copy.deepcopy(good)
            if value is ABSENT:
                body.pop(field, None)
            else:
                body[field] = value
            ask(f"{path}: {field} {label}", method, path, body)
    for label in ("text/plain", "", "application/x-www-form-urlencoded") if method == "POST" else ():
        ask(f"{path}: type {label}", method, path, good, type=label)
    for raw in BODIES if bodies else ():
        ask(f"{path}: body {raw}", method, path, raw=raw)
    for other in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        # The latter is read as a model whose id is "search".
        if other != method and (path, other) != ("experiments/search", "GET") and path != "logged-models/search":
            ask(f"{path}: by {other}", other, path, {} if other != "GET" else None)


def query(path, good, **fields):
    for field, values in fields.items():
        for label, value in values.items():
            if value is not ABSENT and not isinstance(value, str):
                continue
            items = {**good, field: value}
            ask(f"{path}: {field} {label}", "GET", path, query=[[k, v] for k, v in items.items() if v is not ABSENT])
    for other in ("POST", "PUT", "DELETE"):
        ask(f"{path}: by {other}", other, path, {})


def texts(**more):
    """Lists of keys with values, of which one has something wrong."""
    keys = {label: [{"key": key, "value": "v"}] for label, key in KEY.items()}
    return {
        **LIST,
        **keys,
        "no key": [{"value": "v"}],
        "null key": [{"key": None, "value": "v"}],
        "empty key": [{"key": "", "value": "v"}],
        **more,
    }


def fixtures():
    make("experiment", "experiments/create", {"name": "errors"}, "experiment_id")
    make("deleted_experiment", "experiments/create", {"name": "errors-deleted"}, "experiment_id")
    for name, home in (("run", "experiment"), ("deleted_run", "experiment"), ("run_of_deleted", "deleted_experiment")):
        make(name, "runs/create", {"experiment_id": "{{%s}}" % home, "start_time": 1}, "run.info.run_id")
    for name in ("model", "deleted_model"):
        make(name, "logged-models", {"experiment_id": "{{experiment}}", "name": name}, "model.info.model_id")
    ask("delete a run", "POST", "runs/delete", {"run_id": "{{deleted_run}}"}, needed=True)
    ask("delete an experiment", "POST", "experiments/delete", {"experiment_id": "{{deleted_experiment}}"}, needed=True)
    ask("delete a model", "DELETE", "logged-models/{{deleted_model}}", needed=True)
    ask("log a parameter", "POST", "runs/log-parameter", {"run_id": "{{run}}", "key": "p", "value": "1"}, needed=True)


def experiments():
    deleted = {"deleted": "{{deleted_experiment}}"}
    wrong(
        "experiments/create",
        {"name": "new"},
        bodies=True,
        name={**TEXT, "blank": "  ", "501": "<<n*501>>", "taken": "errors", "taken by a deleted one": "errors-deleted"},
        artifact_location={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")}
        | {
            "fragment": "s3://b/x#f",
            "runs": "runs:/a/b",
            "http": "http://h/x",
            "ftp": "ftp://h/x",
            "query up": "s3://b/x?a=../b",
            "2049": "s3://b/<<p*2042>>",
            "other server": "mlflow-artifacts://h/x",
        },
        tags=texts(
            **{
                "value 20001": [{"key": "k", "value": "<<v*20001>>"}],
                "twice": [{"key": "k", "value": "v"}, {"key": "k", "value": "w"}],
            }
        ),
    )
    query("experiments/get", {}, experiment_id={**TEXT, **EXPERIMENT})
    query("experiments/get-by-name", {}, experiment_name={**TEXT, "unknown": "none"})
    wrong("experiments/delete", {}, experiment_id={**TEXT, **EXPERIMENT, **deleted})
    wrong("experiments/restore", {}, experiment_id={**TEXT, **EXPERIMENT, "not deleted": "{{experiment}}"})
    wrong(
        "experiments/update",
        {"experiment_id": "{{experiment}}", "new_name": "errors"},
        experiment_id={**TEXT, **EXPERIMENT, **deleted},
        new_name={
            **TEXT,
            "blank": "  ",
            "501": "<<n*501>>",
            "taken": "Default",
            "taken by a deleted one": "errors-deleted",
        },
    )
    tag = {"experiment_id": "{{experiment}}", "key": "k", "value": "v"}
    wrong(
        "experiments/set-experiment-tag",
        tag,
        experiment_id={**TEXT, **EXPERIMENT, **deleted},
        key={**TEXT, **KEY},
        value={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")} | {"20001": "<<v*20001>>"},
    )
    wrong(
        "experiments/delete-experiment-tag",
        tag,
        experiment_id={**TEXT, **EXPERIMENT, **deleted},
        key={**TEXT, "unknown": "never"},
    )
    wrong(
        "experiments/search",
        {"max_results": 5},
        bodies=True,
        max_results={**WHOLE, "absent": ABSENT, "zero": 0, "negative": -1, "50001": 50001},
        filter={
            "number": 5,
            "blank": "  ",
            "no value": "name",
            "no operator": "name =",
            "unknown": "foo = 'a'",
            "or": "name = 'a' OR name = 'b'",
            "entity": "metrics.a > 1",
            "unquoted": "name = a",
            "open quote": "name = 'a",
            "comparator": "name > 'a'",
            "number for a text": "name = 5",
            "text for a number": "creation_time = 'a'",
            "null": "name IS NULL",
            "like a number": "creation_time LIKE '1'",
            "list": "name IN ('a')",
            "two": "name = 'a'; name = 'b'",
            "not": "NOT name = 'a'",
        },
        order_by={"text": "name", "unknown": ["nothing"], "empty": [""], "direction": ["name UP"], "tag": ["tags.a"]},
        page_token={"words": "abc", "junk": "YWJj", "number": 5},
    )


def runs():
    new = {"experiment_id": "{{experiment}}", "start_time": 1}
    wrong(
        "runs/create",
        new,
        experiment_id={
            **{k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")},
            **EXPERIMENT,
            "deleted": "{{deleted_experiment}}",
        },
        start_time=WHOLE,
        run_name={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")},
        tags={
            "twice": [{"key": "k", "value": "v"}, {"key": "k", "value": "w"}],
            "name twice": [{"key": "mlflow.runName", "value": "x"}, {"key": "mlflow.runName", "value": "y"}],
        },
    )
    ask(
        "runs/create: another name in the tag",
        "POST",
        "runs/create",
        {**new, "run_name": "one", "tags": [{"key": "mlflow.runName", "value": "other"}]},
    )
    unknown = {k: RUN[k] for k in ("unknown", "odd", "blank")}
    query("runs/get", {}, run_id={**TEXT, **unknown})
    wrong(
        "runs/update",
        {"run_id": "{{run}}"},
        run_id={**TEXT, **RUN},
        status={"list": [], "object": {}},
        end_time=WHOLE,
        run_name={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")},
    )
    for verb in ("delete", "restore"):
        wrong(f"runs/{verb}", {}, run_id={**TEXT, **unknown})
        ask(f"runs/{verb}: by the old name", "POST", f"runs/{verb}", {"run_uuid": "{{run}}"})
    metric = {"run_id": "{{run}}", "key": "m", "value": 1.5, "timestamp": 5}
    wrong(
        "runs/log-metric",
        metric,
        bodies=True,
        run_id={**TEXT, **RUN},
        key={**TEXT, **KEY},
        value=NUMBER,
        timestamp={**WHOLE, "absent": ABSENT, "null": None, "negative": -1},
        step=WHOLE,
        dataset_name={"alone": "d", "number": 5},
        dataset_digest={"alone": "d"},
        model_id={"unknown": "m-none", "number": 5},
    )
    text = {"run_id": "{{run}}", "key": "k", "value": "v"}
    wrong(
        "runs/log-parameter",
        {**text, "key": "p"},
        run_id={**TEXT, **RUN},
        key={**TEXT, **KEY},
        value={**{k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")}, "other": "2"},
    )
    wrong(
        "runs/set-tag",
        text,
        run_id={**TEXT, **RUN},
        key={**TEXT, **KEY},
        value={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")},
    )
    wrong("runs/delete-tag", text, run_id={**TEXT, **RUN}, key={**TEXT, "unknown": "never"})
    ask("runs/delete-tag: by the old name", "POST", "runs/delete-tag", {"run_uuid": "{{run}}", "key": "k"})


def batches():
    def metrics(**fields):
        return [{"key": "a", "value": 1, "timestamp": 1} | fields]

    def many(count, **of):
        return {"$times": count, "of": of}

    absent = {
        f"no {field}": [{k: v for k, v in metrics()[0].items() if k != field}]
        for field in ("key", "value", "timestamp")
    }
    wrong(
        "runs/log-batch",
        {"run_id": "{{run}}"},
        run_id={**TEXT, **RUN},
        metrics={
            **LIST,
            **absent,
            **{label: metrics(key=key) for label, key in KEY.items()},
            "empty key": metrics(key=""),
            "null value": metrics(value=None),
            "empty value": metrics(value=""),
            "negative timestamp": metrics(timestamp=-1),
            "1001": many(1001, key="n", value=1, timestamp=1, step="<<i>>"),
            "unknown model": metrics(model_id="m-none"),
            "half a dataset": metrics(model_id="{{model}}", dataset_name="d"),
        },
        params=texts(
            **{
                "101": many(101, key="n<<i>>", value="v"),
                "twice": [{"key": "t", "value": "v"}, {"key": "t", "value": "v"}],
                "other value": [{"key": "p", "value": "2"}],
            }
        ),
        tags=texts(**{"101": many(101, key="n<<i>>", value="v")}),
    )
    ask(
        "runs/log-batch: 1001 in all",
        "POST",
        "runs/log-batch",
        {
            "run_id": "{{run}}",
            "metrics": many(901, key="n<<i>>", value=1, timestamp=1),
            "params": many(50, key="n<<i>>", value="v"),
            "tags": many(50, key="n<<i>>", value="v"),
        },
    )
    model = {"artifact_path": "model", "flavors": {}, "utc_time_created": "2024-01-01 00:00:00.000000", "run_id": "r"}
    wrong(
        "runs/log-model",
        {"run_id": "{{run}}", "model_json": json.dumps(model)},
        run_id={**TEXT, **RUN},
        model_json={
            **TEXT,
            "no JSON": "{",
            "a list": "[]",
            "a number": "5",
            **{f"no {field}": json.dumps({k: v for k, v in model.items() if k != field}) for field in model},
        },
    )
    data = {"name": "d", "digest": "g", "source_type": "t", "source": "s"}
    long = {"name": 501, "digest": 37, "source": 65536, "schema": 1048576}
    tagged = {"key 256": {"key": "<<k*256>>", "value": "v"}, "value 501": {"key": "k", "value": "<<v*501>>"}}
    wrong(
        "runs/log-inputs",
        {"run_id": "{{run}}", "datasets": [{"dataset": data}]},
        run_id={**TEXT, **RUN},
        models=LIST,
        datasets={
            **LIST,
            **{f"{field} {size}": [{"dataset": data | {field: f"<<x*{size}>>"}}] for field, size in long.items()},
            **{label: [{"dataset": data, "tags": [tag]}] for label, tag in tagged.items()},
            "tag twice": [
                {"dataset": data | {"digest": "h"}, "tags": [{"key": "k", "value": "1"}, {"key": "k", "value": "2"}]}
            ],
        },
    )
    wrong(
        "runs/outputs",
        {"run_id": "{{run}}"},
        run_id={**TEXT, **RUN},
        models={
            **LIST,
            "absent": ABSENT,
            "null": None,
            "other steps": [{"model_id": "{{model}}", "step": 1}, {"model_id": "{{model}}", "step": 2}],
        },
    )


def searches():
    clauses = [
        "   ",
        "metrics.m",
        "metrics.m >",
        "metrics.m = 'a'",
        "metrics.m > NaN",
        "metrics.m LIKE '1'",
        "metrics.m = +1",
        "metrics.m = 0x1",
        "metrics.m IS NULL",
        "metrics.m IN (1)",
        "metrics.a b > 2",
        "params.p > '1'",
        "params.p = 1",
        "params.p = `1`",
        "params.p RLIKE '1'",
        "params.p IN ('1')",
        "params.p = '1",
        "params = '1'",
        "tags.t > 'a'",
        "status = RUNNING",
        "status IN ('RUNNING')",
        "run_id IN ()",
        "run_id IN 'a'",
        "run_id IN (a)",
        "start_time = 'a'",
        "start_time LIKE '1'",
        "end_time IS NULL",
        "experiment_id = '1'",
        "foo = 'a'",
        "foo.bar = 'a'",
        "dataset.foo = 'a'",
        "dataset.name > 'a'",
        "dataset = 'a'",
        "metrics.m > 0 OR params.p = '0'",
        "NOT metrics.m > 0",
        "(metrics.m > 0)",
        "metrics.m > 0; params.p = '0'",
        "metrics.m > 0, params.p = '0'",
        "1 = 1",
        "metrics.m > params.p",
        "0 < metrics.m",
        "metrics.m == 0.5",
        "metrics.m => 0.5",
        "SELECT * FROM runs",
        "params.` = 'x'",
    ]
    ids = {"text": "1", "words": ["abc"], "empty id": [""]}
    wrong(
        "runs/search",
        {"experiment_ids": ["{{experiment}}"]},
        experiment_ids=ids,
        filter={"number": 5, **{c: c for c in clauses}},
        max_results={**WHOLE, "zero": 0, "negative": -1, "50001": 50001},
        page_token={"words": "abc", "junk": "YWJj"},
        order_by={
            "text": "name",
            "numbers": [5],
            "empty": [""],
            "unknown": ["nothing"],
            "entity": ["metrics"],
            "dataset": ["dataset.name"],
            "direction": ["metrics.a UP"],
            "two directions": ["metrics.a DESC ASC"],
        },
    )
    models = [
        "   ",
        "name",
        "name =",
        "name > 'a'",
        "attribute.name = 'a'",
        "status = 'nothing'",
        "status = 'LOGGED_MODEL_READY'",
        "status LIKE 'R%'",
        "creation_time = 'a'",
        "creation_time LIKE '1'",
        "metrics.acc = 'x'",
        "metrics.acc LIKE '1'",
        "metric.acc > 7",
        "params.p > '1'",
        "param.p = '1'",
        "tags.t IS NULL",
        "tag.t = 'T1'",
        "foo = 'a'",
        "foo.bar = 'a'",
        "params.p = '1' OR tags.t = 'T1'",
        "NOT name = 'a'",
    ]
    wrong(
        "logged-models/search",
        {"experiment_ids": ["{{experiment}}"]},
        experiment_ids={**ids, "absent": ABSENT, "null": None, "numbers": [1]},
        filter={"number": 5, **{c: c for c in models}},
        max_results=WHOLE,
        page_token={"junk": "YWJj", "number": 5},
        datasets={"text": "a", "no name": [{"dataset_digest": "g"}], "empty": [{}]},
        order_by={
            "text": "a",
            "unknown": [{"field_name": "nothing"}],
            "params": [{"field_name": "params.a"}],
            "attributes": [{"field_name": "attributes.name"}],
        },
    )
    history = {"run_id": "{{run}}", "metric_key": "m"}
    query(
        "metrics/get-history",
        history,
        run_id={"absent": ABSENT, "empty": ""},
        metric_key={"absent": ABSENT, "empty": ""},
        max_results={"zero": "0", "negative": "-1"},
        page_token={"words": "abc", "junk": "YWJj"},
    )


def models():
    new = {"experiment_id": "{{experiment}}", "name": "n"}
    twice = [{"key": "k", "value": "v"}, {"key": "k", "value": "w"}]
    wrong(
        "logged-models",
        new,
        bodies=True,
        experiment_id={**TEXT, **EXPERIMENT, "deleted": "{{deleted_experiment}}"},
        name={k: v for k, v in TEXT.items() if v not in (ABSENT, None, "")}
        | {f"with {c}": f"a{c}b" for c in "/:.%'\""},
        model_type={"number": 5, "list": []},
        source_run_id={"number": 5},
        params={**LIST, "twice": twice},
        tags={**LIST, "twice": twice},
    )
    for label, model in (("unknown", "m-none"), ("deleted", "{{deleted_model}}")):
        path = f"logged-models/{model}"
        ask(f"logged-models: get {label}", "GET", path)
        ask(f"logged-models: finalize {label}", "PATCH", path, {"model_id": model, "status": 2})
        ask(f"logged-models: delete {label}", "DELETE", path)
        ask(f"logged-models: tag {label}", "PATCH", path + "/tags", {"tags": [{"key": "k", "value": "v"}]})
        ask(f"logged-models: delete tag of {label}", "DELETE", path + "/tags/never")
        ask(f"logged-models: params of {label}", "POST", path + "/params", {"model_id": model, "params": []})
    ask("logged-models: get unknown though deleted", "GET", "logged-models/m-none", query=[["allow_deleted", "true"]])
    ask("logged-models: delete unknown tag", "DELETE", "logged-models/{{model}}/tags/never")
    wrong("logged-models/{{model}}/tags", {}, "PATCH", tags=LIST)
    wrong(
        "logged-models/{{model}}/params",
        {"model_id": "{{model}}", "params": []},
        model_id=TEXT,
        params={**LIST, "twice": twice},
    )
    for label, value in {**TEXT, "words": "READY_OR_NOT"}.items():
        body = {"model_id": "{{model}}"} | ({} if value is ABSENT else {"status": value})
        ask(f"logged-models: status {label}", "PATCH", "logged-models/{{model}}", body)
    for label, value in TEXT.items():
        body = {"status": 2} | ({} if value is ABSENT else {"model_id": value})
        ask(f"logged-models: finalize with model_id {label}", "PATCH", "logged-models/{{model}}", body)
    for method in ("POST", "PUT"):
        ask(f"logged-models: one by {method}", method, "logged-models/{{model}}", {})
    for path in ("experiments/list", "experiments/nothing", "runs", "nothing"):
        ask(f"no such path {path}", "GET", path)


def expanded(value, saved):
    if isinstance(value, str):
        value = re.sub(r"<<(.)\*(\d+)>>", lambda match: match[1] * int(match[2]), value)
        return re.sub(r"\{\{(\w+)\}\}", lambda match: saved[match[1]], value)
    if isinstance(value, dict) and "$times" in value:
        return [
            json.loads(json.dumps(expanded(value["of"], saved)).replace("<<i>>", str(i)))
            for i in range(value["$times"])
        ]
    if isinstance(value, dict):
        return {name: expanded(field, saved) for name, field in value.items()}
    return [expanded(element, saved) for element in value] if isinstance(value, list) else value


def answer(server, step, saved):
    url = server + "/api/2.0/mlflow/" + urllib.parse.quote(expanded(step["path"], saved))
    if "query" in step:
        url += "?" + urllib.parse.urlencode([tuple(item) for item in expanded(step["query"], saved)])
    data = (
        step["raw"].encode()
        if "raw" in step
        else json.dumps(expanded(step["body"], saved)).encode() if "body" in step else None
    )
    request = urllib.request.Request(
        url, data, {"Content-Type": step.get("type", "application/json")}, method=step["method"]
    )
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def record(server):
    for part in (fixtures, experiments, runs, batches, searches, models):
        part()
    saved, kept = {}, []
    for step in steps:
        status, text = answer(server, step, saved)
        for name, path in step.get("save", {}).items():
            found = json.loads(text)
            for field in path.split("."):
                found = found[field]
            saved[name] = found
        try:
            code = json.loads(text).get("error_code")
        except ValueError:
            code = None
        if status >= 400 or "save" in step or step.pop("needed", False):
            kept.append(step | {"status": status} | ({"error_code": code} if status >= 400 and code else {}))
    return kept


if __name__ == "__main__":
    kept = record(sys.argv[1].rstrip("/"))
    lines = ",\n".join(json.dumps(step, ensure_ascii=False) for step in kept)
    pathlib.Path(__file__).with_name("tracking-errors.json").write_text(f"[\n{lines}\n]\n")
    print(len(kept), "requests kept of", len(steps))
