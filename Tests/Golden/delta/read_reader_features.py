"""Reads the tables of make_reader_features.py with delta-kernel-rs (Python package delta-kernel-rust-sharing-wrapper
and pyarrow) and prints what DeltaReaderFeatureTests expects of them: python read_reader_features.py"""
import os
import pyarrow as pa
from delta_kernel_rust_sharing_wrapper import PythonInterface, ScanBuilder, Table

here = os.path.dirname(os.path.abspath(__file__))
for name in ["vectors", "scattered-vectors", "mapped-by-name", "mapped-by-id", "local-times", "checkpoint-json",
             "checkpoint-parquet"]:
    url = f"file://{here}/{name}/"
    engine = PythonInterface(url)
    rows = pa.Table.from_batches(ScanBuilder(Table(url).snapshot(engine)).build().execute(engine))
    print(name, rows.num_rows, sum(rows["n"].to_pylist()) if "n" in rows.column_names else rows.to_pylist())
