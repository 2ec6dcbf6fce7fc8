public import MartletAPI
public import MartletDomain

extension Client {
    /// Sends rows to a source; when this returns they are durable and count in every later answer.
    ///
    /// - Parameter id: Of your own for these rows. When no answer came, send the same rows with the same id again: they
    ///   count once.
    @discardableResult
    public func push(
        _ rows: PushedFrame, to source: String, _ destination: PushDestination = .both, id: String? = nil
    ) async throws -> PushFeatures.Response {
        try await send(PushFeatures(source: source, columns: rows, to: destination, id: id))
    }

    /// Pushes that were acknowledged and no longer fitted their table, newest first.
    public func rejectedPushes(of source: TableName? = nil) async throws -> [RejectedPush] {
        try await send(ListRejectedPushes(source: source)).pushes
    }

    /// Served features of some rows, each a mapping of keys and of what features are computed from.
    ///
    /// - Parameters:
    ///   - features: `view` or `view:feature`.
    ///   - time: Nil for now.
    public func onlineFeatures(
        _ features: [String], for rows: [[String: JSONCell]], at time: Instant? = nil
    ) async throws -> [[String: GetOnlineFeatures.Value]] {
        try await send(GetOnlineFeatures(features: features, rows: rows, at: time)).rows
    }
}
