import Foundation

extension UnmetGate {
    /// What is missing, and the command that brings it.
    /// - Parameter door: Where the version was to go; nil when nobody asked for it to go anywhere.
    public func sentence(_ version: ModelVersion.ID, into door: RegistryError.Door? = nil) -> String {
        switch self {
        case .signOff(let stage, let role, let discounted):
            "sign-off for \(stage.rawValue) by a \(role.rawValue)"
                + (discounted.isEmpty
                    ? ""
                    : " (that of \(discounted.joined(separator: ", ")) does not count: who registers or asks never "
                        + "approves, nobody approves twice, a sign-off can expire, and where the drift of the training data is "
                        + "asked for, one from before the newest monitoring plan is of another reference)")
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
        case .incompletePlan(let missing):
            "complete monitoring plan: it lacks \(missing.joined(separator: ", ")). "
                + "Run: martlet monitoring plan \(shellWord(version.name)) --help"
        case .metric(let gate, let shortfall): Self.sentence(gate, shortfall, version)
        case .dataQuality(let gate, let reason):
            "quality of the training data: \(reason). Run: martlet quality run SUITE.yaml"
                + (gate.suites.isEmpty ? "" : " (\(gate.suites.joined(separator: ", ")))")
        case .trainingDrift(let gate, let last, let reference):
            "drift of the training data: at most \(gate.maximumShare) of the columns against "
                + (reference.map { "\($0)" } ?? "the reference of a monitoring plan")
                + (last.map { " (last: \($0.share) against \($0.reference))" } ?? "")
                + ". Run: martlet models training-drift \(version.argument)"
        case .unitTests(let gate, let reason):
            "model tests: \(reason). Run: martlet models record-tests \(version.argument) --suite "
                + (gate.suites.count == 1 ? shellWord(gate.suites[0]) : "NAME") + " --passed N --failed N"
                + (gate.suites.count > 1 ? " (\(gate.suites.joined(separator: ", ")))" : "")
        case .modelCard(let missing):
            "model card: \(missing.joined(separator: ", ")) not filled in. "
                + "Run: martlet models tag \(version.argument) model_card.\(missing.first ?? "FIELD")=TEXT"
        case .signature:
            "signature: its MLmodel says not what goes in and comes out. Log the model with a signature, and register that."
        case .seal:
            "sealed files: they are not in Martlet's store, or not those that were registered. "
                + "Log the model in a run and register that as a new version."
        case .waitingPeriod(let stage, let span, let since):
            "waiting period of \(span.words) after a request"
                + (since.map {
                    " (asked for at \(Instant(milliseconds: $0)), passes at "
                        + "\(Instant(milliseconds: $0 + span.milliseconds)))"
                } ?? ". Run: martlet models request \(version.argument) --to \(stage.rawValue)")
        case .frozen(let window):
            "freeze '\(window.name)' (\(window.timeZone)): nothing goes into or out of "
                + "\(window.stages.map(\.rawValue).joined(separator: ", ")) now. When it cannot wait, two people run: "
                + "martlet models break-glass \(version.argument) \(Self.target(door)) --reason WHY"
        case .unknownStage(let stage, let known):
            "stage \(stage.rawValue): this model's policy has only \(known.map(\.rawValue).joined(separator: ", ")). "
                + "Add it under order: in martlet.yaml."
        }
    }

    private static func target(_ door: RegistryError.Door?) -> String {
        switch door {
        case .stage(let stage): "--to \(stage.rawValue)"
        case .alias(let alias): "--alias \(shellWord(alias))"
        case .rollback: "--to Production"
        case .removedAlias, nil: "--to STAGE"
        }
    }

    private static func sentence(
        _ gate: MetricGate, _ shortfall: MetricShortfall, _ version: ModelVersion.ID
    ) -> String {
        var asked = "\(gate.metric) on \(gate.dataset)"
        if let minimum = gate.minimum { asked += " of at least \(minimum)" }
        if let maximum = gate.maximum { asked += " of at most \(maximum)" }
        if let margin = gate.betterThanProductionBy { asked += ", better than Production by \(margin)" }
        switch shortfall {
        case .notMeasured:
            return asked
                + " (not measured). Run: martlet models evaluate \(version.argument) --on \(gate.dataset)@VERSION"
        case .outOfRange(let evaluation): return asked + " (it is \(evaluation.value) on \(evaluation.table))."
        case .productionNotMeasured(let table):
            return asked + " (the version in Production was not measured on it). "
                + "Run: martlet models evaluate \(shellWord("\(version.name)/Production")) --on \(table)"
        case .notBetter(let own, let production):
            return asked + " (it is \(own.value), Production's is \(production.value), on \(own.table))."
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
package func shellWord(_ text: String) -> String {
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
        case .couldNotBeEvaluated:
            "could not be evaluated, \((reason ?? "no reason given").trimmingCharacters(in: ["."]))"
        case .passed, .failed:
            "\(outcome.rawValue) with \(metric) \(value.map { String(format: "%.4f", $0) } ?? "–") "
                + "against \(minimum) on \(table)"
        }
    }
}
