/// Why a feature definition or a feature computation was refused.
public enum FeatureError: MartletError, Equatable {
    /// A file of definitions that does not read; every problem found, not just the first.
    case invalidDeclaration([String])
    /// Definitions that read, but do not fit the rows, tables or column types that they were given.
    case invalidComputation([String])
    /// Two rows of one key at one time, and nothing that says which of them counts.
    case ambiguousRows(view: String, feature: String, key: String)
    /// A table without event time that holds one key twice.
    case duplicateKey(view: String, table: String, key: String)
    /// A sum or an integer expression that leaves the range of its type.
    case overflow(feature: String)
    /// Every problem that was found, each with the word for its kind. Never empty.
    case issues([FeatureIssue])

    public var code: ErrorCode {
        switch self {
        case .invalidDeclaration, .invalidComputation: .invalidParameterValue
        case .ambiguousRows, .duplicateKey, .overflow: .invalidState
        case .issues(let issues):
            if issues.allSatisfy({ $0.code == .unknownTable }) {
                .resourceDoesNotExist
            } else if issues.allSatisfy(\.code.isOfData) {
                .invalidState
            } else {
                .invalidParameterValue
            }
        }
    }

    public var message: String {
        switch self {
        case .invalidDeclaration(let problems):
            "The feature definitions were refused:\n" + Self.list(problems)
        case .invalidComputation(let problems):
            "The features were not computed:\n" + Self.list(problems)
        case .ambiguousRows(let view, let feature, let key):
            "\(feature) was not computed: view \(view) has two rows for \(key) at one event time. "
                + "Name a column under source.tie_break that tells them apart; the greater value wins."
        case .duplicateKey(let view, let table, let key):
            "View \(view) was not computed: \(table) holds \(key) more than once, and a table without event_time may "
                + "hold each key once only. Remove the repeated rows, or declare source.event_time."
        case .overflow(let feature):
            "\(feature) was not computed: the result leaves the range of its integer type. "
                + "Use the avg of the column, or a where clause that leaves out impossible values."
        case .issues(let issues):
            "The features were refused:\n" + Self.list(issues.map(\.description))
        }
    }

    /// The problems that have codes; empty for errors of other cases.
    public var issues: [FeatureIssue] { if case .issues(let issues) = self { issues } else { [] } }

    private static func list(_ problems: [String]) -> String {
        problems.map { "  - " + $0 }.joined(separator: "\n")
    }
}

extension FeatureIssue.Code {
    /// Whether the rows are at fault, not the declaration.
    fileprivate var isOfData: Bool { self == .duplicateKey || self == .nullKey || self == .overflow }
}
