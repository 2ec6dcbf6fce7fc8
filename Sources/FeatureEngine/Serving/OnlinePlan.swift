import MartletDomain
import QueryEngine

/// What it takes to answer requests one by one: the streams of rows to keep, and for each feature how it comes out of them.
///
/// Made of the same checked plan that a batch runs, so that there is one meaning of a feature.
package struct OnlinePlan: Sendable {
    /// What comes out, in the order in which it is computed.
    package struct Feature: Sendable, Equatable {
        package var name: String
        package var kind: ColumnKind
    }

    /// A column of the caller's, or a feature further on: an index into both, the caller's first.
    typealias Place = Int

    enum Step: Sendable {
        case lookup(Lookup)
        case window(Window)
        case derived(Derived)
    }

    struct Access: Sendable {
        var stream: Int
        var key: [Place]
        var keyKinds: [ColumnKind]
        var at: Place?
    }

    struct Lookup: Sendable {
        var access: Access
        var hasTime: Bool
        var lookback: Int64?
        /// Of the stream's kept columns.
        var columns: [Int]
        var outputs: [Output]

        struct Output: Sendable {
            var feature: Int
            var fallback: CellValue
            var fillsNaN: Bool
        }
    }

    struct Window: Sendable {
        var access: Access
        /// Outputs of one window together.
        var groups: [Group]

        struct Group: Sendable {
            var bounds: WindowBounds
            /// Of the stream, each with the feature that it becomes.
            var slots: [Int]
            var rules: [AggregateRule]
            var features: [Int]
        }
    }

    struct Derived: Sendable {
        var feature: Int
        var definition: DerivedFeature.Definition
        var inputs: [Place]
        var inputKinds: [ColumnKind]
        var kind: ColumnKind
    }

    /// The caller's columns.
    let request: [Relation.Column]
    /// Replaces nulls of columns that the caller gives in a feature's place.
    let requestDefaults: [(place: Place, value: CellValue, fillsNaN: Bool)]
    /// Which of the caller's columns some step takes.
    let isTaken: [Bool]
    package let features: [Feature]
    let steps: [Step]
    let streams: [StreamPlan]

    /// - Parameters:
    ///   - plan: Of `specification`.
    init(_ plan: BatchPlan, _ specification: TrainingSetSpecification, sources: [String: ResolvedSource]) throws {
        var builder = OnlinePlanBuilder(plan, specification, sources)
        for step in plan.steps { try builder.add(step) }
        request = plan.spine.columns
        (features, steps) = (builder.features, builder.steps)
        streams = builder.streams.map { $0.build() }
        requestDefaults = plan.spineDefaults.keys.sorted().compactMap { name in
            guard let place = plan.spine.columns.firstIndex(where: { $0.name == name }) else { return nil }
            let kind = plan.spine.columns[place].kind
            let value = builder.fallback(name, kind)
            return value.isNull ? nil : (place, value, plan.defaultFillsNaN && kind.isFloatingPoint)
        }
        isTaken = Self.taken(of: request, by: steps, requestDefaults)
    }
}

private struct OnlinePlanBuilder {
    let plan: BatchPlan
    let sources: [String: ResolvedSource]
    private let filters: [String: RowExpression]
    private let defaults: [String: FeatureValue]
    private(set) var features: [OnlinePlan.Feature] = []
    private(set) var steps: [OnlinePlan.Step] = []
    private(set) var streams: [StreamBuilder] = []
    private var places: [String: OnlinePlan.Place] = [:]

    init(_ plan: BatchPlan, _ specification: TrainingSetSpecification, _ sources: [String: ResolvedSource]) {
        (self.plan, self.sources) = (plan, sources)
        var filters: [String: RowExpression] = [:]
        var defaults: [String: FeatureValue] = [:]
        for aggregate in specification.aggregates { filters[aggregate.name] = aggregate.filter }
        for feature in specification.views.flatMap(\.view.features) {
            if case .aggregate(_, _, _, let filter?) = feature.definition { filters[feature.name] = filter }
        }
        for lookup in specification.lookups { defaults.merge(lookup.defaults) { first, _ in first } }
        (self.filters, self.defaults) = (filters, defaults)
        for (index, column) in plan.spine.columns.enumerated() where places[column.name] == nil {
            places[column.name] = index
        }
    }

