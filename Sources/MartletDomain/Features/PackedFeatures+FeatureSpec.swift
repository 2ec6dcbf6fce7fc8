extension PackedFeatures {
    /// `feature_spec.yaml`: the packed features in the keys of another feature store's file (serialization version 9), so
    /// that its tools can read which tables and columns a model takes.
    ///
    /// What that format has no word for (views, windows, tie breaks) stands under keys of our own, which its readers pass
    /// over. Martlet itself reads ``fileName`` only.
    /// Source of the keys: the public documentation of Databricks' feature engineering client.
    public func featureSpec(of specification: TrainingSetSpecification) -> String {
        var text = "input_columns:\n"
        let origins = Origins(of: specification, sources)
        let excludedKeys = Set(specification.neededColumns)
        for column in columns where column.isInput || excludedKeys.contains(column.name) {
            text += "- \(Self.word(column.name)):\n"
            for line in origins.lines(of: column.name) { text += "    \(line)\n" }
            if let type = column.type { text += "    data_type: \(Self.word(type.sparkName))\n" }
            if !column.isInput { text += "    include: false\n" }
            text += "    topological_ordering: \(origins.depth(of: column.name))\n"
            text += "    source: \(column.sourceWord)\n"
        }
        if !sources.isEmpty { text += "input_tables:\n" }
        for source in sources {
            var facts = ["table_id: \(Self.word(source.id))", "martlet_version: \(source.table.version)"]
            let lookback = specification.lookups.first {
                $0.lookback != nil && specification.source(named: $0.table)?.name == source.name
            }?.lookback
            if let lookback { facts.append("lookback_window: \(Double(lookback) / 1_000_000)") }
            text += "- \(Self.word(source.table.name.completed.description)): {\(facts.joined(separator: ", "))}\n"
        }
        if !views.isEmpty { text += "martlet_views:\n" }
        for view in views {
            text += "- \(Self.word(view.view.name)): {version: \(view.view.version), hash: \(view.hash)}\n"
        }
        return text + "martlet_plan_hash: \(planHash)\nserialization_version: 9\n"
    }

    /// A word as YAML takes it, whatever it holds.
    static func word(_ text: String) -> String {
        let isPlain =
            text.unicodeScalars.allSatisfy {
                ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_"
                    || $0 == "." || $0 == "-"
            } && text.unicodeScalars.first.map { ("a"..."z").contains($0) || ("A"..."Z").contains($0) } ?? false
        let reserved = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
        return isPlain && !reserved.contains(text.lowercased()) ? text : PlanValue.text(text).text
    }

    /// Where each column comes from, as lines of the file.
    private struct Origins {
        private var lines: [String: [String]] = [:]
        private var inputs: [String: [String]] = [:]

        init(of specification: TrainingSetSpecification, _ sources: [Source]) {
            func list(_ names: [String]) -> String { "[" + names.map(word).joined(separator: ", ") + "]" }
            for lookup in specification.lookups {
                let name = specification.source(named: lookup.table)?.name ?? lookup.table
                guard let source = sources.first(where: { $0.name == name }) else { continue }
                let keys = Set(
                    source.primaryKeys + [source.timeKey, source.tieBreak, source.availableAt].compactMap { $0 })
                for feature in lookup.features ?? source.columnOrder.filter({ !keys.contains($0) }) {
                    let output = lookup.rename[feature] ?? feature
                    var found = [
                        "table_name: \(word(source.table.name.completed.description))",
                        "feature_name: \(word(feature))", "lookup_key: \(list(lookup.key))",
                    ]
                    if let at = lookup.at { found.append("timestamp_lookup_key: \(list([at]))") }
                    if let value = lookup.defaults[output]?.defaultText {
                        found.append("default_value: \(PlanValue.text(value).text)")
                    }
                    lines[output] = found
                    inputs[output] = lookup.key + [lookup.at].compactMap { $0 }
                }
            }
            for feature in specification.aggregates {
                lines[feature.name] = [
                    "feature_name: \(word(feature.name))", "lookup_key: \(list(feature.key))",
                    "timestamp_lookup_key: \(list([feature.at]))", "martlet_aggregate: \(feature.aggregate.name)",
                ]
                inputs[feature.name] = feature.key + [feature.at]
            }
            for use in specification.views {
                for feature in use.view.features {
                    lines[feature.name] = [
                        "feature_name: \(word(feature.name))", "lookup_key: \(list(use.view.join))",
                        "timestamp_lookup_key: \(list([use.at]))", "martlet_view: \(word(use.view.name))",
                    ]
                    inputs[feature.name] = use.view.join + [use.at] + feature.definition.inputs
                }
            }
            for feature in specification.derived {
                lines[feature.name] = ["martlet_inputs: \(list(feature.inputs))"]
                inputs[feature.name] = feature.inputs
            }
        }

        func lines(of column: String) -> [String] { lines[column] ?? [] }

        /// 0 for what callers give, else one more than what it needs.
        func depth(of column: String) -> Int {
            func depth(_ column: String, _ left: Int) -> Int {
                guard left > 0, let needed = inputs[column] else { return 0 }
                return 1 + (needed.filter { $0 != column }.map { depth($0, left - 1) }.max() ?? 0)
            }
            return depth(column, 8)
        }
    }
}

extension PackedFeatures.Column {
    fileprivate var sourceWord: String {
        switch origin {
        case .row: "training_data"
        case .feature: "feature_store"
        case .derived: "on_demand_feature"
        }
    }
}

extension FeatureValue {
    /// The value as that format keeps it: text of any type.
    fileprivate var defaultText: String? {
        switch self {
        case .boolean(let value): value ? "true" : "false"
        case .long(let value): value.description
        case .double(let value): value.description
        case .string(let value): value
        case .null, .date, .timestamp: nil
        }
    }
}

extension DataType {
    /// Spark's short name.
    fileprivate var sparkName: String {
        switch self {
        case .byte: "tinyint"
        case .short: "smallint"
        case .integer: "int"
        case .long: "bigint"
        default: description
        }
    }
}
