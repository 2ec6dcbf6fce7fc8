"""Opens a model folder that Martlet wrote with mlflow.pyfunc and compares predictions.

    python check_pyfunc.py FOLDER

FOLDER holds model/, X.f32 (rows of 32-bit floats) and p.f32 (Martlet's predictions).
Exits 1 if any prediction differs by more than 1e-6.
"""

import pathlib
import sys

import mlflow
import numpy as np
import pandas as pd

folder = pathlib.Path(sys.argv[1])
place = str(folder / "model")
saved = mlflow.models.Model.load(place)
names = saved.signature.inputs.input_names()
x = np.fromfile(folder / "X.f32", dtype=np.float32).reshape(-1, len(names))
expected = np.fromfile(folder / "p.f32", dtype=np.float32)
model = mlflow.pyfunc.load_model(place)
given = np.asarray(model.predict(pd.DataFrame(x.astype(np.float64), columns=names)))
difference = float(np.abs(given - expected).max())
print(f"{len(given)} rows, largest difference {difference}, equal bits {bool((given == expected).all())}")
example = saved.load_input_example(place)
difference = max(difference, float(np.abs(model.predict(example) - expected[: len(example)]).max()))
native = mlflow.xgboost.load_model(place)
print(type(native).__name__, native.feature_names, "example rows", len(example))
sys.exit(difference > 1e-6)
