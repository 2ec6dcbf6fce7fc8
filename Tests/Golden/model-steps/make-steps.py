"""What scikit-learn fits and gives for a few awkward columns, as steps.json beside this script.

Run with a Python that has scikit-learn: python make-steps.py
"""
import json
import os

import numpy as np
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, OrdinalEncoder, StandardScaler

random = np.random.default_rng(20)
NAN = float("nan")
NUMBERS = {
    "plain": [1.0, 2.0, 4.0, 8.0, 2.0],
    "missing": [3.5, NAN, -1.25, NAN, 7.0, 3.5],
    "one": [42.0],
    "constant": [0.1] * 7,
    "large": [1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 7],
    "wide": [1e-9, 1.0, 1e6, -1e6, 12345.678],
    "random": [round(float(x), 6) for x in random.normal(3, 10, 101)],
}
WORDS = {
    "plain": ["b", "a", "c", "a", "b", "b"],
    "accents": ["é", "z", "Z", "無", "", "it's", "é"],
    "missing": ["x", None, "y", "x", None],
}


def column(values):
    return np.array(values, dtype=float).reshape(-1, 1)


def spelled(values):
    return [None if isinstance(v, float) and v != v else v for v in values]


numbers = {}
for name, values in NUMBERS.items():
    entry = {"values": spelled(values)}
    for word in ("mean", "median", "most_frequent"):
        entry[word] = float(SimpleImputer(strategy=word).fit(column(values)).statistics_[0])
    entry["standard"] = spelled(StandardScaler().fit_transform(column(values))[:, 0].tolist())
    entry["min_max"] = spelled(MinMaxScaler().fit_transform(column(values))[:, 0].tolist())
    numbers[name] = entry

words = {}
for name, values in WORDS.items():
    rows = np.array(values, dtype=object).reshape(-1, 1)
    one_hot = OneHotEncoder(sparse_output=False, handle_unknown="ignore").fit(rows)
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=99).fit(rows)
    probe = np.array(values + ["never seen"], dtype=object).reshape(-1, 1)
    words[name] = {
        "values": values,
        "categories": list(one_hot.categories_[0]),
        "one_hot": one_hot.transform(probe).tolist(),
        # A null's number is its place among the categories.
        "ordinal": [float(list(one_hot.categories_[0]).index(None)) if v is None else float(o)
                    for v, o in zip(values + ["never seen"], ordinal.transform(probe)[:, 0])],
    }

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "steps.json"), "w", encoding="utf-8") as file:
    json.dump({"scikit_learn": sklearn.__version__, "numbers": numbers, "words": words}, file, ensure_ascii=False, indent=1)
    file.write("\n")
