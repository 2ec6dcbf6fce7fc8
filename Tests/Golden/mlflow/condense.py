"""Makes tracking-exchanges.json: one sample of each call between the mlflow 3.18 client and `mlflow server` 3.18.

Usage: condense.py FOLDER, where FOLDER holds one recorded exchange a file (method, path, query, request, status, response).
Registry calls and file bodies are left out.
"""

import json
import pathlib
import sys

exchanges = []
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    exchange = json.loads(file.read_text())
    if not isinstance(exchange, dict) or any(word in exchange["path"] for word in ("registered", "model-versions")):
        continue
    if exchange["path"].startswith("/api/2.0/mlflow-artifacts/artifacts/") and exchange["status"] == 200:
        continue
    fields = ("method", "path", "query", "request", "status", "response")
    exchanges.append({"name": file.stem, **{field: exchange[field] for field in fields}})
target = pathlib.Path(__file__).with_name("tracking-exchanges.json")
target.write_text(json.dumps(exchanges, indent=1) + "\n")
