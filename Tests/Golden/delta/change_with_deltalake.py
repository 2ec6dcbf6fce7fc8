"""Changes a table at random with deltalake and prints what its rows are after each version: python change_with_deltalake.py
TABLE SEED STEPS FIRST_ID

The table has the columns of RandomHistory (id, p, seen, v) and is made when there is none. Printed is one line of JSON:
{"versions": {VERSION: [[id, p, seen in microseconds, v], …]}, "steps": [...], "readable": the first version that still is}."""
import datetime
import json
import os
import random
import sys

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from others import EPOCH

path, seed, steps, first = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
dice = random.Random(seed)
schema = pa.schema([("id", pa.int64()), ("p", pa.string()), ("seen", pa.timestamp("us", tz="UTC")), ("v", pa.string())])
texts = ["", "é", "e\u0301", "'", "日本語", "👩‍👩‍👧‍👦", "\U0010ffff", "ü" * 31 + "\U0010ffffx", "long " * 20]


def frame(ids):
    # The vacuum of deltalake 1.2.1 fails where a file of a null partition was removed, in tables of its own, too.
    places = ["x", "y", "ü/ b", "~ !$&()+,;@<|>`}'"] + ([] if partitioned else [None])
    rows = [{"id": i, "p": dice.choice(places), "v": dice.choice(texts + [None]),
             "seen": dice.choice([None, EPOCH + datetime.timedelta(microseconds=dice.randrange(-10**6, 10**15))])} for i in ids]
    return rows, pa.Table.from_pylist(rows, schema=schema)


def micros(value):
    return None if value is None else (value - EPOCH) // datetime.timedelta(microseconds=1)


def read():
    table = DeltaTable(path).to_pyarrow_table(columns=schema.names)
    return {row["id"]: row for row in table.to_pylist()}


rows, versions, done, readable = {}, {}, [], 0
partitioned = bool(DeltaTable(path).metadata().partition_columns) if os.path.exists(path) else dice.random() < 0.5
if os.path.exists(path):
    rows = read()
else:
    partition_by = ["p"] if partitioned else None
    new, table = frame(range(first, first + 5))
    first += 5
    write_deltalake(path, table, partition_by=partition_by)
    rows = {row["id"]: row for row in new}
    versions[0] = dict(rows)
for _ in range(steps):
    table = DeltaTable(path)
    step = dice.choice(["append", "append", "merge", "delete", "update", "overwrite", "compact", "z_order", "vacuum", "checkpoint"])
    done.append(step)
    if step == "append":
        new, data = frame(range(first, first + 4))
        first += 4
        write_deltalake(path, data, mode="append")
        rows.update({row["id"]: row for row in new})
    elif step == "merge":
        ids = [i for i in sorted(rows) if dice.random() < 0.3] + list(range(first, first + 2))
        first += 2
        new, data = frame(ids)
        (table.merge(data, "target.id = source.id", source_alias="source", target_alias="target")
         .when_matched_update_all().when_not_matched_insert_all().execute())
        rows.update({row["id"]: row for row in new})
    elif step == "delete":
        limit = dice.choice(sorted(rows) or [0])
        table.delete(f"id % 3 = 1 AND id <= {limit}")
        rows = {i: row for i, row in rows.items() if not (i % 3 == 1 and i <= limit)}
    elif step == "update":
        table.update(predicate="id % 4 = 2", updates={"v": "'updated'"})
        rows = {i: {**row, "v": "updated"} if i % 4 == 2 else row for i, row in rows.items()}
    elif step == "overwrite" and dice.random() < 0.3:
        new, data = frame(range(first, first + 4))
        first += 4
        write_deltalake(path, data, mode="overwrite")
        rows = {row["id"]: row for row in new}
    elif step == "compact":
        table.optimize.compact()
    elif step == "z_order":
        table.optimize.z_order(["id", "seen"])
    elif step == "vacuum":
        table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
        readable = DeltaTable(path).version()
    elif step == "checkpoint":
        table.create_checkpoint()
    versions[DeltaTable(path).version()] = dict(rows)
listed = {version: [[row["id"], row["p"], micros(row["seen"]), row["v"]] for row in there.values()]
          for version, there in versions.items()}
print(json.dumps({"versions": listed, "steps": done, "readable": readable, "next": first}))
sys.stdout.flush()
# The threads of deltalake 1.2.1 may abort a process that ends as usual.
os._exit(0)
