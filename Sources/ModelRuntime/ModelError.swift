package import MartletDomain

/// Why a model was not trained, read, written or asked.
package enum ModelError: MartletError, Equatable {
    /// What was handed in makes no sense; every problem found.
    case invalidInput([String])
    /// A matrix whose columns are not the model's, in its order.
    case columnsDiffer(expected: [String], given: [String])
    /// A file or a run of bytes that is not a whole model.
    case damaged(what: String, reason: String)
    /// A whole model of a kind that is not run here.
    case unsupported(what: String, reason: String)
    /// A file or folder that could not be read or written.
    case storage(path: String, reason: String)
    /// The model library refused.
    case library(operation: String, reason: String)

    package var code: ErrorCode {
        switch self {
        case .invalidInput, .columnsDiffer, .damaged: .invalidParameterValue
        case .unsupported: .notImplemented
        case .storage, .library: .internalError
        }
    }

    package var message: String {
        switch self {
        case .invalidInput(let problems): problems.joined(separator: "\n")
        case .columnsDiffer(let expected, let given): Self.difference(expected, given)
        case .damaged(let what, let reason):
            "\(what) is not a whole model: \(reason). Copy it again from where it was made, or train it again."
        case .unsupported(let what, let reason): "\(what) cannot be run here: \(reason)."
        case .storage(let path, let reason): "\(path): \(reason)."
        case .library(let operation, let reason): "XGBoost could not \(operation): \(reason)"
        }
    }

    private static func difference(_ expected: [String], _ given: [String]) -> String {
        let missing = expected.filter { !given.contains($0) }
        let unknown = given.filter { !expected.contains($0) }
        var parts = ["The columns are not those that the model was trained on, so nothing was predicted."]
        if !missing.isEmpty { parts.append("Missing: \(list(missing)).") }
        if !unknown.isEmpty { parts.append("Not known to the model: \(list(unknown)).") }
        if missing.isEmpty, unknown.isEmpty, expected.count == given.count {
            parts.append("They stand in another order; put them in the model's: \(list(expected)).")
        } else if missing.isEmpty, unknown.isEmpty {
            parts.append("The model takes \(expected.count) columns and was given \(given.count).")
        }
        return parts.joined(separator: " ")
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(20).joined(separator: ", ") + (names.count > 20 ? " and \(names.count - 20) more" : "")
    }
}
