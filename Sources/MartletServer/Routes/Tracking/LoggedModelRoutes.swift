import Foundation
import Hummingbird
import MartletAPI
import MartletDomain
import Platform

private typealias Wire = MLflowTracking

func addLoggedModelRoutes(to group: Routes, _ tracking: Tracking) {
    group.answer(
        .post, "logged-models", Wire.CreateLoggedModel.self, limit: 8 << 20, "tracking.create_logged_model",
        of: .experiment { $0.experiment_id?.value }
    ) { body, context in
        let model = try await tracking.createLoggedModel(
            in: try identifier(body.experiment_id, "experiment_id"), name: body.name,
            modelType: body.model_type ?? "", sourceRunID: body.source_run_id ?? "",
            params: try texts(body.params, "params"), tags: try texts(body.tags, "tags"), by: context.caller)
        return Wire.CreateLoggedModel.Response(model: Wire.LoggedModel(model))
    }
    group.answer(
        .post, "logged-models/search", Wire.SearchLoggedModels.self, "tracking.search_logged_models",
        of: .visible(.experiment)
    ) { body, context in
        let visible = context.visible(.experiment)
        guard let experiments = body.experiment_ids else { throw missing("experiment_ids") }
        let page = try await tracking.searchLoggedModels(
            experimentIDs: try experiments.map { try identifier($0, "experiment_ids") }.filter(visible.contains),
            filter: body.filter ?? "",
            datasets: body.filters, orders: try body.orders(),
            size: body.size, token: body.page_token)
        return Wire.SearchLoggedModels.Response(page.elements, nextToken: page.nextToken)
    }
    group.on(
        .get, "logged-models/:model_id", "tracking.get_logged_model",
        of: .loggedModel { $0.context.parameters.get("model_id") }
    ) { request, context in
        let model = try await tracking.loggedModel(
            try context.modelID(), includingDeleted: request.queryItems["allow_deleted"]?.lowercased() == "true")
        return try jsonResponse(Wire.CreateLoggedModel.Response(model: Wire.LoggedModel(model)))
    }
    group.answer(
        .patch, "logged-models/:model_id", Wire.FinalizeLoggedModel.self, "tracking.finalize_logged_model",
        at: .loggedModel { $0.context.parameters.get("model_id") }
    ) { body, context in
        _ = try required(body.model_id, "model_id")
        let status = try enumerated(body.status?.value, "status", numbers: LoggedModelStatus.allCases)
        guard let status else { throw missing("status") }
        let model = try await tracking.finalizeLoggedModel(try context.modelID(), as: status, by: context.caller)
        return Wire.CreateLoggedModel.Response(model: Wire.LoggedModel(model))
    }
    group.on(
        .delete, "logged-models/:model_id", "tracking.delete_logged_model",
        of: .loggedModel { $0.context.parameters.get("model_id") }
    ) { _, context in
        try await tracking.deleteLoggedModel(try context.modelID(), by: context.caller)
        return try jsonResponse(Wire.Empty())
    }
    group.answer(
        .patch, "logged-models/:model_id/tags", Wire.LoggedModelTags.self, "tracking.set_logged_model_tags",
        at: .loggedModel { $0.context.parameters.get("model_id") }
    ) { body, context in
        try await tracking.setLoggedModelTags(
            try texts(body.tags, "tags"), of: try context.modelID(), by: context.caller)
        return Wire.Empty()
    }
    group.on(
        .delete, "logged-models/:model_id/tags/:tag_key", "tracking.delete_logged_model_tag",
        of: .loggedModel { $0.context.parameters.get("model_id") }
    ) { _, context in
        let key = try context.parameters.require("tag_key")
        try await tracking.deleteLoggedModelTag(
            key.removingPercentEncoding ?? key, of: try context.modelID(), by: context.caller)
        return try jsonResponse(Wire.Empty())
    }
    group.answer(
        .post, "logged-models/:model_id/params", Wire.LoggedModelParams.self, limit: 8 << 20,
        "tracking.log_logged_model_params",
        at: .loggedModel { $0.context.parameters.get("model_id") }
    ) {
        body, context in
        _ = try required(body.model_id, "model_id")
        try await tracking.logLoggedModelParams(
            try texts(body.params, "params"), of: try context.modelID(), by: context.caller)
        return Wire.Empty()
    }
}

extension MartletContext {
    func modelID() throws -> String { try parameters.require("model_id") }
}

extension MLflowTracking.SearchLoggedModels {
    fileprivate var filters: [Tracking.DatasetFilter] {
        (datasets ?? []).map {
            Tracking.DatasetFilter(name: $0.dataset_name ?? "", digest: $0.dataset_digest.unlessEmpty)
        }
    }

    /// MLflow's defaults: 50 when it is absent, 100 when it is 0. It sets no greatest; ours is made up for by more pages.
    fileprivate var size: Int {
        let size = max_results?.value ?? 50
        return min(size == 0 ? 100 : Int(clamping: size), TrackingLimits.runsPerPage)
    }

    fileprivate func orders() throws -> [SearchOrder] {
        try (order_by ?? []).map { order in
            let name = try required(order.field_name, "order_by.field_name")
            guard !name.hasPrefix("attributes.") else {
                throw InvalidRequest("Invalid order by field name: \(name). Only metrics are supported.")
            }
            var parsed = try SearchOrder(parsing: name, as: .loggedModels)
            parsed.isAscending = order.ascending ?? true
            parsed.datasetName = order.dataset_name.unlessEmpty
            parsed.datasetDigest = order.dataset_digest.unlessEmpty
            return parsed
        }
    }
}
