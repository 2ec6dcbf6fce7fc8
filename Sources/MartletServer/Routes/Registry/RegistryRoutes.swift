import Hummingbird
package import Platform

/// MLflow's registry API: registered models, their versions, stages and aliases, relative to `…/mlflow/`.
package func addRegistryRoutes(to group: Routes, registry: Registry) {
    addRegisteredModelRoutes(to: group, registry)
    addModelVersionRoutes(to: group, registry)
    addAliasRoutes(to: group, registry)
    addTransitionStageRoute(to: group, registry)
    addDatabricksRegistryRoutes(to: group, registry)
}
