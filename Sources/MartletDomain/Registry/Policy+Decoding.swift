extension Policy: Codable {
    /// What is not written asks for nothing; a word that is not known is refused, because a misspelt gate is no gate.
    public init(from decoder: any Decoder) throws {
        var reader = LocatedReader()
        self.init(LocatedNode(try DeclarationNode(from: decoder)), &reader)
        guard reader.problems.isEmpty else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: reader.problems.joined(separator: "\n")))
        }
    }

    private enum CodingKeys: String, CodingKey {
        case models, staging, production, stages, order, aliases, freeze, rollback, monitoring
    }

    /// In the form of before there were more than two stages to ask for something, so that the digest of such a policy
    /// stays what it was.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if models != .all { try container.encode(models.text, forKey: .models) }
        try container.encode(staging, forKey: .staging)
        try container.encode(production, forKey: .production)
        if order != Stage.allCases { try container.encode(order.map(\.rawValue), forKey: .order) }
        let others = order.filter { $0 != .staging && $0 != .production && !self[$0].isEmpty }
        if !others.isEmpty {
            let pairs = others.map { ($0.rawValue, self[$0]) }
            try container.encode(Dictionary(pairs, uniquingKeysWith: { first, _ in first }), forKey: .stages)
        }
        if !aliases.isEmpty {
            let pairs = aliases.map { ($0.pattern.text, $0.stage.rawValue) }
            try container.encode(Dictionary(pairs, uniquingKeysWith: { first, _ in first }), forKey: .aliases)
        }
        if !freezes.isEmpty { try container.encode(freezes, forKey: .freeze) }
        if rollback != RollbackRule() { try container.encode(rollback, forKey: .rollback) }
        if monitoring != MonitoringRule() { try container.encode(monitoring, forKey: .monitoring) }
    }
}

extension Policy.MonitoringRule: Encodable {
    private enum CodingKeys: String, CodingKey {
        case tolerance
        case archiveAfter = "archive_after"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tolerance, forKey: .tolerance)
        try container.encodeIfPresent(archiveAfter, forKey: .archiveAfter)
    }
}

extension Policy.RollbackRule: Encodable {
    private enum CodingKeys: String, CodingKey { case duringFreeze = "during_freeze" }

    public func encode(to encoder: any Encoder) throws {
        try requirements.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        if duringFreeze { try container.encode(true, forKey: .duringFreeze) }
    }
}

extension Policy.Requirements: Encodable {
    private enum CodingKeys: String, CodingKey {
        case signOffs = "sign_offs"
        case signOffsExpireAfter = "sign_offs_expire_after"
        case monitoringPlan = "monitoring_plan"
        case minimumAreaUnderROC = "min_auc"
        case metrics
        case dataQuality = "data_quality"
        case featureConsistency = "feature_consistency"
        case trainingDrift = "training_drift"
        case unitTests = "unit_tests"
        case modelCard = "model_card"
        case signature, sealed
        case waitingPeriod = "waiting_period"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(signOffs, forKey: .signOffs)
        try container.encodeIfPresent(signOffsExpireAfter, forKey: .signOffsExpireAfter)
        if completeMonitoringPlan {
            try container.encode("complete", forKey: .monitoringPlan)
        } else {
            try container.encode(monitoringPlan, forKey: .monitoringPlan)
        }
        try container.encodeIfPresent(minimumAreaUnderROC, forKey: .minimumAreaUnderROC)
        if !metrics.isEmpty { try container.encode(metrics, forKey: .metrics) }
        if let dataQuality {
            if dataQuality.suites.isEmpty {
                try container.encode(true, forKey: .dataQuality)
            } else {
                try container.encode(dataQuality.suites, forKey: .dataQuality)
            }
        }
        try container.encodeIfPresent(featureConsistency, forKey: .featureConsistency)
        if let trainingDrift { try container.encode(["max_share": trainingDrift.maximumShare], forKey: .trainingDrift) }
        try container.encodeIfPresent(unitTests, forKey: .unitTests)
        if !modelCard.isEmpty { try container.encode(modelCard, forKey: .modelCard) }
        if signature { try container.encode(true, forKey: .signature) }
        if sealed { try container.encode(true, forKey: .sealed) }
        try container.encodeIfPresent(waitingPeriod, forKey: .waitingPeriod)
    }
}

extension UnitTestGate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case suites, within
        case minimum = "min_tests"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        if !suites.isEmpty { try container.encode(suites, forKey: .suites) }
        try container.encode(minimum, forKey: .minimum)
        try container.encodeIfPresent(within, forKey: .within)
    }
}

extension MetricGate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case metric, dataset, minimum, maximum, reported
        case betterThanProductionBy = "better_than_production_by"
        case lowerIsBetter = "lower_is_better"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(metric, forKey: .metric)
        try container.encode(dataset, forKey: .dataset)
        try container.encodeIfPresent(minimum, forKey: .minimum)
        try container.encodeIfPresent(maximum, forKey: .maximum)
        try container.encodeIfPresent(betterThanProductionBy, forKey: .betterThanProductionBy)
        try container.encode(lowerIsBetter, forKey: .lowerIsBetter)
        if reported { try container.encode(true, forKey: .reported) }
    }
}

extension FreezeWindow: Encodable {
    private enum CodingKeys: String, CodingKey {
        case name, from, to, weekdays, stages
        case timeZone = "time_zone"
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(name, forKey: .name)
        try container.encode(timeZone, forKey: .timeZone)
        try container.encode(stages.map(\.rawValue), forKey: .stages)
        switch days {
        case .once(let from, let to):
            try container.encode(from.text, forKey: .from)
            try container.encode(to.text, forKey: .to)
        case .yearly(let from, let to):
            try container.encode(from.text, forKey: .from)
            try container.encode(to.text, forKey: .to)
        case .weekly(let days):
            try container.encode(days.sorted().compactMap(Self.weekday), forKey: .weekdays)
        }
    }

    private static func weekday(_ number: Int) -> String? {
        weekdays.indices.contains(number - 1) ? weekdays[number - 1] : nil
    }
}

/// The text that a policy's digest is of: one policy for all models stands alone, as it did when there was only one.
public struct PolicyText: Encodable, Sendable {
    private let policies: Policies

    public init(_ policies: Policies) { self.policies = policies }

    private enum CodingKeys: String, CodingKey { case policies, people }

    public func encode(to encoder: any Encoder) throws {
        if policies.people.accounts.isEmpty, policies.all.count == 1, let only = policies.all.first {
            return try only.encode(to: encoder)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(policies.all, forKey: .policies)
        if !policies.people.accounts.isEmpty { try container.encode(policies.people, forKey: .people) }
    }

    /// The policies of a text that was kept.
    /// - Throws: ``ConfigurationProblems``
    public static func policies(in node: LocatedNode) throws(ConfigurationProblems) -> Policies {
        if let entries = node.entries, let list = entries.first(where: { $0.key == "policies" }) {
            return try Policies(list.value, people: entries.first { $0.key == "people" }?.value)
        }
        return try Policies(node)
    }
}

extension Policies: Encodable {
    /// As a configuration has them: a list. Which accounts are one person's stands beside it.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(all)
    }
}
