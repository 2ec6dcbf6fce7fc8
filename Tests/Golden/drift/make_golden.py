#!/usr/bin/env python3
"""Cut the golden drift cases down to what the tests of DriftStatistics need.

    make_golden.py SOURCE_FOLDER

SOURCE_FOLDER holds one folder a case: case.json, reference and current as CSV or Parquet, and expected.json with what
Evidently 0.6.7 (SciPy 1.15.3, NumPy 2.0.2) reported. Parquet needs pyarrow. Written beside this script, a folder a case:
reference.csv and current.csv with the tested columns (empty = missing), and expected.json.
"""
import csv, json, os, shutil, sys

METHODS = ["ks", "z", "chisquare", "t_test", "mannw", "anderson", "cramer_von_mises", "fisher_exact", "g_test", "TVD",
           "wasserstein", "jensenshannon", "kl_div", "psi", "hellinger", "ed"]


def rows_of(path):
    if path.endswith(".csv"):
        with open(path, newline="", encoding="utf-8") as file:
            table = list(csv.reader(file))
        return table[0], table[1:]
    import pyarrow.parquet
    table = pyarrow.parquet.read_table(path)
    columns = [["" if x is None or x != x else repr(x) if isinstance(x, float) else str(x) for x in c.to_pylist()]
               for c in table.columns]
    return table.column_names, [list(row) for row in zip(*columns)]


def main(source):
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copy(os.path.join(source, "unit_special.json"), here)
    for case in sorted(os.listdir(source)):
        if not os.path.isdir(os.path.join(source, case)):
            continue
        folder, out = os.path.join(source, case), os.path.join(here, case)
        os.makedirs(out, exist_ok=True)
        about = json.load(open(os.path.join(folder, "case.json")))
        full = json.load(open(os.path.join(folder, "expected.json")))
        columns = {}
        for name in full["column_order"]:
            default = full["columns"][name]
            if default["type"] == "text":
                continue
            tests = {t: full["stattests"][t]["columns"][name] for t in METHODS
                     if "score" in full["stattests"].get(t, {"columns": {}})["columns"].get(name, {})}
            keep = ("score", "drifted", "threshold")
            columns[name] = {
                "type": default["type"], "default": {k: default[k] for k in keep} | {
                    "method": default["stattest"], "display": default["stattest_display"]},
                "tests": {t: {k: v[k] for k in keep} for t, v in tests.items()}}
        expected = {"source": about["source"], "columns": columns}
        if len(columns) == len(full["columns"]):
            expected["dataset"] = full["dataset"]
            expected["dataset_per_method"] = {t: v for t, v in full["dataset_per_stattest"].items() if t in METHODS}
        json.dump(expected, open(os.path.join(out, "expected.json"), "w"), indent=1)
        for role in ("reference", "current"):
            names, rows = rows_of(os.path.join(folder, about[role]))
            at = [names.index(name) for name in columns]
            with open(os.path.join(out, role + ".csv"), "w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(columns)
                writer.writerows([row[i] for i in at] for row in rows)


main(sys.argv[1])
