/// Why a feature definition or a feature computation was refused.
public enum FeatureError: MartletError, Equatable {
    /// A file of definitions that does not read; every problem found, not just the first.
    case invalidDeclaration([String])
    /// Every problem that was found, each with the word for its kind. Never empty.
    case issues([FeatureIssue])

    public var code: ErrorCode {
        switch self {
        case .invalidDeclaration: .invalidParameterValue
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
