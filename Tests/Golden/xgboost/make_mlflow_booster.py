"""Makes mlflow_booster/: a model folder as mlflow.xgboost.save_model writes it, and its predictions.

    pip install mlflow==3.17.2 xgboost-cpu==3.2.0 && python make_mlflow_booster.py
"""

import json
import pathlib
import shutil

import mlflow
import numpy as np
import pandas as pd
import xgboost as xgb

here = pathlib.Path(__file__).parent / "mlflow_booster"
random = np.random.default_rng(1)
x = pd.DataFrame(random.normal(size=(200, 3)), columns=["a", "b", "c d"])
y = (x.a + x.b > 0).astype(int)
model = xgb.train({"objective": "binary:logistic", "max_depth": 3}, xgb.DMatrix(x, y), 5)
predictions = model.predict(xgb.DMatrix(x))
shutil.rmtree(here, ignore_errors=True)
mlflow.xgboost.save_model(
    model, here, signature=mlflow.models.infer_signature(x, predictions), input_example=x.head(3))
(here.parent / "mlflow_booster.json").write_text(json.dumps([float(p) for p in predictions[:3]]) + "\n")
