"""How rows become texts that Swift and Python compare: see OtherReaders.compare."""
import datetime

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def text(value):
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return str((value - EPOCH) // datetime.timedelta(microseconds=1))
    if isinstance(value, str):
        return value.encode().hex().upper()
    if isinstance(value, bytes):
        return value.hex().upper()
    return str(value)


def lines(table, columns):
    """The rows of a pyarrow table, sorted; a column that it lacks is null."""
    values = [table[name].to_pylist() if name in table.schema.names else [None] * table.num_rows for name in columns]
    return sorted("|".join(text(value) for value in row) for row in zip(*values))
