extension Policies {
    /// Reads what stands under `policies:`, a list of them, or under `policy:`, one for all models.
    ///
    /// - Parameter people: What stands under `people:`: by each person's name, the accounts.
    /// - Throws: ``ConfigurationProblems`` with everything that is wrong.
    public init(_ node: LocatedNode, people: LocatedNode? = nil) throws(ConfigurationProblems) {
        var reader = LocatedReader()
        let nodes = node.elements ?? [node]
        if nodes.count > LocatedReader.longestList {
            reader.report(node.line, "policies", "has more than \(LocatedReader.longestList) elements")
        }
        let read = nodes.prefix(LocatedReader.longestList).map { Policy($0, &reader) }
        var accounts: [String: [String]] = [:]
        if let people, !people.isNull {
            if let entries = people.entries {
                for entry in entries { accounts[entry.key] = reader.texts(entry.value, "people: \(entry.key)") }
            } else {
                reader.report(people.line, "people", "must be a mapping from persons to accounts")
            }
        }
        let policies = Policies(read, people: People(accounts))
        for problem in policies.problems { reader.report(node.line, "policies:", problem) }
        guard reader.problems.isEmpty else { throw ConfigurationProblems(reader.problems) }
        self = policies
    }
}

extension Policy {
    private static let keys = [
        "models", "staging", "production", "stages", "order", "aliases", "freeze", "rollback", "monitoring",
    ]

    init(_ node: LocatedNode, _ reader: inout LocatedReader) {
        self.init()
        var values = reader.mapping(node, "policy", known: Self.keys)
        if let text = reader.text(values["models"], "models") { models = NamePattern(text) }
        let place = models == .all ? "policy" : "policy for \(models)"
        readOrder(values["order"], place, &reader)
        for (key, stage) in [("staging", Stage.staging), ("production", .production)] {
            if let node = values[key] { self[stage] = Requirements(node, "\(place): \(key)", &reader) }
        }
        readStages(values.removeValue(forKey: "stages"), place, &reader)
        readAliases(values["aliases"], place, &reader)
        freezes = reader.elements(values["freeze"], "\(place): freeze").compactMap {
            FreezeWindow($0, "\(place): freeze", order, &reader)
        }
        if let node = values["rollback"] { rollback = RollbackRule(node, "\(place): rollback", &reader) }
        if let node = values["monitoring"] {
            let found = reader.mapping(node, "\(place): monitoring", known: ["tolerance", "archive_after"])
            if let span = reader.span(found["tolerance"], "\(place): monitoring: tolerance") {
                monitoring.tolerance = span
            }
            monitoring.archiveAfter = reader.span(found["archive_after"], "\(place): monitoring: archive_after")
        }
    }

    private mutating func readOrder(_ node: LocatedNode?, _ place: String, _ reader: inout LocatedReader) {
        guard let node else { return }
        let words = reader.texts(node, "\(place): order")
        let stages = words.compactMap { word in Stage(word: word) ?? Stage(rawValue: word) }
        let missing = Stage.allCases.filter { !stages.contains($0) }.map(\.rawValue)
        let builtIn = stages.filter(Stage.allCases.contains)
        guard stages.count == words.count, Set(stages.map { $0.rawValue.lowercased() }).count == stages.count else {
            return reader.report(
                node.line, "\(place): order", "must be different words of letters, digits, dashes and underlines")
        }
        guard missing.isEmpty else {
            return reader.report(node.line, "\(place): order", "lacks \(missing.joined(separator: ", "))")
        }
        guard builtIn == Stage.allCases, stages.first == .unstaged, stages.last == .archived else {
            return reader.report(
                node.line, "\(place): order",
                "must begin with None and end with Archived, with Staging before Production")
        }
        order = stages
    }

    private mutating func readStages(_ node: LocatedNode?, _ place: String, _ reader: inout LocatedReader) {
        guard let node, !node.isNull else { return }
        guard let entries = node.entries else {
            return reader.report(node.line, "\(place): stages", "must be a mapping from stages to what they ask for")
        }
        var seen: Set<Stage> = []
        for entry in entries {
            guard let stage = Stage(word: entry.key, among: order) else {
                reader.report(
                    entry.line, "\(place): stages",
                    "does not know '\(entry.key)'; known are \(order.map(\.rawValue).joined(separator: ", "))"
                        + " (name more under order:)")
                continue
            }
            guard seen.insert(stage).inserted, self[stage].isEmpty else {
                reader.report(entry.line, "\(place): stages", "has '\(entry.key)' twice")
                continue
            }
            self[stage] = Requirements(entry.value, "\(place): \(entry.key)", &reader)
        }
    }

