import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addTransitionStageRoute(to group: RouterGroup<MartletContext>, _ registry: Registry) {
    group.answer(.post, "model-versions/transition-stage", MLflowRegistry.TransitionStage.self) { body, context in
        MLflowRegistry.ModelVersionAnswer(
            try await registry.transition(
                try required(body.name, "name"), try required(body.version, "version"),
                to: try Stage.named(try required(body.stage, "stage")),
                archiveExisting: body.archive_existing_versions?.value ?? false, by: context.caller))
    }
}
