import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// The doors of Feast's feature server, in its shapes, for clients that know it.
///
/// What differs is on purpose: null values and expired ones are said to be so, and rows that came late are materialized
/// too. A feature service is a feature set: the file of views that was applied under that name.
func addFeastRoutes(to group: Routes, online: OnlineStore) {
    group.on(.post, "get-online-features", "features.get_online", of: .visible(.featureTable)) { request, context in
        try await feast(request) {
            let body = try await request.onlineBody()
            guard body.columns?.isEmpty == false else { throw missing("entities") }
            let names: [String]
            if let service = body.featureService {
                names = try await online.viewsOfService(service)
            } else if let features = body.features, !features.isEmpty {
                names = features
            } else {
                throw missing("features or feature_service")
            }
            try await context.require("features.get_online", on: .tables(names))
            let columns = try await online.columns(names, body)
            return jsonResponse(bytes: try FeastAnswer(body, columns).bytes)
        }
    }
    group.on(.post, "push", "features.push", of: .visible(.featureTable)) { request, context in
        try await feast(request) {
            let json = try AnyJSON(parsing: try await request.jsonBytes(limit: pushLimit).orEmptyObject)
            guard case .object(let fields) = json else { throw InvalidRequest("The body is not a JSON object.") }
            guard case .text(let source)? = fields["push_source_name"] else { throw missing("push_source_name") }
            try await context.require("features.push", on: .tables([source]))
            _ = try await online.push(
                try PushedFrame(fields["df"], named: "df"), to: source, try destination(fields["to"]) ?? .online,
                id: try pushID(fields["id"]), by: context.caller)
            return nothing
        }
    }
    for path in ["materialize", "materialize-incremental"] {
        group.on(.post, path, "features.materialize", of: .visible(.featureTable)) { request, context in
            try await feast(request) {
                let json = try AnyJSON(parsing: try await request.jsonBytes(limit: BodyLimit.json).orEmptyObject)
                guard case .object(let fields) = json else { throw InvalidRequest("The body is not a JSON object.") }
                var names = try await online.list().map(\.name)
                if case .list(let views)? = fields["feature_views"] {
                    names = try views.map {
                        guard case .text(let name) = $0 else {
                            throw InvalidRequest("'feature_views' is a list of names.")
                        }
                        return name
                    }
                }
                try await context.require("features.materialize", on: .tables(names))
                for name in names { _ = try await online.materialize(name, full: false, by: context.caller) }
                return nothing
            }
        }
    }
}

private var nothing: Response {
    Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "null")))
}

func isJSON(_ contentType: String?) -> Bool {
    contentType == "application/json"
        || contentType?.prefix { $0 != ";" && $0 != " " }.lowercased() == "application/json"
}

/// A body that does not say that it is JSON gets 422, as with Feast's server, and so does one that is not what it should be.
private func feast(
    _ request: Request, _ answer: () async throws -> Response
) async throws -> Response {
    guard isJSON(request.headers[.contentType]) else {
        return try errorResponse(
            .invalidParameterValue, "The request needs the header content-type: application/json.",
            status: .unprocessableContent)
    }
    do {
        return try await answer()
    } catch let error as InvalidRequest {
        return try errorResponse(error.code, error.message, status: .unprocessableContent)
    } catch let error as FeatureError {
        return try errorResponse(error.code, error.message, status: .unprocessableContent)
    } catch let error as BodyError where error.code == .malformedRequest {
        return try errorResponse(error.code, error.message, status: .unprocessableContent)
    }
}
