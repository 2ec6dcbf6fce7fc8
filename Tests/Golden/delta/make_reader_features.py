"""Makes the tables of this folder that need newer readers, byte by byte from Delta's PROTOCOL.md, with pyarrow for
Parquet alone: python make_reader_features.py

DeltaReaderFeatureTests holds what they must read as. Removed and made again at each run, always the same."""
import datetime, decimal, json, os, shutil, struct, uuid, zlib
import pyarrow as pa, pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
features = ["deletionVectors", "columnMapping", "timestampNtz", "v2Checkpoint"]


def z85(data):
    data += b"\0" * (-len(data) % 4)
    text = ""
    for (word,) in struct.iter_unpack(">I", data):
        text += "".join(alphabet[word // 85**power % 85] for power in (4, 3, 2, 1, 0))
    return text


def runs_of(values):
    runs = []
    for value in values:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return runs


def bitmap32(values):
    """A 32-bit roaring bitmap; runs where they take the least room."""
    containers = {}
    for value in values:
        containers.setdefault(value >> 16, []).append(value & 0xFFFF)
    blocks, flags = [], []
    for key, low in sorted(containers.items()):
        runs = runs_of(low)
        as_runs = struct.pack("<H", len(runs)) + b"".join(struct.pack("<HH", a, b - a) for a, b in runs)
        if len(low) <= 4096:
            plain = struct.pack(f"<{len(low)}H", *low)
        else:
            bits = bytearray(8192)
            for value in low:
                bits[value >> 3] |= 1 << (value & 7)
            plain = bytes(bits)
        flags.append(len(as_runs) < len(plain))
        blocks.append((key, len(low), as_runs if flags[-1] else plain))
    if any(flags):
        header = struct.pack("<I", 12347 | (len(blocks) - 1) << 16)
        bits = bytearray((len(blocks) + 7) // 8)
        for index, flag in enumerate(flags):
            bits[index >> 3] |= flag << (index & 7)
        header += bytes(bits)
    else:
        header = struct.pack("<II", 12346, len(blocks))
    header += b"".join(struct.pack("<HH", key, count - 1) for key, count, _ in blocks)
    if not any(flags) or len(blocks) >= 4:
        place = len(header) + 4 * len(blocks)
        for _, _, block in blocks:
            header += struct.pack("<I", place)
            place += len(block)
    return header + b"".join(block for _, _, block in blocks)


def bitmap_array(values):
    buckets = {}
    for value in sorted(values):
        buckets.setdefault(value >> 32, []).append(value & 0xFFFFFFFF)
    data = struct.pack("<IQ", 1681511377, len(buckets))
    for key, low in sorted(buckets.items()):
        data += struct.pack("<I", key) + bitmap32(low)
    return data


def inline(values):
    data = bitmap_array(values)
    return {"storageType": "i", "pathOrInlineDv": z85(data), "sizeInBytes": len(data), "cardinality": len(values)}


def stored(folder, name, prefix, sets):
    """Writes vectors into one file and gives their descriptors."""
    identifier = uuid.UUID(name)
    os.makedirs(os.path.join(folder, prefix), exist_ok=True)
    data, descriptors = b"\1", []
    for values in sets:
        bits = bitmap_array(values)
        descriptors.append({"storageType": "u", "pathOrInlineDv": prefix + z85(identifier.bytes), "offset": len(data),
                            "sizeInBytes": len(bits), "cardinality": len(values)})
        data += struct.pack(">I", len(bits)) + bits + struct.pack(">I", zlib.crc32(bits))
    with open(os.path.join(folder, prefix, f"deletion_vector_{identifier}.bin"), "wb") as file:
        file.write(data)
    return descriptors


def table(name):
    path = os.path.join(here, name)
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path + "/_delta_log")
    return path


def commit(path, version, actions):
    with open(f"{path}/_delta_log/{version:020}.json", "w") as file:
        file.writelines(json.dumps(action) + "\n" for action in actions)


def protocol(*names, reader=3, writer=7):
    if reader < 3:
        return {"protocol": {"minReaderVersion": reader, "minWriterVersion": writer}}
    return {"protocol": {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": list(names),
                         "writerFeatures": list(names)}}


def field(name, kind, number=None, physical=None):
    metadata = {}
    if number is not None:
        metadata = {"delta.columnMapping.id": number, "delta.columnMapping.physicalName": physical}
    return {"name": name, "type": kind, "nullable": True, "metadata": metadata}


def metadata(identifier, fields, partitions=(), **configuration):
    configuration = {"delta." + key.replace("_", "."): value for key, value in configuration.items()}
    return {"metaData": {"id": str(uuid.UUID(int=identifier)), "format": {"provider": "parquet", "options": {}},
                         "schemaString": json.dumps({"type": "struct", "fields": fields}),
                         "partitionColumns": list(partitions), "configuration": configuration,
                         "createdTime": 1700000000000}}


def add(path, name, rows, vector=None, partition=None):
    where = os.path.join(path, name)
    os.makedirs(os.path.dirname(where), exist_ok=True)
    pq.write_table(rows, where, use_dictionary=False, compression="snappy",
                   column_encoding={n: "DELTA_BINARY_PACKED" for n in rows.schema.names
                                    if pa.types.is_int64(rows.schema.field(n).type)})
    return again({"add": {"path": name, "partitionValues": partition or {}, "size": os.path.getsize(where),
                          "modificationTime": 1700000000000, "dataChange": True,
                          "stats": json.dumps({"numRecords": rows.num_rows, "tightBounds": vector is None})}}, vector)


def again(action, vector):
    action = {"add": dict(action["add"])}
    if vector:
        action["add"]["deletionVector"] = vector
    return action


def remove(action):
    gone = {key: value for key, value in action["add"].items() if key in ("path", "deletionVector", "partitionValues", "size")}
    return {"remove": {**gone, "deletionTimestamp": 1700000000001, "dataChange": True, "extendedFileMetadata": True}}


def numbers(start, stop):
    return pa.table({"n": pa.array(range(start, stop), pa.int64())})


# Rows deleted in several ways: scattered, in runs, as bits, inline, all of a file, none of a file.
path = table("vectors")
small = add(path, "small.parquet", numbers(0, 30))
large = add(path, "large.parquet", numbers(1000, 201000))
gone = add(path, "gone.parquet", numbers(500, 510))
kept = add(path, "kept.parquet", numbers(600, 605))
commit(path, 0, [protocol("deletionVectors"), metadata(1, [field("n", "long")], enableDeletionVectors="true"),
                 small, large, gone, kept])
first = again(small, inline([3, 4, 7, 11, 18, 29]))
commit(path, 1, [remove(small), first])
every_other = list(range(0, 60000, 2))  # bits
in_runs = list(range(70000, 90000)) + list(range(120000, 140001))  # runs, over the end of a container
scattered = [65536, 66000, 199999]  # array
name = "d2c639aa-8816-431a-aaf6-d3fe2512ff61"
vectors = stored(path, name, "ab", [[0, 1, 3, 4, 7, 11, 18, 29], every_other + scattered + in_runs, list(range(10))])
second = again(small, vectors[0])
# The new vector stands before the removal of the old one.
commit(path, 2, [second, remove(first), again(large, vectors[1]), remove(large), again(gone, vectors[2]), remove(gone)])
commit(path, 3, [remove(second), {"add": {**again(small, inline([0, 29]))["add"], "dataChange": True}}])

# Many files with a few deleted rows each, so few that they are listed.
path = table("scattered-vectors")
actions = []
sets = [[index, 5000 + index, 9999] for index in range(12)]
for index, vector in enumerate(stored(path, "00000000-0000-4000-8000-000000000001", "", sets)):
    actions.append(add(path, f"part-{index:02}.parquet", numbers(index * 10000, index * 10000 + 10000), vector))
commit(path, 0, [protocol("deletionVectors"), metadata(2, [field("n", "long")])] + actions)

# Columns by physical name: renamed, one dropped whose name another took, one that came later; a mapped partition.
path = table("mapped-by-name")
fields = [field("place", "string", 1, "col-place"), field("amount", "decimal(10,2)", 2, "n"),
          field("dropped", "long", 3, "col-dropped")]
first = pa.table({"n": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
                  "col-dropped": pa.array([7, 8], pa.int64())})
second = pa.table({"n": pa.array([decimal.Decimal("2.25")], pa.decimal128(10, 2)),
                   "COL \"x\"": pa.array(["é"], pa.string())})
commit(path, 0, [protocol(reader=2, writer=5), metadata(3, fields, ["place"], columnMapping_mode="name"),
                 add(path, "aB/part-0.parquet", first, partition={"col-place": "São Paulo"}),
                 add(path, "cD/part-1.parquet", first, partition={"col-place": None})])
fields = [field("dropped", "string", 4, "COL \"x\""), field("Ort", "string", 1, "col-place"),
          field("sum", "decimal(10,2)", 2, "n")]
commit(path, 1, [metadata(3, fields, ["Ort"], columnMapping_mode="name"),
                 add(path, "eF/part-2.parquet", second, partition={"col-place": "it's"})])

# Columns by number: the names in the file say nothing, or the wrong thing.
path = table("mapped-by-id")
schema = pa.schema([pa.field("b", pa.int64(), metadata={b"PARQUET:field_id": b"1"}),
                    pa.field("a", pa.string(), metadata={b"PARQUET:field_id": b"2"})])
rows = pa.table([pa.array([1, 2, 3], pa.int64()), pa.array(["x", "y", "z"])], schema=schema)
later = pa.table([pa.array([4], pa.int64()), pa.array(["w"]), pa.array([0.5])], schema=schema.append(
    pa.field("c", pa.float64(), metadata={b"PARQUET:field_id": b"9"})))
fields = [field("word", "string", 2, "b"), field("count", "long", 1, "a"), field("share", "double", 9, "c")]
commit(path, 0, [protocol("columnMapping", "deletionVectors"), metadata(4, fields, columnMapping_mode="id"),
                 add(path, "part-0.parquet", rows, inline([1])), add(path, "part-1.parquet", later)])

# Readings of a clock without a zone, in a partition value too.
path = table("local-times")
fields = [field("at", "timestamp_ntz"), field("day", "timestamp_ntz"), field("instant", "timestamp")]
when = datetime.datetime(2024, 3, 31, 2, 30, 0, 1)
rows = pa.table({"at": pa.array([when, None], pa.timestamp("us")),
                 "instant": pa.array([when, None], pa.timestamp("us", "UTC"))})
commit(path, 0, [protocol("timestampNtz"), metadata(5, fields, ["day"]),
                 add(path, "part-0.parquet", rows, partition={"day": "2024-01-01 23:59:59.000001"})])


# Checkpoints of the second specification, the log before them gone.
def checkpointed(name, identifier, kind):
    path = table(name)
    files = [add(path, f"part-{index}.parquet", numbers(index * 10, index * 10 + 10)) for index in range(4)]
    files[1] = again(files[1], stored(path, "00000000-0000-4000-8000-0000000000aa", "", [[0, 9]])[0])
    vector = pa.struct([("storageType", pa.string()), ("pathOrInlineDv", pa.string()), ("offset", pa.int32()),
                        ("sizeInBytes", pa.int32()), ("cardinality", pa.int64())])
    added = pa.struct([("path", pa.string()), ("partitionValues", pa.map_(pa.string(), pa.string())), ("size", pa.int64()),
                       ("modificationTime", pa.int64()), ("dataChange", pa.bool_()), ("stats", pa.string()),
                       ("deletionVector", vector)])
    removed = pa.struct([("path", pa.string()), ("deletionTimestamp", pa.int64()), ("dataChange", pa.bool_()),
                         ("deletionVector", vector)])
    sidecars = []
    os.makedirs(path + "/_delta_log/_sidecars")
    gone = {"path": "part-1.parquet", "deletionTimestamp": 1700000000001, "dataChange": True}
    for number, (adds, removes) in enumerate([(files[:2], [gone]), (files[2:3], [])]):
        rows = [{"add": {**a["add"], "partitionValues": []}} for a in adds] + [{"remove": r} for r in removes]
        file = f"{path}/_delta_log/_sidecars/00000000-0000-4000-8000-00000000000{number}.parquet"
        pq.write_table(pa.Table.from_pylist(rows, pa.schema([("add", added), ("remove", removed)])), file)
        sidecars.append({"sidecar": {"path": os.path.basename(file), "sizeInBytes": os.path.getsize(file),
                                     "modificationTime": 1700000000000, "tags": {}}})
    top = [protocol("v2Checkpoint", "deletionVectors"), metadata(identifier, [field("n", "long")]),
           {"checkpointMetadata": {"version": 5}}] + sidecars
    file = f"{path}/_delta_log/{5:020}.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a1{identifier}."
    if kind == "json":
        with open(file + "json", "w") as output:
            output.writelines(json.dumps(action) + "\n" for action in top)
    else:
        strings, text = pa.map_(pa.string(), pa.string()), pa.string()
        schema = pa.schema([
            ("protocol", pa.struct([("minReaderVersion", pa.int32()), ("minWriterVersion", pa.int32()),
                                    ("readerFeatures", pa.list_(text)), ("writerFeatures", pa.list_(text))])),
            ("metaData", pa.struct([("id", text), ("format", pa.struct([("provider", text), ("options", strings)])),
                                    ("schemaString", text), ("partitionColumns", pa.list_(text)),
                                    ("configuration", strings), ("createdTime", pa.int64())])),
            ("checkpointMetadata", pa.struct([("version", pa.int64()), ("tags", strings)])),
            ("sidecar", pa.struct([("path", text), ("sizeInBytes", pa.int64()), ("modificationTime", pa.int64()),
                                   ("tags", strings)]))])
        rows = json.loads(json.dumps(top), object_hook=lambda value: [] if value == {} else value)
        pq.write_table(pa.Table.from_pylist(rows, schema), file + "parquet")
    commit(path, 5, [{"commitInfo": {"operation": "OPTIMIZE"}}])
    commit(path, 6, [files[3], remove(files[0])])


checkpointed("checkpoint-json", 6, "json")
checkpointed("checkpoint-parquet", 7, "parquet")