    private mutating func readAliases(_ node: LocatedNode?, _ place: String, _ reader: inout LocatedReader) {
        guard let node, !node.isNull else { return }
        guard let entries = node.entries else {
            return reader.report(node.line, "\(place): aliases", "must be a mapping from aliases to stages")
        }
        for entry in entries {
            guard let word = reader.text(entry.value, "\(place): aliases: \(entry.key)") else { continue }
            guard let stage = Stage(word: word, among: order) else {
                reader.report(
                    entry.value.line, "\(place): aliases: \(entry.key)",
                    "must be one of \(order.map(\.rawValue).joined(separator: ", ")), not '\(word)'")
                continue
            }
            let rule = AliasRule(NamePattern(entry.key), stage)
            let same = aliases.first {
                $0.pattern.specificity == rule.pattern.specificity && $0.pattern.overlaps(rule.pattern)
            }
            if let same {
                reader.report(
                    entry.line, "\(place): aliases",
                    "'\(entry.key)' and '\(same.pattern)' match some aliases equally closely")
            }
            aliases.append(rule)
        }
        // Equal policies are equal in whatever order they were read.
        aliases.sort { $0.pattern.text < $1.pattern.text }
    }
}

extension Policy.RollbackRule {
    init(_ node: LocatedNode, _ place: String, _ reader: inout LocatedReader) {
        self.init()
        let flag = node.entries?.first { $0.key == "during_freeze" }?.value
        duringFreeze = reader.flag(flag, "\(place): during_freeze")
        var rest = node
        if let entries = node.entries { rest.content = .mapping(entries.filter { $0.key != "during_freeze" }) }
        requirements = Policy.Requirements(rest, place, &reader)
    }
}

extension Policy.Requirements {
    private static let keys = [
        "sign_offs", "sign_offs_expire_after", "monitoring_plan", "min_auc", "metrics", "data_quality",
        "feature_consistency", "training_drift", "unit_tests", "model_card", "signature", "sealed", "waiting_period",
    ]

    init(_ node: LocatedNode, _ place: String, _ reader: inout LocatedReader) {
        self.init()
        let values = reader.mapping(node, place, known: Self.keys)
        readSignOffs(values["sign_offs"], "\(place): sign_offs", &reader)
        signOffsExpireAfter = reader.span(values["sign_offs_expire_after"], "\(place): sign_offs_expire_after")
        if values["monitoring_plan"]?.scalar?.text == "complete" {
            (monitoringPlan, completeMonitoringPlan) = (true, true)
        } else {
            monitoringPlan = reader.flag(values["monitoring_plan"], "\(place): monitoring_plan")
        }
        minimumAreaUnderROC = reader.number(values["min_auc"], "\(place): min_auc", in: 0...1)
        metrics = reader.elements(values["metrics"], "\(place): metrics").compactMap {
            MetricGate($0, "\(place): metrics", &reader)
        }
        readEvidence(values, place, &reader)
        modelCard = reader.texts(values["model_card"], "\(place): model_card")
        signature = reader.flag(values["signature"], "\(place): signature")
        sealed = reader.flag(values["sealed"], "\(place): sealed")
        waitingPeriod = reader.span(values["waiting_period"], "\(place): waiting_period")
    }

    private mutating func readSignOffs(_ node: LocatedNode?, _ place: String, _ reader: inout LocatedReader) {
        for element in reader.elements(node, place) {
            var (text, count) = (element.scalar?.text, Int64(1))
            if element.scalar == nil {
                let values = reader.mapping(element, place, known: ["role", "count"])
                text = reader.text(values["role"], "\(place): role")
                count = reader.count(values["count"], "\(place): count", in: 1...20) ?? 1
            }
            guard let role = text.flatMap(Role.init(rawValue:)) else {
                let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
                reader.report(element.line, place, "does not know the role '\(text ?? "")'; known are \(known)")
                continue
            }
            signOffs += Array(repeating: role, count: Int(count))
        }
        if signOffs.count > 20 { reader.report(node?.line, place, "asks for more than 20 sign-offs") }
    }

    private mutating func readEvidence(
        _ values: [String: LocatedNode], _ place: String, _ reader: inout LocatedReader
    ) {
        if let node = values["data_quality"] {
            let isAny = node.scalar?.boolean
            let suites = isAny == nil ? reader.texts(node, "\(place): data_quality") : []
            if isAny != false, !node.isNull { dataQuality = DataQualityGate(suites: suites) }
        }
        if let node = values["feature_consistency"] {
            let found = reader.mapping(
                node, "\(place): feature_consistency", known: ["max_mismatches", "min_requests", "within"])
            var consistency = FeatureConsistency()
            let most = reader.count(
                found["max_mismatches"], "\(place): feature_consistency: max_mismatches", in: 0...Int64.max)
            if let most { consistency.maximumMismatches = most }
            let least = reader.count(
                found["min_requests"], "\(place): feature_consistency: min_requests", in: 1...Int64.max)
            if let least { consistency.minimumRequests = least }
            if let span = reader.span(found["within"], "\(place): feature_consistency: within") {
                consistency.within = span.milliseconds
            }
            featureConsistency = consistency
        }
        if let node = values["training_drift"] {
            let found = reader.mapping(node, "\(place): training_drift", known: ["max_share"])
            let share = reader.number(found["max_share"], "\(place): training_drift: max_share", in: 0...1)
            if found["max_share"] == nil { reader.report(node.line, "\(place): training_drift", "lacks max_share") }
            trainingDrift = TrainingDriftGate(maximumShare: share ?? 0)
        }
        if let node = values["unit_tests"] {
            var gate = UnitTestGate()
            if node.scalar?.boolean == nil {
                let found = reader.mapping(node, "\(place): unit_tests", known: ["suites", "min_tests", "within"])
                gate.suites = reader.texts(found["suites"], "\(place): unit_tests: suites")
                let least = reader.count(found["min_tests"], "\(place): unit_tests: min_tests", in: 1...1_000_000)
                gate.minimum = least ?? 1
                gate.within = reader.span(found["within"], "\(place): unit_tests: within")
            }
            if node.scalar?.boolean != false, !node.isNull { unitTests = gate }
        }
    }
}

