import Foundation
import HTTPTypes
import Hummingbird
import MartletAPI
import MartletDomain
import NIOCore
import Platform

/// Martlet's own requests about served features, below `/api/martlet/1.0/`.
func addOnlineFeatureRoutes(to group: Routes, online: OnlineStore) {
    group.on(.post, "features/get-online", "features.get_online", of: .visible(.featureTable)) { request, context in
        let body = try await request.onlineBody()
        guard let names = body.features else { throw missing("features") }
        try await context.require("features.get_online", on: .tables(names))
        let columns = try await online.columns(names, body)
        return jsonResponse(bytes: try OnlineAnswer(body, columns).bytes)
    }
    group.on(.post, "features/push", "features.push", of: .visible(.featureTable)) { request, context in
        let json = try AnyJSON(parsing: try await request.jsonBytes(limit: pushLimit).orEmptyObject)
        guard case .object(let fields) = json else { throw InvalidRequest("The body is not a JSON object.") }
        guard case .text(let source)? = fields["source"] else { throw missing("source") }
        try await context.require("features.push", on: .tables([source]))
        let receipt = try await online.push(
            try PushedFrame(fields["columns"], named: "columns"), to: source,
            try destination(fields["to"]) ?? .both, id: try pushID(fields["id"]), by: context.caller)
        return try jsonResponse(
            PushFeatures.Response(
                source: receipt.source, rows: receipt.rows, sequence: receipt.sequence,
                repeated: receipt.isRepeated ? true : nil))
    }
    group.on(ListRejectedPushes.self, "features.list_rejected_pushes", of: .table { $0.source.map { "\($0)" } }) {
        body, _ in
        ListRejectedPushes.Response(pushes: try await online.rejectedPushes(of: body.source))
    }
    group.on(ServeFeatures.self, "features.serve", of: .table { $0.name }) { body, context in
        if body.off == true {
            return ServeFeatures.Response(
                features: try await online.stopServing(body.name, by: context.caller), progress: nil)
        }
        let (features, progress) = try await online.serve(body.name, by: context.caller)
        return ServeFeatures.Response(features: features, progress: progress)
    }
    group.on(ListServedFeatures.self, "features.list_served", of: .visible(.featureTable)) { _, context in
        let visible = context.visible(.featureTable)
        let (logged, dropped) = online.answerCounts
        return ListServedFeatures.Response(
            features: try await online.list().filter { visible.contains($0.name) }, loggedAnswers: logged,
            droppedAnswers: dropped)
    }
    group.on(MaterializeOnline.self, "features.materialize", of: .table { $0.name }) { body, context in
        try await online.materialize(body.name, full: body.full ?? false, by: context.caller)
    }
}

/// Bytes of one push at most.
let pushLimit = 16 << 20

func destination(_ json: AnyJSON?) throws -> PushDestination? {
    guard let json, json != .null else { return nil }
    guard case .text(let word) = json, let destination = PushDestination(rawValue: word) else {
        throw InvalidRequest(
            "'to' is one of \(PushDestination.allCases.map(\.rawValue).joined(separator: ", ")), not \(json.shown).")
    }
    return destination
}

func pushID(_ json: AnyJSON?) throws -> PushID? {
    guard let json, json != .null else { return nil }
    guard case .text(let text) = json else { throw InvalidRequest("'id' is text, not \(json.shown).") }
    return try PushID(text)
}

/// Two features of one name would be one in the answer.
func requireDistinct(_ names: [String]) throws {
    guard names.count > 1, Set(names).count < names.count else { return }
    let twice = Dictionary(grouping: names) { $0 }.filter { $0.value.count > 1 }.keys.sorted()
    throw FeatureError.issues(
        twice.map {
            .init(.duplicateName, "two views have a feature '\($0)': ask for one of them, or for full names")
        })
}

extension Request {
    /// The body of a question to served features.
    func onlineBody() async throws -> OnlineBody {
        let bytes = try await jsonBytes(limit: 8 << 20)
        if let usual = OnlineBody(prompt: bytes) { return usual }
        return try OnlineBody(AnyJSON(parsing: bytes.orEmptyObject))
    }
}

extension OnlineStore {
    /// Answers on the thread that asks when all is in memory.
    func columns(_ names: [String], _ body: OnlineBody) async throws -> [ServedColumn] {
        if let columns = try columnsAtOnce(names, body) { return columns }
        let request = OnlineRequest(features: names, columns: body.columns ?? [], time: body.time)
        return try answer(request, try await loadedSelection(names))
    }

    /// - Returns: Nil if something of it is not in memory.
    func columnsAtOnce(_ names: [String], _ body: OnlineBody) throws -> [ServedColumn]? {
        guard !names.isEmpty, names.count <= OnlineRequest.mostFeatures, let ready = try selection(names) else {
            return nil
        }
        return try answer(OnlineRequest(features: names, columns: body.columns ?? [], time: body.time), ready)
    }
}

extension JSONWritable {
    var bytes: ByteBuffer {
        var writer = JSONWriter(capacity: 4_096)
        write(to: &writer)
        return ByteBuffer(bytes: writer.bytes)
    }
}