    func fallback(_ name: String, _ kind: ColumnKind) -> CellValue {
        defaults[name].flatMap { CellValue($0, as: kind) } ?? .null
    }

    private mutating func announce(_ name: String, _ kind: ColumnKind) -> Int {
        features.append(.init(name: name, kind: kind))
        places[name] = plan.spine.columns.count + features.count - 1
        return features.count - 1
    }

    private func place(_ name: String) throws -> OnlinePlan.Place {
        guard let place = places[name] else { throw InvalidRequest("\(name) is neither a column nor a feature.") }
        return place
    }

    private mutating func access(_ access: BatchPlan.Access) throws -> OnlinePlan.Access {
        let identity = StreamPlan.Identity(access)
        var index = streams.firstIndex { $0.identity == identity }
        if index == nil {
            streams.append(StreamBuilder(identity, try access.entity.map { try column($0, of: access).kind }))
            index = streams.count - 1
        }
        return OnlinePlan.Access(
            stream: index ?? 0, key: try access.key.map(place), keyKinds: access.keyKinds,
            at: try access.at.map(place))
    }

    private func column(_ name: String, of access: BatchPlan.Access) throws -> Relation.Column {
        for source in sources.values where source.relation.sql == access.relation {
            if let kind = source.relation[name] { return .init(name, kind) }
        }
        throw InvalidRequest("\(access.table) has no column \(name).")
    }

    mutating func add(_ step: BatchPlan.Step) throws {
        switch step {
        case .lookup(let step):
            let access = try access(step.access)
            let columns = streams[access.stream].look(up: step.outputs.map { .init($0.column, $0.kind) })
            let outputs = step.outputs.map { output in
                OnlinePlan.Lookup.Output(
                    feature: announce(output.name, output.kind), fallback: fallback(output.name, output.kind),
                    fillsNaN: plan.defaultFillsNaN && output.kind.isFloatingPoint)
            }
            steps.append(
                .lookup(
                    .init(
                        access: access, hasTime: step.access.eventTime != nil, lookback: step.lookback,
                        columns: columns, outputs: outputs)))
        case .window(let step): try add(step)
        case .derived(let step):
            let names = DerivedFeature(step.name, step.definition).inputs
            let inputs = try names.map(place)
            let kinds = inputs.map { place in
                place < plan.spine.columns.count
                    ? plan.spine.columns[place].kind : features[place - plan.spine.columns.count].kind
            }
            var definition = step.definition
            if case .expression(let expression) = definition { definition = .expression(try bound(expression, kinds)) }
            steps.append(
                .derived(
                    .init(
                        feature: announce(step.name, step.kind), definition: definition, inputs: inputs,
                        inputKinds: kinds, kind: step.kind)))
        }
    }

    /// The expression as SQL computes it over columns of these types.
    private func bound(_ expression: RowExpression, _ kinds: [ColumnKind]) throws -> RowExpression {
        do {
            return try expression.bound(to: kinds.compactMap(\.valueType))
        } catch {
            throw FeatureError.issues([FeatureIssue(.typeMismatch, "The expression \(expression) \(error)")])
        }
    }

    private mutating func add(_ step: BatchPlan.WindowStep) throws {
        let access = try access(step.access)
        var groups: [OnlinePlan.Window.Group] = []
        for output in step.outputs {
            guard let rule = AggregateRule(output.aggregate, input: output.input?.kind.cellType) else {
                throw InvalidRequest("\(output.name) is the \(output.aggregate.name) of values that it does not take.")
            }
            let bounds = WindowBounds(window: output.window, isInNanoseconds: step.access.isInNanoseconds)
            let read = try filters[output.name]?.columns.map { try column($0, of: step.access) } ?? []
            let slot = streams[access.stream].slot(
                rule, of: output.input, where: try filters[output.name].map { try bound($0, read.map(\.kind)) }, read,
                over: bounds)
            let feature = announce(output.name, output.kind)
            if let index = groups.firstIndex(where: { $0.bounds == bounds }) {
                groups[index].slots.append(slot)
                groups[index].rules.append(rule)
                groups[index].features.append(feature)
            } else {
                groups.append(.init(bounds: bounds, slots: [slot], rules: [rule], features: [feature]))
            }
        }
        steps.append(.window(.init(access: access, groups: groups)))
    }
}
