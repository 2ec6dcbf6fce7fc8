"""Feature tables, training sets and models that know their features, on a Martlet server."""

from .client import FeatureStoreClient
from .errors import FeatureIssue, FeatureStoreError
from .lookups import FeatureLookup, FeatureViewLookup
from .tables import FeatureTable
from .training_set import TrainingSet

__all__ = [
    "FeatureIssue", "FeatureLookup", "FeatureStoreClient", "FeatureStoreError", "FeatureTable", "FeatureViewLookup",
    "TrainingSet",
]
