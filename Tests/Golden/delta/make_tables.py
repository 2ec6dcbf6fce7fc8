"""Makes the tables of this folder with the Python package deltalake (1.6.6): python make_tables.py

DeltaInteroperabilityTests holds what they must read as. Removed and made again at each run."""
import datetime, decimal, glob, json, os, shutil
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

here = os.path.dirname(os.path.abspath(__file__))
utc = datetime.timezone.utc


def table(name):
    path = os.path.join(here, name)
    shutil.rmtree(path, ignore_errors=True)
    return path



# Every type, with nulls, extremes and NaN.
path = table("types")
schema = pa.schema([
    ("boolean", pa.bool_()), ("byte", pa.int8()), ("short", pa.int16()), ("integer", pa.int32()), ("long", pa.int64()),
    ("float", pa.float32()), ("double", pa.float64()), ("decimal", pa.decimal128(38, 3)), ("string", pa.string()),
    ("binary", pa.binary()), ("date", pa.date32()), ("timestamp", pa.timestamp("us", tz="UTC")),
    pa.field("required", pa.int64(), nullable=False)])
rows = [
    [True, 127, -32768, 2**31 - 1, -(2**63), 1.5, float("nan"), decimal.Decimal("12345678901234567890123456789.123"),
     "é 'x' " + "z" * 40, b"\x00\xff", datetime.date(1969, 12, 31), datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, utc), 1],
    [None] * 12 + [2],
    [False, -128, 32767, -(2**31), 2**63 - 1, -0.0, 1e300, decimal.Decimal("-0.001"), "", b"", datetime.date(9999, 12, 31),
     datetime.datetime(2024, 2, 29, 12, 0, 0, 1, utc), 3],
]
write_deltalake(path, pa.Table.from_pylist([dict(zip(schema.names, r)) for r in rows], schema))

# Partitions whose values need care, a column that came later, an overwrite of one partition.
path = table("partitioned")
places = ["São Paulo", None, "a/b", "x=y %41", "it's"]
write_deltalake(path, pa.table({"place": places, "day": [datetime.date(2024, 1, d + 1) for d in range(5)],
                                "n": pa.array(range(5), pa.int64())}), partition_by=["place", "day"])
write_deltalake(path, pa.table({"place": ["new"], "day": [datetime.date(2024, 2, 1)], "n": pa.array([9], pa.int64()),
                                "extra": ["later"]}), mode="append", schema_mode="merge")

# A checkpoint whose earlier log entries are gone.
path = table("checkpointed")
for n in range(8):
    write_deltalake(path, pa.table({"n": pa.array([n], pa.int64())}), mode="append")
DeltaTable(path).delete("n = 2")
DeltaTable(path).create_checkpoint()
write_deltalake(path, pa.table({"n": pa.array([100], pa.int64())}), mode="append")
for entry in sorted(glob.glob(path + "/_delta_log/*.json"))[:8]:
    os.remove(entry)

# A table that asks for deletion vectors by its protocol, and has none.
path = table("deletion-vectors")
write_deltalake(path, pa.table({"n": pa.array([1, 2], pa.int64())}))
entry = path + "/_delta_log/" + "0" * 20 + ".json"
lines = [json.loads(line) for line in open(entry)]
for line in lines:
    if "protocol" in line:
        line["protocol"] = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
open(entry, "w").write("".join(json.dumps(line) + "\n" for line in lines))
