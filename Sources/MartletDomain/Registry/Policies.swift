/// A workspace's policies, by the names of models.
public struct Policies: Sendable, Hashable {
    /// As they were written.
    public private(set) var all: [Policy]
    public private(set) var people: People

    /// - Parameter policies: One of them for `*`.
    public init(_ policies: [Policy], people: People = People()) {
        self.people = people
        all = policies.map { policy in
            var policy = policy
            policy.people = people
            return policy
        }
    }

    public init(_ policy: Policy) { self.init([policy], people: policy.people) }

    public static let open = Policies(.open)

    /// Whether nothing is asked for of any model.
    public var isOpen: Bool { all.allSatisfy(\.isOpen) }

    /// The one for models that no closer pattern matches.
    public var fallback: Policy { all.first { $0.models == .all } ?? .open }

    /// The policy of a model: the one whose pattern matches its name the most closely.
    public func policy(for model: String) -> Policy {
        all.filter { $0.models.matches(model) }.max { $0.models.specificity < $1.models.specificity } ?? fallback
    }

    /// Every stage that some model can stand in.
    public var stages: [Stage] {
        Stage.allCases
            + all.flatMap(\.order).reduce(into: []) { found, stage in
                if !Stage.allCases.contains(stage), !found.contains(stage) { found.append(stage) }
            }
    }

    /// What makes these no policies; empty if nothing does.
    var problems: [String] {
        var problems: [String] = []
        if !all.contains(where: { $0.models == .all }) {
            problems.append(
                "none of the policies is for all models: without one for '*', a model that no pattern matches would have no "
                    + "gate")
        }
        for (place, policy) in all.enumerated() {
            for other in all[(place + 1)...]
            where policy.models.specificity == other.models.specificity && policy.models.overlaps(other.models) {
                problems.append(
                    policy.models == other.models
                        ? "there are two policies for '\(policy.models)'"
                        : "'\(policy.models)' and '\(other.models)' match some names equally closely, so nobody could say which "
                            + "holds: make one of them longer")
            }
        }
        var owners: [String: String] = [:]
        for (person, accounts) in people.accounts.sorted(by: { $0.key < $1.key }) {
            for account in accounts {
                if let other = owners[account] {
                    problems.append("the account \(account) is \(other)'s and \(person)'s")
                }
                owners[account] = person
            }
        }
        return problems
    }
}

extension Policies {
    /// What these policies ask for less than `old` did, in words; empty when they are at least as strict.
    ///
    /// - Parameter models: The names of the models there are. Patterns stand for models to come.
    public func weakenings(from old: Policies, models: [String]) -> [String] {
        let patterns = (all + old.all).map(\.models.text)
        var found: [String] = []
        for name in Set(models + patterns).sorted() {
            for sentence in policy(for: name).weakenings(from: old.policy(for: name))
            where !found.contains("\(name): \(sentence)") {
                found.append("\(name): \(sentence)")
            }
        }
        for (person, accounts) in old.people.accounts.sorted(by: { $0.key < $1.key }) where accounts.count > 1 {
            let persons = Set(accounts.map { people.person($0) })
            if persons.count > 1 { found.append("the accounts of \(person) count as several people") }
        }
        return found
    }
}

extension Policy {
    fileprivate func weakenings(from old: Policy) -> [String] {
        var found: [String] = []
        for stage in old.order {
            // What a version passes on its way counts, wherever it is asked for.
            let before = old.total(on: stage)
            guard order.contains(stage) else {
                if !before.isEmpty { found.append("the stage \(stage.rawValue) is gone") }
                continue
            }
            found += total(on: stage).weakenings(from: before).map { "\(stage.rawValue) \($0)" }
        }
        found += rollback.requirements.weakenings(from: old.rollback.requirements).map { "rollback \($0)" }
        if rollback.duringFreeze, !old.rollback.duringFreeze { found.append("rollback passes a freeze") }
        for freeze in old.freezes where !freezes.contains(freeze) {
            found.append("the freeze '\(freeze.name)' is gone or changed")
        }
        for rule in aliases {
            let (now, then) = (rule.stage, old.stage(forAlias: rule.pattern.text))
            let less = total(on: now).weakenings(from: old.total(on: then))
            if now != then, !less.isEmpty {
                found.append(
                    "the alias \(rule.pattern) passes the gates of \(now.rawValue) instead of \(then.rawValue)")
            }
        }
        return found
    }

    /// All that standing in a stage asks for, with what the stages before it ask for.
    fileprivate func total(on stage: Stage) -> Requirements {
        stages(on: stage).map(\.requirements).reduce(into: Requirements()) { total, more in total.add(more) }
    }
}

