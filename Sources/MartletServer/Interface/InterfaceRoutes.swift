import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import NIOCore
import Platform

/// MLflow's web interface at the server's root, and what its pages ask for that is not data.
///
/// Nothing calls home: the browser is told to ask this server alone, and the interface is told to collect nothing.
func addInterfaceRoutes(to group: Routes, folder: InterfaceFolder?) {
    addInterfaceQuestions(to: group)
    guard let folder else {
        group.on(.get, "/", "workspace.get_interface", of: .own) { _, _ in
            let text =
                "This is Martlet \(Platform.version). MLflow's clients reach it by MLFLOW_TRACKING_URI set to this address; "
                + "the API is under /api/2.0/mlflow/. There is no page here: to see MLflow's own interface, start the "
                + "server with --mlflow-ui and the folder of an installed mlflow package, which this prints:\n"
                + "\(InterfaceError.findCommand)\n"
            return Response(
                status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
        return
    }
    group.on(.get, "/", "workspace.get_interface", of: .own) { request, context in
        try await answer("index.html", of: folder, request, context, caching: "no-cache")
    }
    group.on(.get, "static-files/**", "workspace.get_interface", of: .own) { request, context in
        let asked = String(request.uri.path.dropFirst("/static-files/".count))
        guard let name = asked.removingPercentEncoding else { throw HTTPError(.notFound) }
        // The names hold a digest of what is in them: four weeks, as MLflow's server has it.
        return try await answer(name, of: folder, request, context, caching: "public, max-age=2419200")
    }
}

private func answer(
    _ name: String, of folder: InterfaceFolder, _ request: Request, _ context: MartletContext, caching: String
) async throws -> Response {
    guard let file = folder.file(name) else { throw HTTPError(.notFound) }
    var headers: HTTPFields = [
        .contentType: file.contentType, .cacheControl: caching, .eTag: file.eTag,
        .lastModified: httpDate(Int64(file.changedAt.timeIntervalSince1970)),
        .contentSecurityPolicy: contentSecurityPolicy,
    ]
    headers[.referrerPolicy] = "same-origin"
    if holds(request.headers[.ifNoneMatch], eTag: file.eTag) {
        return Response(status: .notModified, headers: headers)
    }
    headers[.contentLength] = "\(file.size)"
    let body = file.size == 0 ? ResponseBody() : try await FileIO().loadFile(path: file.url.path, context: context)
    return Response(status: .ok, headers: headers, body: body)
}

/// What a page may load, and from where: from here, or made by the page itself. Artifacts that are pages of their own are
/// shown in frames, which inherit this.
///
/// The interface styles itself in place, and some of its charts compile their drawing from text.
private let contentSecurityPolicy = [
    "default-src 'self'", "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:", "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:", "font-src 'self' data:", "media-src 'self' data: blob:",
    "connect-src 'self' data: blob:",
    "worker-src 'self' blob:", "frame-src 'self' data: blob:", "object-src 'none'", "base-uri 'self'",
    "form-action 'self'",
].joined(separator: "; ")

/// What the interface asks the server about itself. Each is answered as by a server that has it switched off.
private func addInterfaceQuestions(to group: Routes) {
    for version in ["2.0", "3.0"] {
        let mlflow = group.group("ajax-api/\(version)/mlflow")
        mlflow.answer("ui-telemetry", "workspace.get_interface", of: .own) { _, _ in Telemetry() }
        mlflow.on(.post, "ui-telemetry", "workspace.get_interface", of: .own) { _, _ in
            try jsonResponse(["status": "disabled"])
        }
        mlflow.answer("gateway-proxy", "workspace.get_interface", of: .own) { query, _ in
            guard query["gateway_path"]?.trimmingCharacters(in: ["/"]) == "api/2.0/endpoints" else {
                throw NoGateway()
            }
            return ["endpoints": [String]()]
        }
        mlflow.answer("assistant/config", "workspace.get_interface", of: .own) { _, _ in AssistantSettings() }
        mlflow.answer("assistant/providers", "workspace.get_interface", of: .own) { _, _ in ["providers": [String]()] }
    }
}

private struct Telemetry: Encodable {
    var disable_ui_telemetry = true
    var disable_ui_events: [String] = []
    var ui_rollout_percentage = 0
}

private struct AssistantSettings: Encodable {
    var providers: [String: String] = [:]
    var projects: [String: String] = [:]
    var remote_access_allowed = false
    var can_edit_server_settings = false
}

private struct NoGateway: MartletError {
    var code: ErrorCode { .notImplemented }
    var message: String { "This server is no gateway to language models: it has no endpoints to pass requests to." }
}

extension HTTPField.Name {
    fileprivate static let contentSecurityPolicy = HTTPField.Name("Content-Security-Policy") ?? .via
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy") ?? .via
}
