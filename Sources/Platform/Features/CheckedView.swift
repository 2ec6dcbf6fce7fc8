import MartletDomain
import QueryEngine

/// A view with a source, found to fit its table and the caller's rows.
struct CheckedView: Sendable {
    struct SourceColumn: Sendable {
        var name: String
        var type: DataType
    }

    let view: FeatureView
    let source: FeatureSource
    /// SQL that stands for the table.
    let relation: String
    /// What is read: first the entity, in order, then the rest.
    let columns: [SourceColumn]
    let eventTimeIsDate: Bool
}

/// All that can be said against a computation before it is begun.
struct FeatureCheck {
    private(set) var problems: [String] = []
    private(set) var views: [CheckedView] = []
    /// Types of the caller's columns and of every feature.
    private var types: [String: DataType] = [:]

    /// Compares the definitions with the caller's columns and the tables, whose schemas `session` tells.
    init(
        _ views: [FeatureView], spine: TableSchema, time: String, sources: [String: String], session: any QuerySession
    ) {
        for field in spine.fields where types.updateValue(field.type, forKey: field.name) != nil {
            problems.append("The rows have two columns named \(field.name)")
        }
        let needsTime = views.contains { $0.source?.eventTime != nil }
        if needsTime, types[time] != .timestamp {
            let found = types[time].map { "is \($0)" } ?? "is missing"
            problems.append("The time column \(time) \(found); a timestamp is needed")
        }
        for view in views {
            for feature in view.features where spine[feature.name] != nil {
                problems.append("Feature \(feature.name) has the name of a column of the rows")
            }
            if let source = view.source { check(view, source, spine, sources, session) }
        }
        guard problems.isEmpty else { return }
        do {
            for feature in try FeatureView.computationOrder(of: views) { checkComputed(feature) }
        } catch {
            problems.append(error.message)
        }
    }

    private mutating func check(
        _ view: FeatureView, _ source: FeatureSource, _ spine: TableSchema, _ sources: [String: String],
        _ session: any QuerySession
    ) {
        guard let relation = Self.relation(of: source.table, in: sources) else {
            problems.append(
                "View \(view.name) reads \(source.table), which was not given; given are "
                    + (sources.isEmpty ? "no tables" : sources.keys.sorted().joined(separator: ", ")))
            return
        }
        let schema: TableSchema
        do {
            schema = try session.schema(of: "SELECT * FROM \(relation) AS source")
        } catch {
            problems.append("View \(view.name): \(source.table) could not be read: \(error)")
            return
        }
        func report(_ problem: String) { problems.append("View \(view.name): \(problem)") }
        var names = source.entity
        for name in [source.eventTime, source.availableAt, source.tieBreak].compactMap({ $0 })
            + view.features.flatMap(\.definition.sourceColumns) where !names.contains(name)
        {
            names.append(name)
        }
        let missing = names.filter { schema[$0] == nil }
        for name in missing { report("\(source.table) has no column \(name)") }
        for (own, theirs) in zip(source.entity, view.join) {
            guard let type = schema[own]?.type else { continue }
            if !EntityKeys.isKey(type) { report("the entity column \(own) is \(type), which cannot be a key") }
            switch spine[theirs]?.type {
            case nil: report("the rows have no column \(theirs) to join by")
            case type: break
            case let other?: report("\(theirs) of the rows is \(other), but \(own) of \(source.table) is \(type)")
            }
        }
        for name in [source.eventTime, source.availableAt].compactMap({ $0 }) {
            if let type = schema[name]?.type, type != .timestamp, type != .date {
                report("\(name) of \(source.table) is \(type); a timestamp or a date is needed")
            }
        }
        if let name = source.tieBreak, schema[name]?.type == .binary { report("tie_break \(name) has no order") }
        for feature in view.features where feature.definition.readsTable { checkRead(feature, schema, view.name) }
        guard missing.isEmpty else { return }
        views.append(
            CheckedView(
                view: view, source: source, relation: relation,
                columns: names.compactMap { name in schema[name].map { .init(name: name, type: $0.type) } },
                eventTimeIsDate: source.eventTime.flatMap { schema[$0]?.type } == .date))
    }

