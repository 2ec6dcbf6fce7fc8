import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addTransitionStageRoute(to group: RouterGroup<MartletContext>, _ registry: Registry) {
    group.answer(.post, "model-versions/transition-stage", MLflowRegistry.TransitionStage.self) { body, context in
        let name = try required(body.name, "name")
        return MLflowRegistry.ModelVersionAnswer(
            try await registry.transition(
                name, try required(body.version, "version"),
                to: try registry.stage(named: try required(body.stage, "stage"), of: name),
                archiveExisting: body.archive_existing_versions?.value ?? false, by: context.caller))
    }
}
