import Hummingbird
import MartletAPI
import MartletDomain
import Platform

func addTransitionStageRoute(to group: Routes, _ registry: Registry) {
    group.answer(
        .post, "model-versions/transition-stage", MLflowRegistry.TransitionStage.self, "registry.transition_stage",
        of: .model { $0.name }
    ) { body, context in
        let name = try required(body.name, "name")
        return MLflowRegistry.ModelVersionAnswer(
            try await registry.transition(
                name, try required(body.version, "version"),
                to: try registry.stage(named: try required(body.stage, "stage"), of: name),
                archiveExisting: body.archive_existing_versions?.value ?? false, by: context.caller))
    }
}
