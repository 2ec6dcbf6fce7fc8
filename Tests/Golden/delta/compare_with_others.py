"""Reads versions of a table with deltalake and polars: python compare_with_others.py TABLE EXPECTED

EXPECTED is JSON: the columns, and the rows of each version as others.py spells them. Each reader must give exactly these,
and under a filter on the first column, whose numbers are no two the same, exactly one."""
import json
import os
import sys

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable, QueryBuilder

from others import lines

path = sys.argv[1]
expected = json.load(open(sys.argv[2]))
columns = expected["columns"]


def same(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: only read {sorted(set(got) - set(wanted))[:9]}, not read {sorted(set(wanted) - set(got))[:9]}, "
                 f"{len(got)} for {len(wanted)} rows")


for version, wanted in sorted(expected["versions"].items(), key=lambda item: int(item[0])):
    table = DeltaTable(path, version=int(version))
    scan = pl.scan_delta(path, version=int(version))
    same(f"deltalake at {version}", lines(table.to_pyarrow_table(), columns), wanted)
    same(f"polars at {version}", lines(scan.collect().to_arrow(), columns), wanted)
    for line in wanted[:: max(1, len(wanted) // 5)]:
        value = int(line.split("|")[0])
        one = [text for text in wanted if text.split("|")[0] == str(value)]
        found = table.to_pyarrow_dataset().to_table(filter=pc.field(columns[0]) == value)
        same(f"deltalake at {version}, {value}", lines(found, columns), one)
        found = scan.filter(pl.col(columns[0]) == value).collect().to_arrow()
        same(f"polars at {version}, {value}", lines(found, columns), one)
        sql = f'SELECT * FROM t WHERE "{columns[0]}" = {value}'
        found = pa.table(QueryBuilder().register("t", table).execute(sql).read_all())
        same(f"SQL at {version}, {value}", lines(found, columns), one)
print(len(expected["versions"]), "versions")
sys.stdout.flush()
# The threads of deltalake 1.2.1 may abort a process that ends as usual.
os._exit(0)
