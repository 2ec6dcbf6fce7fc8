/// What `martlet lint` looks for. Raw values are the names that comments and reports use.
package enum LintRule: String, Sendable, Codable, CaseIterable {
    /// A version by its number: callers of it walk around the gates.
    case pinnedVersion = "pinned-version"
    /// A word in the place of a stage that is none.
    case misspeltStage = "misspelt-stage"
    /// One run by its id, where a model of it is meant.
    case hardCodedRun = "hard-coded-run"
    /// A comment that allows a line and does not say why.
    case reasonMissing = "reason-missing"
    /// A comment that allows what is not there.
    case unusedAllowance = "unused-allowance"

    package enum Level: String, Sendable, Codable, Comparable {
        case warning, error

        package static func < (left: Level, right: Level) -> Bool { left == .warning && right == .error }
    }

    package var level: Level { self == .unusedAllowance ? .warning : .error }

    /// One line for a list of rules.
    package var summary: String {
        switch self {
        case .pinnedVersion: "A model version is named by its number"
        case .misspeltStage: "A stage is misspelt"
        case .hardCodedRun: "A run is named by its id"
        case .reasonMissing: "A line is allowed without a reason"
        case .unusedAllowance: "A comment allows what is not there"
        }
    }

    /// Why it matters and how it is mended.
    package var help: String {
        switch self {
        case .pinnedVersion:
            "A number goes on meaning the same version after another was approved, rolled back or archived, so callers of "
                + "it walk around the gates. Name a stage (models:/NAME/Production) or an alias (models:/NAME@champion). "
                + "Where history is meant, say so: # martlet:allow pinned-version REASON"
        case .misspeltStage:
            "No version is ever in a stage of that name, so the call fails, and often only in production. "
                + "The stages are None, Staging, Production and Archived; name others with --stage."
        case .hardCodedRun:
            "A run's id names one training for ever, and nobody signed for it. Register the run's model and name the stage "
                + "or alias. Where one run is meant, say so: # martlet:allow hard-coded-run REASON"
        case .reasonMissing:
            "A line that is allowed to break a rule needs words that say why: # martlet:allow pinned-version REASON"
        case .unusedAllowance: "Nothing on the line breaks that rule any more. Delete the comment."
        }
    }
}
