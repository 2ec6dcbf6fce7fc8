import Foundation

extension UnmetGate {
    /// What is missing, and the command that brings it.
    public func sentence(_ version: ModelVersion.ID) -> String {
        switch self {
        case .signOff(let stage, let role, let discounted):
            "sign-off for \(stage.rawValue) by a \(role.rawValue)"
                + (discounted.isEmpty
                    ? ""
                    : " (that of \(discounted.joined(separator: ", ")) does not count: "
                        + "who registers or asks never approves, and nobody approves twice)")
                + ". Somebody with that role, who neither registered it nor asks for this, runs: "
                + "martlet registry sign-off \(version.argument) --stage \(stage.rawValue)"
        case .monitoringPlan: "monitoring plan. Run: \(Self.planCommand(version.name))"
        case .performance(let minimum, let last):
            "performance gate: auc of at least \(minimum) on rows it has not seen"
                + (last.map { " (last: \($0.summary))" } ?? "")
                + ". Run: martlet gate \(version.argument) --on TABLE@VERSION --min-auc \(minimum)"
        case .featureConsistency(let asked, let features):
            "feature consistency of \(features.view): at most \(asked.maximumMismatches) differences from a batch, found "
                + "in the last \(asked.words) (\(features.summary(asked))). "
                + "Run: martlet features verify --model \(shellWord("models:/\(version.name)/\(version.version)")) "
                + "--from TIME --to TIME"
        }
    }

    static func planCommand(_ model: String) -> String {
        "martlet monitoring plan \(shellWord(model)) --owner NAME --frequency monthly --reference TABLE@VERSION "
            + "--drift-share 0.5 --retrain on_drift"
    }
}

extension ModelVersion.ID {
    /// As a command takes it.
    var argument: String { shellWord(description) }
}

/// `text` as one word of a command line.
func shellWord(_ text: String) -> String {
    let isPlain = text.utf8.allSatisfy { byte in
        switch byte {
        case 0x2B...0x3A, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A: byte != 0x2C
        default: false
        }
    }
    return isPlain ? text : "'" + text.replacingOccurrences(of: "'", with: "'\\''") + "'"
}

extension GateResult {
    fileprivate var summary: String {
        switch outcome {
        case .couldNotBeEvaluated: "could not be evaluated, \(reason ?? "no reason given")"
        case .passed, .failed:
            "\(outcome.rawValue) with \(metric) \(value.map { String(format: "%.4f", $0) } ?? "–") "
                + "against \(minimum) on \(table)"
        }
    }
}
