import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addTransitionStageRoute(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "model-versions/transition-stage", MLflowRegistry.TransitionStage.self, "registry.transition_stage",
        of: .model { $0.name }
    ) { body, context in
        MLflowRegistry.ModelVersionAnswer(
            try await registry.transition(
                try required(body.name, "name"), try required(body.version, "version"),
                to: try Stage.named(try required(body.stage, "stage")),
                archiveExisting: body.archive_existing_versions?.value ?? false, by: context.caller))
    }
}
