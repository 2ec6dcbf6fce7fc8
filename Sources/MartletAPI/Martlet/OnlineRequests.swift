public import MartletDomain

/// Serves a feature view or a feature table by key from memory, or stops.
public struct ServeFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var features: OnlineFeatures
        /// Nil when serving was stopped.
        public var progress: OnlineProgress?

        public init(features: OnlineFeatures, progress: OnlineProgress?) {
            (self.features, self.progress) = (features, progress)
        }
    }
    public static let path = "features/serve"

    public var name: String
    /// Whether serving stops.
    public var off: Bool?

    public init(name: String, off: Bool = false) { (self.name, self.off) = (name, off) }
}

/// All that is served.
public struct ListServedFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var features: [OnlineFeatures]
        /// Answers that were kept to be computed again, and those for which there was no room.
        public var loggedAnswers: Int64
        public var droppedAnswers: Int64

        public init(features: [OnlineFeatures], loggedAnswers: Int64, droppedAnswers: Int64) {
            (self.features, self.loggedAnswers, self.droppedAnswers) = (features, loggedAnswers, droppedAnswers)
        }

        enum CodingKeys: String, CodingKey {
            case features
            case loggedAnswers = "logged_answers"
            case droppedAnswers = "dropped_answers"
        }
    }
    public static let path = "features/served"

    public init() {}
}

/// Brings what is served up to the newest version of its table, and writes pushed rows to the table.
public struct MaterializeOnline: MartletRequest {
    public typealias Response = OnlineProgress
    public static let path = "features/materialize-online"

    public var name: String
    /// Whether all is computed anew from the table.
    public var full: Bool?

    public init(name: String, full: Bool = false) { (self.name, self.full) = (name, full) }
}

/// Sends rows to a source: all or, with every problem said, none.
public struct PushFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var source: TableName
        public var rows: Int
        /// The push's number among those to this source and destination.
        public var sequence: Int64
        /// True when a push of that id had come before, and was not taken again.
        public var repeated: Bool?

        public init(source: TableName, rows: Int, sequence: Int64, repeated: Bool? = nil) {
            (self.source, self.rows, self.sequence, self.repeated) = (source, rows, sequence, repeated)
        }
    }
    public static let path = "features/push"

    /// A table, or a view or feature table that is served.
    public var source: String
    /// Values by column, one for each row.
    public var columns: PushedFrame
    /// Nil for ``PushDestination/both``.
    public var to: PushDestination?
    /// The client's own for these rows, 1 to 128 bytes: sent again within seven days they are not taken again.
    public var id: String?

    public init(source: String, columns: PushedFrame, to destination: PushDestination? = nil, id: String? = nil) {
        (self.source, self.columns, to, self.id) = (source, columns, destination, id)
    }
}

/// Pushes that were acknowledged and no longer fitted their table, newest first.
public struct ListRejectedPushes: MartletRequest {
    public struct Response: Codable, Sendable {
        public var pushes: [RejectedPush]
        public init(pushes: [RejectedPush]) { self.pushes = pushes }
    }
    public static let path = "features/rejected-pushes"

    /// Nil for those of all tables.
    public var source: TableName?

    public init(source: TableName? = nil) { self.source = source }
}

/// Served features of some rows.
public struct GetOnlineFeatures: MartletRequest {
    public struct Value: Codable, Sendable, Hashable {
        public var value: JSONCell
        public var status: ServedStatus
        /// When the newest row was that the value comes from.
        public var eventTime: Instant?
        /// Why the value was refused, if it was.
        public var reason: String?
        /// The view's plan, by the beginning of its hash.
        public var version: String

        enum CodingKeys: String, CodingKey {
            case value, status, reason, version
            case eventTime = "event_time"
        }
    }

    public struct Response: Codable, Sendable {
        /// One for each row asked for, in order: values by feature.
        public var rows: [[String: Value]]
    }
    public static let path = "features/get-online"

    /// `view` or `view:feature`.
    public var features: [String]
    public var rows: [[String: JSONCell]]
    /// As of when; nil for now. Never later than now.
    public var at: Instant?

    public init(features: [String], rows: [[String: JSONCell]], at time: Instant? = nil) {
        (self.features, self.rows, at) = (features, rows, time)
    }
}

/// Replays a view's history through the serving path, and compares with a batch.
public struct VerifyFeatures: MartletRequest {
    public typealias Response = ConsistencyCheck
    public static let path = "features/verify"

    public var view: String
    /// Which of its versions; the newest when this and ``hash`` are nil.
    public var version: Int64?
    /// A plan of that name by the beginning of its hash, 12 digits at least; that of a model, too.
    public var hash: String?
    public var from: Instant
    public var to: Instant
    /// A table with the view's keys and a time for each row, to be compared at, besides the events' own times.
    public var requests: TableName?
    /// That table's column of times.
    public var at: String?

    public init(
        view: String, version: Int64? = nil, hash: String? = nil, from: Instant, to: Instant,
        requests: TableName? = nil, at: String? = nil
    ) {
        (self.view, self.from, self.to, self.requests, self.at) = (view, from, to, requests, at)
        (self.version, self.hash) = (version, hash)
    }
}

/// As ``VerifyFeatures``, for all that a model's features are computed by, as it was packed with the model.
public struct VerifyModelFeatures: MartletRequest {
    public typealias Response = RecomputeFeatures.Response
    public static let path = "features/verify-model"

    /// By version, stage or alias.
    public var modelURI: String
    public var from: Instant
    public var to: Instant
    public var requests: TableName?
    public var at: String?

    public init(modelURI: String, from: Instant, to: Instant, requests: TableName? = nil, at: String? = nil) {
        (self.modelURI, self.from, self.to, self.requests, self.at) = (modelURI, from, to, requests, at)
    }

    enum CodingKeys: String, CodingKey {
        case from, to, requests, at
        case modelURI = "model_uri"
    }
}

/// Computes again what was answered in service, and compares.
public struct RecomputeFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var checks: [ConsistencyCheck]
        public init(checks: [ConsistencyCheck]) { self.checks = checks }
    }
    public static let path = "features/recompute"

    /// Nil for every view with answers on record.
    public var view: String?
    /// Answers of this span; all when nil.
    public var from: Instant?
    public var to: Instant?

    public init(view: String? = nil, from: Instant? = nil, to: Instant? = nil) {
        (self.view, self.from, self.to) = (view, from, to)
    }
}

/// The checks on record, newest first.
public struct ListFeatureChecks: MartletRequest {
    public typealias Response = RecomputeFeatures.Response
    public static let path = "features/checks"

    public var view: String?

    public init(view: String? = nil) { self.view = view }
}

/// Computes a view for all its keys at the instants of a grid, into a feature table.
public struct MaterializeFeatures: MartletRequest {
    public struct Response: Codable, Sendable {
        public var table: TableReference
        /// Cells of the grid that were computed now: keys times instants.
        public var rows: Int64
        /// Instants that were new.
        public var instants: Int

        public init(table: TableReference, rows: Int64, instants: Int) {
            (self.table, self.rows, self.instants) = (table, rows, instants)
        }
    }
    public static let path = "features/materialize"

    public var view: String
    public var into: TableName
    public var from: Instant
    /// Without this instant.
    public var to: Instant
    /// ISO 8601: `P1D`.
    public var every: String
    public var full: Bool?

    public init(view: String, into: TableName, from: Instant, to: Instant, every: String, full: Bool = false) {
        (self.view, self.into, self.from, self.to) = (view, into, from, to)
        (self.every, self.full) = (every, full)
    }
}
