"""What needs MLflow: models into the registry, and out of it to predict."""

from __future__ import annotations

import pathlib
import tempfile
from typing import TYPE_CHECKING, Any, Mapping

if TYPE_CHECKING:
    import pandas


#: Before the names of columns that are what steps made of inputs.
INPUT_PREFIX = "model_input."


def log(
    server: str, model: Any, name: str, flavor: Any, files: Mapping[str, str], registered_name: str | None,
    kwargs: Mapping[str, Any],
) -> Any:
    """Logs the model, puts the files beside it, and then registers it: registering seals the folder."""
    import mlflow

    _look_at(server)
    info = flavor.log_model(model, name=name, **kwargs)
    with tempfile.TemporaryDirectory() as folder:
        for file, text in files.items():
            pathlib.Path(folder, pathlib.PurePosixPath(file).name).write_text(text, encoding="utf-8")
        mlflow.MlflowClient().log_model_artifacts(info.model_id, folder)
    if registered_name is not None:
        version = mlflow.register_model(info.model_uri, registered_name)
        info.registered_model_version = int(version.version)
    return info


def predict(server: str, record: Mapping[str, Any], found: "pandas.DataFrame", result_type: str) -> Any:
    """The predictions of exactly the version whose features were looked up, even if the alias has moved since."""
    import mlflow.pyfunc
    import numpy

    _look_at(server)
    model = mlflow.pyfunc.load_model(f"models:/{record['model']}/{record['model_version']}")
    stepped = [INPUT_PREFIX + name for name in record["inputs"]]
    if all(name in found.columns for name in stepped):
        inputs = found[stepped].set_axis(record["inputs"], axis=1)
    else:
        inputs = found[record["inputs"]]
    predictions = numpy.asarray(model.predict(inputs))
    if predictions.ndim == 2 and predictions.shape[1] == 1:
        predictions = predictions[:, 0]
    if predictions.ndim != 1 or len(predictions) != len(found):
        raise ValueError(f"the model gave {predictions.shape} predictions for {len(found)} rows")
    kinds = {
        "double": "float64", "float": "float32", "int": "int32", "long": "int64", "bigint": "int64",
        "string": "str", "boolean": "bool",
    }
    if result_type not in kinds:
        raise ValueError(f"result_type is one of {', '.join(kinds)}, not {result_type!r}")
    return predictions.astype(kinds[result_type])


def _look_at(server: str) -> None:
    import mlflow

    if mlflow.get_tracking_uri().rstrip("/") != server:
        mlflow.set_tracking_uri(server)
    if mlflow.get_registry_uri().rstrip("/") != server:
        mlflow.set_registry_uri(server)
