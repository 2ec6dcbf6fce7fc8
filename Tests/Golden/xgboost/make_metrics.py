"""Makes metrics.json: scikit-learn's measures of scores with ties.

    pip install scikit-learn && python make_metrics.py
"""

import json
import pathlib

import numpy as np
from sklearn import metrics
from sklearn.calibration import calibration_curve

random = np.random.default_rng(11)
labels = random.random(400) < 0.3
scores = np.clip(np.round(random.beta(2, 4, size=400) + 0.2 * labels, 2), 0, 1)
scores[:3] = [0.0, 1.0, 1.0]
predicted = scores >= 0.5
fpr, tpr, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
fraction, mean = calibration_curve(labels, scores, n_bins=10)
golden = {
    "scores": scores.tolist(), "labels": labels.tolist(), "auc": metrics.roc_auc_score(labels, scores),
    "f1": metrics.f1_score(labels, predicted), "precision": metrics.precision_score(labels, predicted),
    "recall": metrics.recall_score(labels, predicted), "accuracy": metrics.accuracy_score(labels, predicted),
    "logLoss": metrics.log_loss(labels, scores), "brier": metrics.brier_score_loss(labels, scores),
    "rocFalse": fpr.tolist(), "rocTrue": tpr.tolist(), "rocThresholds": thresholds.tolist()[1:],
    "calibrationPredicted": mean.tolist(), "calibrationObserved": fraction.tolist(),
    "logLossFloat32": float(metrics.log_loss(labels, scores.astype(np.float32))),
}
pathlib.Path(__file__).with_name("metrics.json").write_text(json.dumps(golden) + "\n")
print({k: v for k, v in golden.items() if isinstance(v, float)})
