"""Makes forest.json: a small table, and what Python's xgboost-cpu 3.2.0 predicts after training on it.

    pip install xgboost-cpu==3.2.0 numpy && python make_forest.py

The parameters are those that XGBoostParameters.randomForest and .gradientBoosting send.
"""

import json
import pathlib

import numpy as np
import xgboost as xgb

rows, names = 300, ["distance", "age", "rate", "hour"]
random = np.random.default_rng(7)
x = np.round(random.normal(size=(rows, len(names))), 3).astype(np.float32)
x[random.random(x.shape) < 0.05] = np.nan
logit = np.nan_to_num(x[:, 0] * 1.5 + x[:, 1] * x[:, 2])
y = (logit + random.logistic(size=rows) > 0.3).astype(np.float32)
common = {"tree_method": "hist", "min_child_weight": 1.0, "reg_lambda": 1.0, "max_bin": 256, "nthread": 2, "verbosity": 0}
forest = common | {
    "objective": "binary:logistic", "num_parallel_tree": 50, "max_depth": 5, "learning_rate": 1.0, "subsample": 0.8,
    "colsample_bynode": 0.5, "seed": 42,
}
boosted = common | {
    "objective": "binary:logistic", "num_parallel_tree": 1, "max_depth": 3, "learning_rate": 0.3, "subsample": 0.9,
    "colsample_bytree": 0.75, "seed": 3,
}
squared = boosted | {"objective": "reg:squarederror"}


def trained(parameters, rounds):
    data = xgb.DMatrix(x, y, feature_names=names, feature_types=["float"] * len(names))
    model = xgb.train(parameters, data, rounds)
    gains = model.get_score(importance_type="gain")
    return {
        "predictions": [float(p) for p in model.predict(data)], "gain": gains,
        "weight": model.get_score(importance_type="weight"),
    }


here = pathlib.Path(__file__).parent
golden = {
    "names": names, "rows": [[None if np.isnan(v) else round(float(v), 3) for v in row] for row in x],
    "labels": [int(v) for v in y], "forest": trained(forest, 1), "boosted": trained(boosted, 20),
    "squared": trained(squared, 20),
}
(here / "forest.json").write_text(json.dumps(golden) + "\n")
small = xgb.train(forest | {"num_parallel_tree": 3, "max_depth": 3}, xgb.DMatrix(x, y, feature_names=names), 1)
small.save_model(here / "small.json")
small.save_model(here / "small.ubj")
print("small", [float(p) for p in small.predict(xgb.DMatrix(x[:3], feature_names=names))])