extension MetricGate {
    init?(_ node: LocatedNode, _ place: String, _ reader: inout LocatedReader) {
        let values = reader.mapping(
            node, place,
            known: [
                "metric", "dataset", "minimum", "maximum", "better_than_production_by", "lower_is_better", "reported",
            ])
        guard let metric = reader.text(values["metric"], "\(place): metric"),
            let dataset = reader.text(values["dataset"], "\(place): dataset")
        else {
            for key in ["metric", "dataset"] where values[key] == nil {
                reader.report(node.line, place, "lacks \(key)")
            }
            return nil
        }
        self.init(metric, on: dataset)
        if (try? TableName(dataset)) == nil {
            reader.report(values["dataset"]?.line, "\(place): dataset", "must be a table, as schema.table")
        }
        minimum = reader.number(values["minimum"], "\(place): minimum")
        maximum = reader.number(values["maximum"], "\(place): maximum")
        betterThanProductionBy = reader.number(
            values["better_than_production_by"], "\(place): better_than_production_by")
        if values["lower_is_better"] != nil {
            lowerIsBetter = reader.flag(values["lower_is_better"], "\(place): lower_is_better")
        }
        reported = reader.flag(values["reported"], "\(place): reported")
        if minimum == nil, maximum == nil, betterThanProductionBy == nil {
            reader.report(
                node.line, place, "for \(metric) asks for nothing: give minimum, maximum or better_than_production_by")
        }
    }
}

extension FreezeWindow {
    static let weekdays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    init?(_ node: LocatedNode, _ place: String, _ order: [Stage], _ reader: inout LocatedReader) {
        let values = reader.mapping(
            node, place, known: ["name", "from", "to", "weekdays", "time_zone", "stages"])
        let name = reader.text(values["name"], "\(place): name") ?? "freeze"
        let zone = reader.text(values["time_zone"], "\(place): time_zone") ?? "UTC"
        guard Self.isTimeZone(zone) else {
            reader.report(
                values["time_zone"]?.line, "\(place): time_zone",
                "must be a zone's name, as Europe/Berlin, not '\(zone)'")
            return nil
        }
        var stages: [Stage] = []
        for word in reader.texts(values["stages"], "\(place): stages") {
            if let stage = Stage(word: word, among: order) {
                stages.append(stage)
            } else {
                reader.report(values["stages"]?.line, "\(place): stages", "does not know '\(word)'")
            }
        }
        guard let days = Self.days(node, values, place, &reader) else { return nil }
        self.init(name: name, days, timeZone: zone, stages: stages.isEmpty ? [.production] : stages)
    }

    private static func days(
        _ node: LocatedNode, _ values: [String: LocatedNode], _ place: String, _ reader: inout LocatedReader
    ) -> Days? {
        if let node = values["weekdays"] {
            if values["from"] != nil || values["to"] != nil {
                reader.report(node.line, place, "has weekdays or from and to, not both")
            }
            var days: Set<Int> = []
            for word in reader.texts(node, "\(place): weekdays") {
                if let place = weekdays.firstIndex(of: word.lowercased()) {
                    days.insert(place + 1)
                } else {
                    reader.report(node.line, "\(place): weekdays", "does not know '\(word)'; write monday to sunday")
                }
            }
            return days.isEmpty ? nil : .weekly(days)
        }
        guard let from = reader.text(values["from"], "\(place): from"),
            let to = reader.text(values["to"], "\(place): to")
        else {
            reader.report(node.line, place, "lacks from and to, or weekdays")
            return nil
        }
        if let first = MonthDay(from), let last = MonthDay(to) { return .yearly(from: first, to: last) }
        guard let start = LocalTime(from, isEnd: false), let end = LocalTime(to, isEnd: true), start < end else {
            reader.report(
                node.line, place,
                "must go from one time to a later one, as 2026-12-20 or 2026-12-20T18:00, or each year as 12-20")
            return nil
        }
        return .once(from: start, to: end)
    }
}
