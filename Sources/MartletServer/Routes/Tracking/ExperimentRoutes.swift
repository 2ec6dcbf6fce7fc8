import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowTracking

func addExperimentRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "experiments/create", Wire.CreateExperiment.self, "tracking.create_experiment",
        of: .workspace
    ) { body, context in
        Wire.CreateExperiment.Response(
            experiment_id: try await tracking.createExperiment(
                name: try required(body.name, "name"), artifactLocation: body.artifact_location,
                tags: try texts(body.tags, "tags"), by: context.caller))
    }
    group.answer("experiments/get", "tracking.get_experiment", of: .experiment { $0["experiment_id"] }) { query, _ in
        let id = try required(query["experiment_id"], "experiment_id")
        return Wire.GetExperiment(experiment: Wire.Experiment(try await tracking.experiment(id)))
    }
    group.answer(
        "experiments/get-by-name", "tracking.get_experiment",
        of: Locator([.experiment]) { $0["experiment_name"].map { Resource.experimentNamed($0) } ?? .workspace }
    ) { query, _ in
        let name = try required(query["experiment_name"], "experiment_name")
        return Wire.GetExperiment(experiment: Wire.Experiment(try await tracking.experiment(named: name)))
    }
    @Sendable func search(
        _ body: Wire.SearchExperiments, _ context: MartletContext
    ) async throws -> Wire.SearchExperiments.Response {
        let page = try await tracking.searchExperiments(
            filter: body.filter ?? "",
            viewType: try enumerated(body.view_type?.value, "view_type", numbers: ViewType.allCases) ?? .activeOnly,
            orderBy: body.order_by ?? [], size: Int(clamping: body.max_results?.value ?? 0), token: body.page_token,
            visible: context.visible(.experiment))
        return Wire.SearchExperiments.Response(page.elements, nextToken: page.nextToken)
    }
    group.answer(
        .post, "experiments/search", Wire.SearchExperiments.self, "tracking.search_experiments",
        of: .visible(.experiment)
    ) { body, context in try await search(body, context) }
    group.answer("experiments/search", "tracking.search_experiments", of: .visible(.experiment)) { query, context in
        try await search(
            Wire.SearchExperiments(
                max_results: try query.integer("max_results").map { WireInteger(Int64($0)) },
                page_token: query["page_token"], filter: query["filter"], order_by: query.all("order_by"),
                view_type: query["view_type"].map { WireText($0) }), context)
    }
    group.answer(
        .post, "experiments/update", Wire.UpdateExperiment.self, "tracking.rename_experiment",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        try await tracking.renameExperiment(
            try identifier(body.experiment_id, "experiment_id"), to: try required(body.new_name, "new_name"),
            by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "experiments/delete", Wire.ExperimentID.self, "tracking.delete_experiment",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        try await tracking.deleteExperiment(
            try identifier(body.experiment_id, "experiment_id"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "experiments/restore", Wire.ExperimentID.self, "tracking.restore_experiment",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        try await tracking.restoreExperiment(
            try identifier(body.experiment_id, "experiment_id"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "experiments/set-experiment-tag", Wire.ExperimentTag.self, "tracking.set_experiment_tag",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        let tag = KeyedText(try required(body.key, "key"), body.value ?? "")
        try await tracking.setExperimentTag(
            tag, of: try identifier(body.experiment_id, "experiment_id"), by: context.caller)
        return Wire.Empty()
    }
    group.answer(
        .post, "experiments/delete-experiment-tag", Wire.ExperimentTag.self, "tracking.delete_experiment_tag",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        try await tracking.deleteExperimentTag(
            try required(body.key, "key"), of: try identifier(body.experiment_id, "experiment_id"),
            by: context.caller)
        return Wire.Empty()
    }
}
