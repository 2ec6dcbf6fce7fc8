public import MartletDomain

/// Asks to move a version past gates that it does not meet.
public struct AskBreakGlass: MartletRequest {
    public typealias Response = BreakGlass
    public static let path = "registry/break-glass/ask"

    public var model: String
    public var version: String
    /// Or an alias.
    public var stage: String?
    public var alias: String?
    public var reason: String

    public init(model: String, version: String, stage: Stage? = nil, alias: String? = nil, reason: String) {
        (self.model, self.version, self.stage, self.alias) = (model, version, stage?.rawValue, alias)
        self.reason = reason
    }
}

/// Moves a version past its gates, as another person asked.
public struct ConfirmBreakGlass: MartletRequest {
    public typealias Response = BreakGlass
    public static let path = "registry/break-glass/confirm"

    public var model: String
    public var version: String
    /// Or an alias.
    public var stage: String?
    public var alias: String?

    public init(model: String, version: String, stage: Stage? = nil, alias: String? = nil) {
        (self.model, self.version, self.stage, self.alias) = (model, version, stage?.rawValue, alias)
    }
}

/// Puts the last good version back into Production.
public struct RollBackModel: MartletRequest {
    public struct Response: Codable, Sendable {
        /// What is in Production now.
        public var version: String
        /// What was there before.
        public var archived: [String]
        /// Aliases that mean the version again.
        public var aliasesMoved: [String]?
        /// Aliases that still mean a version that was rolled back.
        public var aliasesLeft: [String]

        public init(version: String, archived: [String], aliasesMoved: [String] = [], aliasesLeft: [String]) {
            (self.version, self.archived, self.aliasesLeft) = (version, archived, aliasesLeft)
            self.aliasesMoved = aliasesMoved
        }

        enum CodingKeys: String, CodingKey {
            case version, archived
            case aliasesMoved = "aliases_moved"
            case aliasesLeft = "aliases_left"
        }
    }
    public static let path = "registry/rollback"

    public var model: String
    /// The alias to move back, instead of Production.
    public var alias: String?
    public var reason: String?

    public init(model: String, alias: String? = nil, reason: String? = nil) {
        (self.model, self.alias, self.reason) = (model, alias, reason)
    }
}