extension Policy.Requirements {
    fileprivate mutating func add(_ more: Self) {
        signOffs += more.signOffs
        if let span = more.signOffsExpireAfter {
            signOffsExpireAfter = .init(
                milliseconds: min(span.milliseconds, signOffsExpireAfter?.milliseconds ?? .max))
        }
        monitoringPlan = monitoringPlan || more.monitoringPlan
        completeMonitoringPlan = completeMonitoringPlan || more.completeMonitoringPlan
        minimumAreaUnderROC = [minimumAreaUnderROC, more.minimumAreaUnderROC].compactMap { $0 }.max()
        metrics += more.metrics
        if let gate = more.dataQuality { dataQuality = .init(suites: (dataQuality?.suites ?? []) + gate.suites) }
        featureConsistency = more.featureConsistency ?? featureConsistency
        if let gate = more.trainingDrift {
            trainingDrift = .init(maximumShare: min(gate.maximumShare, trainingDrift?.maximumShare ?? 1))
        }
        unitTests = more.unitTests ?? unitTests
        modelCard += more.modelCard
        signature = signature || more.signature
        sealed = sealed || more.sealed
        if let span = more.waitingPeriod {
            waitingPeriod = .init(milliseconds: max(span.milliseconds, waitingPeriod?.milliseconds ?? 0))
        }
    }

    fileprivate func weakenings(from old: Self) -> [String] {
        var found: [String] = []
        func note(_ isWeaker: Bool, _ words: String) { if isWeaker { found.append(words) } }
        for role in Set(old.signOffs).sorted(by: { $0.rawValue < $1.rawValue }) {
            let (now, then) = (signOffs.filter { $0 == role }.count, old.signOffs.filter { $0 == role }.count)
            note(now < then, "takes \(now) instead of \(then) sign-offs by \(role.rawValue)")
        }
        note(Self.isLonger(signOffsExpireAfter, old.signOffsExpireAfter), "lets sign-offs count for longer")
        note(old.monitoringPlan && !monitoringPlan, "takes no monitoring plan")
        note(old.completeMonitoringPlan && !completeMonitoringPlan, "takes an incomplete monitoring plan")
        if let minimum = old.minimumAreaUnderROC {
            note((minimumAreaUnderROC ?? -1) < minimum, "takes an AUC below \(minimum)")
        }
        for gate in old.metrics where !metrics.contains(where: { $0.isAtLeast(gate) }) {
            note(true, "asks less of \(gate.metric) on \(gate.dataset)")
        }
        if let gate = old.dataQuality {
            note(
                dataQuality == nil || !Set(gate.suites).isSubset(of: dataQuality?.suites ?? []),
                "asks less of the quality of training data")
        }
        if let consistency = old.featureConsistency {
            let isAsStrict = featureConsistency.map {
                $0.maximumMismatches <= consistency.maximumMismatches && $0.within <= consistency.within
                    && $0.minimumRequests >= consistency.minimumRequests
            }
            note(isAsStrict != true, "asks less of the consistency of features")
        }
        if let gate = old.trainingDrift {
            note((trainingDrift?.maximumShare ?? 2) > gate.maximumShare, "lets training data drift further")
        }
        if let gate = old.unitTests {
            let isAsStrict = unitTests.map {
                Set(gate.suites).isSubset(of: $0.suites) && $0.minimum >= gate.minimum
                    && !Self.isLonger($0.within, gate.within)
            }
            note(isAsStrict != true, "asks less of the model's tests")
        }
        let fields = Set(old.modelCard).subtracting(modelCard).sorted()
        note(!fields.isEmpty, "takes a model card without \(fields.joined(separator: ", "))")
        note(old.signature && !signature, "takes a model without a signature")
        note(old.sealed && !sealed, "takes files that are not sealed")
        if let span = old.waitingPeriod {
            note((waitingPeriod?.milliseconds ?? 0) < span.milliseconds, "waits for less than \(span.words)")
        }
        return found
    }

    private static func isLonger(_ span: TimeSpan?, _ old: TimeSpan?) -> Bool {
        guard let old else { return false }
        return (span?.milliseconds ?? .max) > old.milliseconds
    }
}

extension MetricGate {
    fileprivate func isAtLeast(_ old: MetricGate) -> Bool {
        metric == old.metric && dataset == old.dataset && lowerIsBetter == old.lowerIsBetter
            && (!reported || old.reported) && (minimum ?? -.infinity) >= (old.minimum ?? -.infinity)
            && (maximum ?? .infinity) <= (old.maximum ?? .infinity)
            && (betterThanProductionBy ?? -.infinity) >= (old.betterThanProductionBy ?? -.infinity)
    }
}
