/// What a role is given on: everything, or one thing.
public enum Scope: Sendable, Hashable {
    /// Everything in the workspace.
    case workspace
    /// An experiment by its id, with its runs, its logged models and their files.
    case experiment(String)
    /// A registered model by its name, with its versions.
    case registeredModel(String)
    /// A table by its name, with its branches, and the feature view of that name.
    case featureTable(String)
    case job(String)

    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case workspace, experiment, job
        case registeredModel = "registered_model"
        case featureTable = "feature_table"
    }

    public var kind: Kind {
        switch self {
        case .workspace: .workspace
        case .experiment: .experiment
        case .registeredModel: .registeredModel
        case .featureTable: .featureTable
        case .job: .job
        }
    }

    /// What it is called; empty for the workspace.
    public var name: String {
        switch self {
        case .workspace: ""
        case .experiment(let name), .registeredModel(let name), .featureTable(let name), .job(let name): name
        }
    }

    /// - Returns: Nil for a thing without a name, or a workspace with one.
    public init?(_ kind: Kind, _ name: String) {
        guard name.isEmpty == (kind == .workspace), name.utf8.count <= 500 else { return nil }
        switch kind {
        case .workspace: self = .workspace
        case .experiment: self = .experiment(name)
        case .registeredModel: self = .registeredModel(name)
        case .featureTable: self = .featureTable(name)
        case .job: self = .job(name)
        }
    }

    /// Whether they are the same thing, by its kind and the bytes of its name, as the database has it.
    public static func == (left: Scope, right: Scope) -> Bool {
        left.kind == right.kind && ExactText(left.name) == ExactText(right.name)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(kind)
        hasher.combine(ExactText(name))
    }

    /// Whether what is given on this is given on `other`.
    public func covers(_ other: Scope) -> Bool { self == .workspace || self == other || spellings.contains(other) }

    /// What else the same thing is called: a table of the standard catalog goes by two names. This one first.
    public var spellings: [Scope] {
        guard case .featureTable(let name) = self, name.utf8.contains(UInt8(ascii: ".")),
            let table = try? TableName(name)
        else { return [self] }
        return table.spellings.map { .featureTable("\($0)") }
    }
}

extension Scope: CustomStringConvertible, Codable {
    /// `workspace`, `experiment/12`, `registered_model/churn`.
    public var description: String { self == .workspace ? "workspace" : "\(kind.rawValue)/\(name)" }

    public init?(parsing text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let kind = Kind(rawValue: parts[0]) else { return nil }
        self.init(kind, parts.count == 2 ? parts[1] : "")
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let scope = Scope(parsing: text) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not a scope: write workspace, experiment/ID, registered_model/NAME, "
                    + "feature_table/NAME or job/ID")
        }
        self = scope
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
