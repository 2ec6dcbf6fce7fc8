"""Makes registry-exchanges.json: one sample of each call between the mlflow 3.18 client and `mlflow server` 3.18.

    python condense.py FOLDER

FOLDER holds one recorded exchange a file. Only what the registry's contract needs is kept.
"""

import json
import pathlib
import sys

fields = ("method", "path", "query", "request", "status", "response")
exchanges = []
for file in sorted(pathlib.Path(sys.argv[1]).glob("*.json")):
    exchange = json.loads(file.read_text())
    if isinstance(exchange, dict) and any(word in exchange["path"] for word in ("registered-models/", "model-versions/")):
        exchanges.append({"name": file.stem, **{field: exchange[field] for field in fields}})
target = pathlib.Path(__file__).with_name("registry-exchanges.json")
target.write_text(json.dumps(exchanges, indent=1) + "\n")
