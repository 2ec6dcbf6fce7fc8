/// The name that a client gives a push, so that it can send the same again when it got no answer.
public struct PushID: Sendable, Hashable, CustomStringConvertible {
    /// 1 to 128 bytes.
    public let text: String

    /// Days that a push is known by its id.
    public static let days: Int64 = 7

    /// - Throws: ``FeatureError/issues(_:)`` for an empty or a long one.
    public init(_ text: String) throws(FeatureError) {
        guard (1...128).contains(text.utf8.count) else {
            throw .issues([
                .init(.invalidDeclaration, "the id of a push has 1 to 128 bytes, this one \(text.utf8.count)")
            ])
        }
        self.text = text
    }

    public var description: String { text }
}

/// A push that was acknowledged, and no longer fits its table.
public struct RejectedPush: Sendable, Hashable, Codable {
    public var source: TableName
    public var destination: PushDestination
    /// Its number among those to its source and destination.
    public var sequence: Int64
    public var rows: Int64
    public var pushedBy: String
    /// Milliseconds since 1970 UTC.
    public var pushedAt: Int64
    public var rejectedAt: Int64
    /// In words: what does not fit.
    public var reason: String
    /// The rows as they came.
    public var columns: PushedFrame

    public init(
        source: TableName, destination: PushDestination, sequence: Int64, rows: Int64, pushedBy: String,
        pushedAt: Int64, rejectedAt: Int64, reason: String, columns: PushedFrame
    ) {
        (self.source, self.destination, self.sequence, self.rows) = (source, destination, sequence, rows)
        (self.pushedBy, self.pushedAt, self.rejectedAt) = (pushedBy, pushedAt, rejectedAt)
        (self.reason, self.columns) = (reason, columns)
    }

    enum CodingKeys: String, CodingKey {
        case source, destination, sequence, rows, reason, columns
        case pushedBy = "pushed_by"
        case pushedAt = "pushed_at"
        case rejectedAt = "rejected_at"
    }
}
