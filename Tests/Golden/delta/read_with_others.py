"""Reads a table that Martlet wrote with deltalake and polars and compares: python read_with_others.py TABLE [FIRST]

The table holds versions 1 and 2 of the rows that DeltaInteroperabilityTests appends: 1…n, then n+1…2n in column id. Whatever
filter on whatever column must give the rows that the same filter gives on the unfiltered data. FIRST is the first version
to read (1); the ids of the newest version are printed last, as JSON."""
import json
import sys
import polars as pl, pyarrow.compute as pc, pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

path = sys.argv[1]
first = int(sys.argv[2]) if len(sys.argv) > 2 else 1
checks = 0


def same(what, got, wanted):
    global checks
    checks += 1
    if got != wanted:
        sys.exit(f"{what}: {got} is not {wanted}")


latest = DeltaTable(path).version()
for version in range(first, latest + 1):
    table = DeltaTable(path, version=version)
    everything = table.to_pyarrow_table().sort_by("id")
    ids = everything["id"].to_pylist()
    scan = pl.scan_delta(path, version=version)
    same(f"polars ids of {version}", sorted(scan.collect()["id"].to_list()), ids)
    same(f"polars columns of {version}", scan.collect_schema().names(), everything.schema.names)
    dataset = table.to_pyarrow_dataset()
    sql = QueryBuilder().register("t", table)
    same(f"sql count of {version}", pa.table(sql.execute("SELECT count(*) AS n FROM t").read_all())["n"].to_pylist(), [len(ids)])
    for name in everything.schema.names:
        field = everything.schema.field(name)
        column = everything[name]
        nulls = [i for i, v in zip(ids, column.to_pylist()) if v is None]
        same(f"{name} is null, pyarrow", sorted(dataset.to_table(filter=pc.field(name).is_null())["id"].to_pylist()), nulls)
        same(f"{name} is null, polars", sorted(scan.filter(pl.col(name).is_null()).collect()["id"].to_list()), nulls)
        seen = [v for v in column.to_pylist() if v is not None]
        for value in {repr(v): v for v in seen}.values():
            scalar = pa.scalar(value, field.type)
            for symbol, compare in [("=", pc.equal), (">=", pc.greater_equal), ("<=", pc.less_equal)]:
                if pa.types.is_binary(field.type) and symbol != "=":
                    continue
                if pa.types.is_floating(field.type) and value != value and symbol != "=":
                    continue
                keep = compare(column, scalar)
                wanted = everything.filter(keep)["id"].to_pylist()
                expression = {"=": pc.field(name) == scalar, ">=": pc.field(name) >= scalar, "<=": pc.field(name) <= scalar}[symbol]
                same(f"{name} {symbol} {value!r}, pyarrow", sorted(dataset.to_table(filter=expression)["id"].to_pylist()), wanted)
                if pa.types.is_floating(field.type):
                    if value != value or any(v != v for v in seen):
                        continue  # polars orders NaN above all
                if symbol == "<=" and nulls and name in table.metadata().partition_columns:
                    continue  # polars keeps null partitions, in tables of deltalake's too
                literal = pl.lit(value, dtype=scan.collect_schema()[name])
                there = pl.col(name)
                filtered = scan.filter({"=": there == literal, ">=": there >= literal, "<=": there <= literal}[symbol])
                same(f"{name} {symbol} {value!r}, polars", sorted(filtered.collect()["id"].to_list()), wanted)
history = [h for h in DeltaTable(path).history() if h["version"] >= first]
same("history", [h["version"] for h in history], list(range(latest, first - 1, -1)))
same("operations", {h["engineInfo"] for h in history}, {"Martlet"})
print(checks, "checks")
print(json.dumps(sorted(ids)))
