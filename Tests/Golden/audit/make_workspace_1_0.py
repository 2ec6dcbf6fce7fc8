"""Makes `workspace-1.0`: a workspace whose log has leaves of version 1.0, as Martlet wrote them up to schema 17.

    python make_workspace_1_0.py MARTLET FOLDER

MARTLET is a binary of that time; a newer one writes leaves of version 1.1 and would not do. The file is made small by
pages of 512 bytes; nothing else in it is touched.
"""

import json
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

binary, folder = sys.argv[1], pathlib.Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
made = json.loads(subprocess.run([binary, "init", "--workspace", folder, "--json"], check=True, capture_output=True).stdout)
tokens = {user["name"]: user["token"] for user in made["users"]}
PORT = 5871


def post(path, body, who):
    request = urllib.request.Request(
        f"http://127.0.0.1:{PORT}/api/2.0/mlflow/{path}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {tokens[who]}"},
    )
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return error.code


server = subprocess.Popen([binary, "server", "--workspace", folder, "--port", str(PORT)], stderr=subprocess.DEVNULL)
try:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health")
            break
        except OSError:
            time.sleep(0.1)
    experiment = post("experiments/create", {"name": "delays"}, "engineer")["experiment_id"]
    run = post("runs/create", {"experiment_id": experiment, "start_time": 1}, "engineer")["run"]["info"]["run_id"]
    for step in range(20):
        metric = {"run_id": run, "key": "auc", "value": step / 20, "timestamp": step, "step": step}
        post("runs/log-metric", metric, "engineer")
    post("registered-models/create", {"name": "flight-delay"}, "engineer")
    post("registered-models/set-tag", {"name": "flight-delay", "key": "team", "value": "operations"}, "engineer")
    assert post("experiments/create", {"name": "delays"}, "engineer") == 400
    assert post("experiments/create", {"name": "not theirs"}, "auditor") == 403
finally:
    server.terminate()
    server.wait()

database = sqlite3.connect(folder / "metadata.sqlite", isolation_level=None)
database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
database.execute("PRAGMA journal_mode = DELETE").fetchall()
database.execute("PRAGMA page_size = 512")
database.execute("VACUUM")
print(database.execute("SELECT COUNT(*) FROM audit_entries").fetchone()[0], "entries")
database.close()
for name in ("lock", "metadata.sqlite-shm", "metadata.sqlite-wal"):
    (folder / name).unlink(missing_ok=True)
