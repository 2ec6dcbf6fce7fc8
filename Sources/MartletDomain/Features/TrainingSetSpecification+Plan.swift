extension TrainingSetSpecification {
    /// What is computed, as one JSON text: keys sorted, no spaces, views with their whole plans. Equal for specifications
    /// that mean the same however they were written down; its SHA-256 is the plan's identity.
    ///
    /// Neither the name nor the versions of tables are part of it, nor where files lie: the same plan is computed over
    /// other rows another day.
    public var canonicalPlan: String {
        var object: [String: PlanValue] = [
            "training_set": .long(1), "mode": .text(mode.rawValue),
            "sources": .object(Dictionary(sources.map { ($0.name, PlanValue($0)) }) { first, _ in first }),
            "lookups": .list(lookups.map { PlanValue($0) }),
            "aggregates": .list(aggregates.map { PlanValue($0) }),
            "views": .list(views.map { .object(["view": PlanValue($0.view), "at": .text($0.at)]) }),
            "derived": .list(derived.map { PlanValue($0) }),
            "label": PlanValue(labels), "exclude": PlanValue(excluded.sorted()),
        ]
        if !steps.isEmpty { object["steps"] = .list(steps.map { PlanValue($0) }) }
        if defaultFillsNaN { object["default_fills_nan"] = .flag(true) }
        return PlanValue.object(object).text
    }
}

extension PlanValue {
    fileprivate init(_ names: [String]) { self = .list(names.map { .text($0) }) }

    fileprivate init(_ source: TrainingSetSpecification.Source) {
        var object: [String: PlanValue] = ["primary_keys": PlanValue(source.primaryKeys)]
        if case .table(let name, _) = source.location { object["table"] = .text(name.completed.description) }
        object["time_key"] = source.timeKey.map { .text($0) }
        object["tie_break"] = source.tieBreak.map { .text($0) }
        object["available_at"] = source.availableAt.map { .text($0) }
        self = .object(object)
    }

    fileprivate init(_ lookup: FeatureLookup) {
        var object: [String: PlanValue] = [
            "table": .text(lookup.table), "key": PlanValue(lookup.key),
            "features": lookup.features.map { PlanValue($0) } ?? .text("*"),
        ]
        object["at"] = lookup.at.map { .text($0) }
        object["lookback"] = lookup.lookback.map { .long($0) }
        if !lookup.rename.isEmpty { object["rename"] = .object(lookup.rename.mapValues { .text($0) }) }
        if !lookup.defaults.isEmpty { object["defaults"] = .object(lookup.defaults.mapValues { PlanValue($0) }) }
        self = .object(object)
    }

    fileprivate init(_ aggregate: WindowFeature) {
        let feature = Feature(
            aggregate.name,
            .aggregate(
                aggregate.aggregate, column: aggregate.input, window: aggregate.window, filter: aggregate.filter))
        self = .object([
            "feature": PlanValue(feature), "source": .text(aggregate.source), "entity": PlanValue(aggregate.entity),
            "key": PlanValue(aggregate.key), "event_time": .text(aggregate.eventTime), "at": .text(aggregate.at),
        ])
    }

    fileprivate init(_ derived: DerivedFeature) {
        let definition: FeatureDefinition =
            switch derived.definition {
            case .sum(let names): .sum(names)
            case .ratio(let dividend, let divisor): .ratio(dividend, divisor)
            case .coalesce(let names): .coalesce(names)
            case .expression(let expression): .expression(expression)
            }
        var object = ["feature": PlanValue(Feature(derived.name, definition))]
        object["type"] = derived.type.map { .text($0) }
        self = .object(object)
    }

    fileprivate init(_ step: ModelStep) {
        var object = ["columns": PlanValue(step.columns)]
        switch step.method {
        case .imputeMean: object["impute"] = .text("mean")
        case .imputeMedian: object["impute"] = .text("median")
        case .imputeMostFrequent: object["impute"] = .text("most_frequent")
        case .imputeConstant(let value): object["impute"] = .list([.text("constant"), PlanValue(value)])
        case .scaleStandard: object["scale"] = .text("standard")
        case .scaleMinMax: object["scale"] = .text("min_max")
        case .encodeOneHot(let unknown):
            (object["encode"], object["unknown"]) = (.text("one_hot"), .text(unknown.rawValue))
        case .encodeOrdinal(let unknown):
            (object["encode"], object["unknown"]) = (.text("ordinal"), .text(unknown.rawValue))
        }
        self = .object(object)
    }

    /// With its kind, so that `1` and `"1"` differ.
    fileprivate init(_ value: FeatureValue) {
        self =
            switch value {
            case .null: .list([.text("null")])
            case .boolean(let value): .flag(value)
            case .long(let value): .long(value)
            case .double(let value): .list([.text("double"), .text("\(value)")])
            case .string(let value): .text(value)
            case .date(let value): .list([.text("date"), .long(Int64(value))])
            case .timestamp(let value): .list([.text("timestamp"), .long(value)])
            }
    }
}
