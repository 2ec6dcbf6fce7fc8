"""Makes endpoints.json: every endpoint that `mlflow server` 3.18 registers, as [method, path].

Usage: endpoints.py, with the `mlflow` package installed. Parameters stand in braces; `{path}` is a rest with slashes.
"""

import json
import os
import pathlib
import re

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"

from mlflow.server import app
from mlflow.server.artifact_router import artifact_router
from mlflow.server.assistant.api import assistant_router
from mlflow.server.gateway_api import gateway_router
from mlflow.server.job_api import job_api_router
from mlflow.server.mcp_server_api import get_mcp_server_api_route_prefixes, mcp_server_router
from mlflow.server.otel_api import otel_router
from mlflow.server.server_info_api import server_info_router
from mlflow.server.skill_registry_api import get_skill_registry_api_route_prefixes, skill_registry_router

endpoints = set()
for rule in app.url_map.iter_rules():
    # A path that MLflow 3.18 registers without its slash: nobody asks for it.
    if rule.rule.startswith(("/api/2.0mlflow", "/ajax-api/2.0mlflow")):
        continue
    path = re.sub(r"<path:\w+>", "{path}", rule.rule)
    path = re.sub(r"<(\w+)>", r"{\1}", path)
    endpoints |= {(method, path) for method in rule.methods - {"HEAD", "OPTIONS"}}
routers = [(router, "") for router in (artifact_router, assistant_router, gateway_router, job_api_router, otel_router, server_info_router)]
routers += [(mcp_server_router, prefix) for prefix in get_mcp_server_api_route_prefixes()]
routers += [(skill_registry_router, prefix) for prefix in get_skill_registry_api_route_prefixes()]
for router, prefix in routers:
    for route in router.routes:
        path = re.sub(r"{\w+:path}", "{path}", prefix + route.path)
        endpoints |= {(method, path) for method in route.methods - {"HEAD", "OPTIONS"}}
target = pathlib.Path(__file__).with_name("endpoints.json")
target.write_text("[\n" + ",\n".join(json.dumps(endpoint) for endpoint in sorted(endpoints)) + "\n]\n")
