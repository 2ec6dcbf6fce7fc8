public import MartletDomain

/// A run that ended without everything on the server, with all that went wrong at once.
public struct IncompleteRun: MartletError {
    /// Something that the server does not have, and why.
    public struct Problem: Sendable {
        /// What was not written, in the order of logging; empty when only the run's end could not be recorded.
        public var entries: [LogEntry]
        public var reason: any Error
    }

    /// 32 hexadecimal digits.
    public var runID: String
    public var problems: [Problem]
    /// What the run's own body threw, if it did.
    public var bodyError: (any Error)?

    /// Everything that was not written, in the order of logging.
    public var unwritten: [LogEntry] { problems.flatMap(\.entries) }

    public var code: ErrorCode { (problems.first?.reason as? any MartletError)?.code ?? .internalError }

    public var message: String {
        let count = unwritten.count
        var lines = [
            "Run \(runID) is incomplete on the server: "
                + (count == 1 ? "one entry was not written." : "\(count) entries were not written.")
        ]
        for problem in problems.prefix(20) {
            let shown = problem.entries.prefix(3).map(\.summary).joined(separator: ", ")
            let more = problem.entries.count > 3 ? " and \(problem.entries.count - 3) more" : ""
            lines.append("- \(shown.isEmpty ? "the run's end" : shown + more): \(problem.reason)")
        }
        if problems.count > 20 { lines.append("- and \(problems.count - 20) more problems") }
        if let bodyError { lines.append("The run itself failed: \(bodyError)") }
        return lines.joined(separator: "\n")
    }
}
