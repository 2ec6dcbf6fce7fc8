"""Asks an MLflow server every request of registry-errors.json and writes down what it answers: status and error code.

    MLFLOW_WEBHOOK_ALLOWED_SCHEMES=https,http MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS=true \\
        mlflow server --backend-store-uri sqlite:////tmp/registry/mlflow.db --artifacts-destination /tmp/registry/files &
    python record_registry_errors.py http://127.0.0.1:5000

The server (3.18) must be fresh. A line of the file is a request: [method, path below /api/2.0/mlflow/, query of a GET or body,
status, error code, {name: field of the answer}]. ${name} stands for such a field, ${x*250} for 250 letters x.
"""

import json
import pathlib
import re
import sys

import requests

FILE = pathlib.Path(__file__).with_name("registry-errors.json")


def spelled_out(value, known: dict[str, str]):
    if isinstance(value, dict):
        return {key: spelled_out(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [spelled_out(item, known) for item in value]
    if not isinstance(value, str):
        return value
    value = re.sub(r"\$\{(.)\*(\d+)\}", lambda match: match[1] * int(match[2]), value)
    return re.sub(r"\$\{(\w+)\}", lambda match: known[match[1]], value)


def field(answer, path: str) -> str:
    for name in path.split("."):
        answer = answer[name]
    return answer


def main(server: str) -> None:
    known: dict[str, str] = {}
    lines = []
    for method, path, data, *_, names in json.loads(FILE.read_text()):
        sent = spelled_out(data, known)
        body = {"params": sent} if method == "GET" else {"json": sent}
        answer = requests.request(method, f"{server}/api/2.0/mlflow/{spelled_out(path, known)}", **body, timeout=60)
        known |= {name: field(answer.json(), where) for name, where in names.items()}
        code = answer.json().get("error_code") if answer.status_code >= 400 else None
        lines.append(json.dumps([method, path, data, answer.status_code, code, names], ensure_ascii=False))
    FILE.write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