    /// The name as given, else the one name that ends with it or that it ends with.
    private static func relation(of table: String, in sources: [String: String]) -> String? {
        if let exact = sources[table] { return exact }
        let near = sources.filter { $0.key.hasSuffix("." + table) || table.hasSuffix("." + $0.key) }
        return near.count == 1 ? near.first?.value : nil
    }

    private mutating func checkRead(_ feature: Feature, _ schema: TableSchema, _ view: String) {
        func report(_ problem: String) { problems.append("Feature \(feature.name) of view \(view) \(problem)") }
        if case .aggregate(_, _, _, let filter?) = feature.definition {
            switch Self.type(of: filter, { schema[$0]?.type }) {
            case .success(.boolean?), .success(nil): break
            case .success(let type?): report("has a where that is \(type.rawValue), not true or false")
            case .failure(let problem): report("has a where that \(problem)")
            }
        }
        switch feature.definition {
        case .aggregate(.count, _, _, _):
            types[feature.name] = .long
        case .aggregate(let aggregate, let column?, _, _):
            guard let type = schema[column]?.type else { return }
            types[feature.name] = Self.result(of: aggregate, type)
            if types[feature.name] == nil { report("takes the \(aggregate.name) of \(column), which is \(type)") }
        case .latest(let column, _), .lookup(let column):
            types[feature.name] = schema[column]?.type
        case .aggregate, .ratio, .sum, .coalesce, .expression: break
        }
    }

    /// Nil where the aggregate has no meaning for the type.
    private static func result(of aggregate: FeatureAggregate, _ type: DataType) -> DataType? {
        switch (aggregate, type) {
        case (.count, _): .long
        case (.first, _), (.last, _): type
        case (.min, .binary), (.max, .binary): nil
        case (.min, _), (.max, _): type
        case (_, .string), (_, .binary), (_, .date), (_, .timestamp): nil
        case (.avg, _): .double
        case (.sum, .float), (.sum, .double): .double
        case (.sum, .decimal(_, let scale)): .decimal(precision: 38, scale: scale)
        case (.sum, _): .long
        default: nil
        }
    }

    private mutating func checkComputed(_ feature: Feature) {
        func report(_ problem: String) { problems.append("Feature \(feature.name) \(problem)") }
        let missing = feature.definition.inputs.filter { types[$0] == nil }
        guard missing.isEmpty else {
            return report(
                "needs \(missing.joined(separator: ", ")), which is neither a feature nor a column of the rows"
            )
        }
        switch feature.definition {
        case .ratio(let dividend, let divisor):
            for name in [dividend, divisor] {
                if let type = types[name], FeatureValueType(type)?.isNumeric != true {
                    report("divides with \(name), which is \(type)")
                }
            }
            types[feature.name] = .double
        case .expression(let expression):
            let types = types
            switch Self.type(of: expression, { types[$0] }) {
            case .success(let type?): self.types[feature.name] = type.dataType
            case .success(nil): report("is an expression that is always null")
            case .failure(let problem): report("is an expression that \(problem)")
            }
        case .sum, .coalesce: report("is of a kind that cannot be computed yet")
        case .aggregate, .latest, .lookup: break
        }
    }

    static func type(
        of expression: RowExpression, _ column: (String) -> DataType?
    ) -> Result<FeatureValueType?, RowExpression.Problem> {
        var known: [FeatureValueType] = []
        for name in expression.columns {
            // A missing column is reported where columns are; any type serves to look at the rest.
            let type = column(name)
            if type == .binary { return .failure(.init("reads \(name), which is binary")) }
            known.append(type.flatMap(FeatureValueType.init) ?? .boolean)
        }
        return Result { () throws(RowExpression.Problem) in try expression.type(given: known) }
    }
}
