extension TrainingSetSpecification {
    /// What is wrong with the declaration by itself: tables that are named and not declared, numbers of keys, lookbacks,
    /// names used twice, circles. What columns there are and of which types, it cannot say.
    public var issues: [FeatureIssue] {
        lookups.flatMap(issues) + lookbackConflicts + aggregates.flatMap(issues) + views.flatMap(issues)
            + sources.flatMap(Self.issues) + originIssues + nameConflicts + circles
    }

    /// The source that a lookup, an aggregate or a view means by `table`: of that name, else the one that reads that table.
    public func source(named table: String) -> Source? {
        if let exact = sources.first(where: { $0.name == table }) { return exact }
        let same = sources.filter { source in
            guard case .table(let name, _) = source.location else { return false }
            return name.description == table || name.description.hasSuffix("." + table)
                || table.hasSuffix("." + name.description)
        }
        return same.count == 1 ? same[0] : nil
    }

    /// A table that is not declared may be the workspace's, if its name can be one.
    private func isUnknown(_ table: String) -> Bool {
        !table.isEmpty && source(named: table) == nil && (try? TableName(table)) == nil
    }

    private var knownTables: String {
        sources.isEmpty
            ? "no sources are declared" : "declared are \(sources.map(\.name).sorted().joined(separator: ", "))"
    }

    private func issues(_ lookup: FeatureLookup) -> [FeatureIssue] {
        var issues: [FeatureIssue] = []
        let place = "The lookup in \(lookup.table)"
        if isUnknown(lookup.table) {
            issues.append(FeatureIssue(.unknownTable, "\(place) names a table that is not declared; \(knownTables)"))
        }
        let source = source(named: lookup.table)
        if let keys = source?.primaryKeys, !keys.isEmpty, !lookup.key.isEmpty, keys.count != lookup.key.count {
            issues.append(
                FeatureIssue(
                    .keyMismatch,
                    "\(place) gives \(lookup.key.count) keys, but the table has \(keys.count): "
                        + keys.joined(separator: ", ")))
        }
        if let lookback = lookup.lookback {
            if lookback < 0 { issues.append(FeatureIssue(.invalidLookback, "\(place) has a lookback below zero")) }
            if lookup.at == nil {
                issues.append(FeatureIssue(.invalidLookback, "\(place) has a lookback but no time under 'at'"))
            }
            if let source, source.timeKey == nil, !source.primaryKeys.isEmpty {
                issues.append(
                    FeatureIssue(.invalidLookback, "\(place) has a lookback, but the table has no time key"))
            }
        }
        guard let features = lookup.features else { return issues }
        for feature in lookup.rename.keys.sorted() where !features.contains(feature) {
            issues.append(FeatureIssue(.unknownFeature, "\(place) renames \(feature), which it does not look up"))
        }
        let outputs = features.map { lookup.rename[$0] ?? $0 }
        for output in lookup.defaults.keys.sorted() where !outputs.contains(output) {
            let renamed = lookup.rename[output].map { "; it is called \($0) now" } ?? ""
            issues.append(
                FeatureIssue(
                    .unknownFeature, "\(place) has a default for \(output), which it does not give\(renamed)"))
        }
        return issues
    }

    /// A training set has one lookback a table, by whatever name and at whatever time it is looked up.
    private var lookbackConflicts: [FeatureIssue] {
        let timed = lookups.filter { $0.at != nil }
        let groups = Dictionary(grouping: timed) { source(named: $0.table)?.name ?? $0.table }
        return groups.filter { Set($0.value.map(\.lookback)).count > 1 }.keys.sorted().map {
            FeatureIssue(
                .invalidLookback, "The lookups in \($0) have different lookbacks; give each of them the same one")
        }
    }

    private func issues(_ feature: WindowFeature) -> [FeatureIssue] {
        var issues: [FeatureIssue] = []
        if isUnknown(feature.source) {
            issues.append(
                FeatureIssue(
                    .unknownTable,
                    "Aggregate \(feature.name) reads \(feature.source), which is not declared; \(knownTables)"))
        }
        if feature.entity.count != feature.key.count {
            issues.append(
                FeatureIssue(
                    .keyMismatch,
                    "Aggregate \(feature.name) pairs \(feature.key.count) keys with an entity of \(feature.entity.count)"
                ))
        }
        return issues
    }

    private func issues(_ use: ViewUse) -> [FeatureIssue] {
        guard let source = use.view.source, isUnknown(source.table) else { return [] }
        return [
            FeatureIssue(
                .unknownTable, "View \(use.view.name) reads \(source.table), which is not declared; \(knownTables)")
        ]
    }

    private var originIssues: [FeatureIssue] {
        guard let origin = labelOrigin, isUnknown(origin.source) else { return [] }
        return [
            FeatureIssue(.unknownTable, "The label comes from \(origin.source), which is not declared; \(knownTables)")
        ]
    }

    private static func issues(_ source: Source) -> [FeatureIssue] {
        guard source.timeKey == nil else { return [] }
        return [("tie_break", source.tieBreak)].filter { $0.1 != nil && !source.primaryKeys.isEmpty }.map {
            FeatureIssue(.invalidDeclaration, "Source \(source.name) has '\($0.0)' without 'time_key'")
        }
    }

    /// Every output whose name the file tells, with what gives it.
    private var namedOutputs: [(name: String, giver: String)] {
        let looked = lookups.flatMap { lookup in
            (lookup.features ?? []).map { (lookup.rename[$0] ?? $0, "the lookup in \(lookup.table)") }
        }
        let viewed = views.flatMap { use in
            use.view.features.filter { !$0.isHidden }.map { ($0.name, "view \(use.view.name)") }
        }
        return looked + aggregates.map { ($0.name, "an aggregate") } + viewed
            + derived.map { ($0.name, "a derived feature") }
    }

    private var nameConflicts: [FeatureIssue] {
        var issues: [FeatureIssue] = []
        for (name, uses) in Dictionary(grouping: namedOutputs, by: \.name).sorted(by: { $0.key < $1.key })
        where uses.count > 1 && !name.isEmpty {
            issues.append(
                FeatureIssue(
                    .duplicateName,
                    "Feature \(name) is given more than once: by \(uses.map(\.giver).joined(separator: " and by "))"))
        }
        let names = Set(namedOutputs.map(\.name))
        for label in labels where names.contains(label) {
            issues.append(FeatureIssue(.duplicateName, "The label \(label) has the name of a feature"))
        }
        for label in labels where excluded.contains(label) {
            issues.append(FeatureIssue(.invalidDeclaration, "The label \(label) is excluded"))
        }
        return issues
    }

    /// Features that need each other; those whose names only the table tells are left to it.
    private var circles: [FeatureIssue] {
        // Where the caller's columns may stand in for features, only they tell.
        guard mode == .train else { return [] }
        var waiting: [(name: String, inputs: [String])] = lookups.flatMap { lookup in
            let inputs = lookup.key + (lookup.at.map { [$0] } ?? [])
            return (lookup.features ?? []).map { (lookup.rename[$0] ?? $0, inputs) }
        }
        waiting += aggregates.map { ($0.name, $0.key + [$0.at]) } + derived.map { ($0.name, $0.inputs) }
        while true {
            let names = Set(waiting.map(\.name))
            let stuck = waiting.filter { !names.isDisjoint(with: $0.inputs) }
            if stuck.isEmpty { return [] }
            if stuck.count == waiting.count {
                let names = Set(stuck.map(\.name)).sorted().joined(separator: ", ")
                return [FeatureIssue(.cycle, "Features \(names) need each other in a circle")]
            }
            waiting = stuck
        }
    }
}
