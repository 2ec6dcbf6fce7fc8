import MartletDomain

/// Turns a specification into a plan, or into the list of everything that is wrong with it.
struct PlanBuilder {
    let specification: TrainingSetSpecification
    let sources: [String: ResolvedSource]
    let spine: Relation
    let dialect: SQLDialect
    private(set) var issues: [FeatureIssue] = []
    /// Kinds of problem that the declaration tells by itself: not told ``again(_:_:)``.
    private let declared: Set<FeatureIssue.Code>
    /// Features of tables that are missing: not missing by themselves.
    private var lost: Set<String> = []

    /// A group of columns that are computed together.
    struct Item {
        var step: BatchPlan.Step
        /// For messages.
        var place: String
        var provides: [String]
        var needs: [String]
    }

    private(set) var items: [Item] = []
    /// Names of features in the order of the result's columns, and whether they are shown.
    private var features: [(name: String, isHidden: Bool)] = []
    private var derived: [(name: String, isHidden: Bool)] = []
    /// Columns of the spine that stand in for features of their name.
    private var overridden: Set<String> = []
    private var spineDefaults: [String: String] = [:]
    /// Types of all columns that are known by now.
    private var kinds: [String: ColumnKind] = [:]
    /// Types that derived features must have.
    private var declaredKinds: [String: ColumnKind] = [:]

    init(
        _ specification: TrainingSetSpecification, sources: [String: ResolvedSource], spine: Relation,
        dialect: SQLDialect
    ) {
        var specification = specification
        specification.nameFeatures(of: sources.mapValues { $0.relation.columns.map(\.name) })
        (self.specification, self.sources, self.spine, self.dialect) = (specification, sources, spine, dialect)
        issues = specification.issues
        declared = Set(issues.map(\.code))
    }

    mutating func report(_ code: FeatureIssue.Code, _ message: String) {
        let issue = FeatureIssue(code, message.prefix(1).uppercased() + message.dropFirst())
        if !issues.contains(issue) { issues.append(issue) }
    }

    /// Reports what ``TrainingSetSpecification/issues`` looks for, too, if it knows enough of the tables.
    private mutating func again(_ code: FeatureIssue.Code, _ message: String) {
        if !declared.contains(code) { report(code, message) }
    }

    /// Nil if there are ``issues``.
    mutating func plan() -> BatchPlan? {
        checkLabels()
        for lookup in specification.lookups { add(lookup) }
        for feature in specification.aggregates { add(feature) }
        for use in specification.views { add(use) }
        for feature in specification.derived { add(feature) }
        checkNames()
        guard let order = sorted() else { return nil }
        kinds = Dictionary(spine.columns.map { ($0.name, $0.kind) }) { first, _ in first }
        var steps: [BatchPlan.Step] = []
        for index in order { if let step = typed(items[index]) { steps.append(step) } }
        let output = outputColumns()
        checkSteps(output)
        if output.isEmpty { report(.invalidDeclaration, "no column is left: all are excluded") }
        guard issues.isEmpty else { return nil }
        return BatchPlan(
            spine: spine, steps: steps, output: output, spineDefaults: spineDefaults,
            defaultFillsNaN: specification.defaultFillsNaN)
    }

    // MARK: Names

    private mutating func checkLabels() {
        var seen: Set<String> = []
        for label in specification.labels {
            if !seen.insert(label).inserted { report(.duplicateName, "label \(label) is named twice") }
            if spine[label] == nil, specification.mode == .train {
                report(.missingColumn, "label \(label) is no column of the rows; there are \(spine.columnNames)")
            }
            if specification.excluded.contains(label) {
                again(.invalidDeclaration, "label \(label) is excluded; leave it out of one of the two lists")
            }
        }
        var names: Set<String> = []
        for column in spine.columns where !names.insert(column.name.lowercased()).inserted {
            report(.duplicateName, "the rows have two columns named \(column.name), or that differ in case only")
        }
    }

    /// No engine tells names apart that differ in case only.
    private mutating func checkNames() {
        let labels = Set(specification.labels.map { $0.lowercased() })
        let rows = Set(spine.columns.map { $0.name.lowercased() })
        var seen: [String: String] = [:]
        for (name, _) in features + derived {
            if let other = seen.updateValue(name, forKey: name.lowercased()) {
                if other == name {
                    again(.duplicateName, "two features are named \(name)")
                } else {
                    report(.duplicateName, "features \(other) and \(name) differ in case only; rename one of them")
                }
            }
            if specification.labels.contains(name) {
                again(.duplicateName, "feature \(name) has the name of a label; rename it")
            } else if labels.contains(name.lowercased()) {
                report(.duplicateName, "feature \(name) has the name of a label but for its case; rename it")
            } else if spine[name] != nil {
                if specification.mode == .train {
                    report(.duplicateName, "feature \(name) has the name of a column of the rows; rename it")
                }
            } else if rows.contains(name.lowercased()) {
                report(
                    .duplicateName, "feature \(name) has the name of a column of the rows but for its case; rename it")
            }
        }
    }

    /// Indices of ``items``, each after what it needs; nil if that cannot be.
    private mutating func sorted() -> [Int]? {
        var providers: [String: Int] = [:]
        for (index, item) in items.enumerated() { for name in item.provides { providers[name] = index } }
        let known = Set(spine.columns.map(\.name))
        for item in items {
            for name in item.needs where !known.contains(name) && providers[name] == nil && !lost.contains(name) {
                report(
                    .missingColumn, "\(item.place) needs \(name), which is neither a column of the rows nor a feature")
            }
        }
        var order: [Int] = []
        var done: Set<Int> = []
        var rest = Array(items.indices)
        while !rest.isEmpty {
            let ready = rest.filter { index in
                items[index].needs.allSatisfy { name in
                    known.contains(name) || providers[name].map { done.contains($0) } ?? true
                }
            }
            if ready.isEmpty {
                again(.cycle, "these need each other: \(rest.map { items[$0].place }.joined(separator: ", "))")
                return nil
            }
            order += ready
            done.formUnion(ready)
            rest.removeAll { done.contains($0) }
        }
        return order
    }

    private func outputColumns() -> [Relation.Column] {
        let excluded = Set(specification.excluded)
        let labels = specification.labels.filter { spine[$0] != nil }
        var names = spine.columns.map(\.name).filter { !labels.contains($0) && !excluded.contains($0) }
        for (name, isHidden) in features + derived
        where !isHidden && !excluded.contains(name) && !overridden.contains(name) { names.append(name) }
        names += labels
        return names.compactMap { name in kinds[name].map { Relation.Column(name, $0) } }
    }

    // MARK: Features

    /// Puts a feature's name on record. False if a column of the caller's stands in for it.
    private mutating func announce(_ name: String, isHidden: Bool = false) -> Bool {
        features.append((name, isHidden))
        return isComputed(name)
    }

    private mutating func isComputed(_ name: String) -> Bool {
        guard specification.mode == .score, spine[name] != nil, !specification.labels.contains(name) else {
            return true
        }
        overridden.insert(name)
        return false
    }

    private mutating func source(_ table: String, _ place: String) -> ResolvedSource? {
        if let source = resolved(table) { return source }
        again(
            .unknownTable,
            "\(place) reads \(table), which is not declared; there are \(sources.keys.sorted().joined(separator: ", "))"
        )
        return nil
    }

    /// By its name, or by the table that a declared source reads.
    private func resolved(_ table: String) -> ResolvedSource? {
        sources[table] ?? specification.source(named: table).flatMap { sources[$0.name] }
    }

    private mutating func add(_ lookup: FeatureLookup) {
        let place = "the lookup in \(lookup.table)"
        guard let source = source(lookup.table, place) else {
            lost.formUnion((lookup.features ?? []).map { lookup.rename[$0] ?? $0 })
            return
        }
        let keys = Set(source.primaryKeys + [source.timeKey, source.tieBreak, source.availableAt].compactMap { $0 })
        let names = lookup.features ?? source.relation.columns.map(\.name).filter { !keys.contains($0) }
        if lookup.key.count != source.primaryKeys.count {
            again(
                .keyMismatch,
                "\(place) gives \(lookup.key.count) keys, and the table has \(source.primaryKeys.count): "
                    + source.primaryKeys.joined(separator: ", "))
        }
        if let lookback = lookup.lookback, lookback < 0 {
            again(.invalidLookback, "\(place) has a lookback below zero")
        }
        if lookup.lookback != nil, lookup.at == nil || source.timeKey == nil {
            again(.invalidLookback, "\(place) has a lookback without a time: it needs 'at', and the table a time key")
        } else if source.timeKey != nil, lookup.at == nil {
            report(.invalidDeclaration, "\(place) lacks 'at': the table has the time key \(source.timeKey ?? "")")
        } else if source.timeKey == nil, lookup.at != nil, source.availableAt == nil {
            report(.invalidDeclaration, "\(place) has 'at', and the table has neither a time key nor available_at")
        }
        for name in lookup.rename.keys.sorted() where !names.contains(name) {
            again(.unknownFeature, "\(place) renames \(name), which it does not look up")
        }
        var outputs: [BatchPlan.LookupStep.Output] = []
        var provided: [String] = []
        for name in names {
            let output = lookup.rename[name] ?? name
            provided.append(output)
            guard let kind = source.relation[name] else {
                report(.unknownFeature, "\(place) asks for \(name); the table has \(source.relation.columnNames)")
                continue
            }
            var spare: String?
            if let value = lookup.defaults[output] { spare = fallback(value, for: output, kind, place) }
            if announce(output) {
                outputs.append(.init(name: output, column: name, kind: kind, fallback: spare))
            } else {
                spineDefaults[output] = spare
            }
        }
        for name in lookup.defaults.keys.sorted() where !provided.contains(name) {
            again(.unknownFeature, "\(place) has a default for \(name), which it does not look up under that name")
        }
        guard !outputs.isEmpty, lookup.key.count == source.primaryKeys.count else { return }
        addLookup(
            access(lookup.table, source, entity: source.primaryKeys, key: lookup.key, at: lookup.at),
            lookback: lookup.lookback, outputs, place)
    }

    /// Lookups of one table by the same key, time and age are one.
    private mutating func addLookup(
        _ access: BatchPlan.Access, lookback: Int64?, _ outputs: [BatchPlan.LookupStep.Output], _ place: String
    ) {
        for index in items.indices {
            guard case .lookup(var step) = items[index].step, step.access == access, step.lookback == lookback else {
                continue
            }
            step.outputs += outputs
            items[index].step = .lookup(step)
            items[index].provides += outputs.map(\.name)
            return
        }
        items.append(
            Item(
                step: .lookup(.init(access: access, lookback: lookback, outputs: outputs)), place: place,
                provides: outputs.map(\.name), needs: access.key + (access.at.map { [$0] } ?? [])))
    }

    private func access(
        _ table: String, _ source: ResolvedSource, entity: [String], key: [String], at: String?
    ) -> BatchPlan.Access {
        func clock(_ column: String?) -> BatchPlan.Clock? {
            column.map { .init(column: $0, kind: source.relation[$0] ?? .timestamp) }
        }
        return BatchPlan.Access(
            table: table, relation: source.relation.sql, entity: entity, key: key, keyKinds: [], at: at,
            eventTime: clock(source.timeKey), availableAt: clock(source.availableAt),
            tieBreak: clock(source.tieBreak))
    }

    private mutating func add(_ feature: WindowFeature) {
        guard var source = source(feature.source, "aggregate \(feature.name)") else {
            lost.insert(feature.name)
            return
        }
        source.timeKey = feature.eventTime
        let isComputed = announce(feature.name)
        guard
            let output = output(
                feature.name, feature.aggregate, feature.input, feature.window, feature.filter, source)
        else { return }
        var access = access(
            feature.source, source, entity: feature.entity, key: feature.key, at: feature.at)
        access.takesDates = true
        check(access, source, "aggregate \(feature.name)")
        if isComputed { addWindow(access, output) }
    }

    private mutating func output(
        _ name: String, _ aggregate: FeatureAggregate, _ input: String?, _ window: FeatureWindow,
        _ filter: RowExpression?, _ source: ResolvedSource
    ) -> BatchPlan.WindowStep.Output? {
        let place = "aggregate \(name)"
        var column: Relation.Column?
        if let input {
            guard let kind = source.relation[input] else {
                report(.missingColumn, "\(place) reads \(input); the table has \(source.relation.columnNames)")
                return nil
            }
            column = .init(input, kind)
        } else if aggregate != .count {
            report(.invalidDeclaration, "\(place) lacks its input")
            return nil
        }
        guard let kind = aggregate.kind(of: column?.kind) else {
            report(
                .typeMismatch,
                "\(place) is the \(aggregate.name) of \(input ?? ""), which is \(column?.kind.description ?? "")")
            return nil
        }
        var condition: String?
        if let filter {
            guard
                let (sql, kind) = compiled(
                    filter, place,
                    column: { [dialect] name in
                        source.relation[name].map { ("s." + dialect.name(name), $0) }
                    })
            else { return nil }
            if kind != .boolean {
                report(.typeMismatch, "\(place) has a filter that is \(kind.description), not true or false")
            }
            condition = sql
        }
        return .init(
            name: name, aggregate: aggregate, input: column, window: window, filter: condition, kind: kind)
    }

    private mutating func check(_ access: BatchPlan.Access, _ source: ResolvedSource, _ place: String) {
        let clocks = [access.eventTime, access.availableAt, access.tieBreak].compactMap { $0?.column }
        for name in access.entity + clocks where source.relation[name] == nil {
            report(.missingColumn, "\(place) reads \(name); \(access.table) has \(source.relation.columnNames)")
        }
        for clock in [access.eventTime, access.availableAt].compactMap({ $0 }) {
            if let kind = source.relation[clock.column], !kind.isTime {
                report(.typeMismatch, "\(place): \(clock.column) is \(kind), not a time")
            }
        }
        if access.key.count != access.entity.count {
            again(
                .keyMismatch, "\(place) gives \(access.key.count) keys for \(access.entity.count) of \(access.table)")
        }
    }

    private mutating func addWindow(_ access: BatchPlan.Access, _ output: BatchPlan.WindowStep.Output) {
        for index in items.indices {
            guard case .window(var step) = items[index].step, step.access == access else { continue }
            step.outputs.append(output)
            items[index].step = .window(step)
            items[index].provides.append(output.name)
            return
        }
        items.append(
            Item(
                step: .window(.init(access: access, outputs: [output])), place: "aggregate \(output.name)",
                provides: [output.name], needs: access.key + (access.at.map { [$0] } ?? [])))
    }

    private mutating func add(_ use: TrainingSetSpecification.ViewUse) {
        let view = use.view
        var source: ResolvedSource?
        if let declared = view.source {
            source = self.source(declared.table, "view \(view.name)")
            if let issue = view.issue(withTableKnownAt: source?.availableAt) { report(issue.code, issue.message) }
            source?.primaryKeys = declared.entity
            source?.timeKey = declared.eventTime
            source?.tieBreak = declared.tieBreak
            source?.availableAt = declared.availableAt
            if source == nil {
                lost.formUnion(view.features.map(\.name))
                return
            }
        }
        for feature in view.features {
            let place = "feature \(feature.name) of view \(view.name)"
            let isComputed = announce(feature.name, isHidden: feature.isHidden)
            let derived: DerivedFeature.Definition?
            switch feature.definition {
            case .ratio(let dividend, let divisor): derived = .ratio(dividend, divisor)
            case .sum(let names): derived = .sum(names)
            case .coalesce(let names): derived = .coalesce(names)
            case .expression(let expression): derived = .expression(expression)
            case .aggregate, .latest, .lookup: derived = nil
            }
            if let derived {
                if isComputed { addDerived(DerivedFeature(feature.name, derived), place) }
                continue
            }
            guard let source, let table = view.source?.table else {
                report(.invalidDeclaration, "\(place) reads a table, and the view declares none")
                continue
            }
            let isStatic = source.timeKey == nil && source.availableAt == nil
            var access = access(
                table, source, entity: source.primaryKeys, key: view.join, at: isStatic ? nil : use.at)
            access.takesDates = true
            check(access, source, "view \(view.name)")
            switch feature.definition {
            case .aggregate(let aggregate, let column, let window, let filter):
                guard source.timeKey != nil else {
                    report(.invalidDeclaration, "\(place) has a window, and the source no event_time")
                    continue
                }
                guard let output = output(feature.name, aggregate, column, window, filter, source) else { continue }
                if isComputed { addWindow(access, output) }
            case .latest(let column, _), .lookup(let column):
                guard let kind = source.relation[column] else {
                    report(.missingColumn, "\(place) reads \(column); \(table) has \(source.relation.columnNames)")
                    continue
                }
                var lookback: Int64?
                if case .latest(_, let age) = feature.definition { lookback = age } else { access.eventTime = nil }
                guard isComputed, access.key.count == access.entity.count else { continue }
                addLookup(
                    access, lookback: lookback, [.init(name: feature.name, column: column, kind: kind)], place)
            case .ratio, .sum, .coalesce, .expression: continue
            }
        }
    }

    private mutating func add(_ feature: DerivedFeature) {
        derived.append((feature.name, false))
        if let word = feature.type {
            if let kind = ColumnKind(declared: word) {
                declaredKinds[feature.name] = kind
            } else {
                report(.invalidDeclaration, "derived feature \(feature.name) has the unknown type \(word)")
            }
        }
        if isComputed(feature.name) { addDerived(feature, "derived feature \(feature.name)") }
    }

    private mutating func addDerived(_ feature: DerivedFeature, _ place: String) {
        items.append(
            Item(
                step: .derived(.init(name: feature.name, definition: feature.definition, kind: .double)), place: place,
                provides: [feature.name], needs: feature.inputs))
    }

    // MARK: Types

    /// The step with the types of what it takes, and its own outputs known from here on. Nil if they do not fit.
    private mutating func typed(_ item: Item) -> BatchPlan.Step? {
        switch item.step {
        case .lookup(var step):
            for output in step.outputs { kinds[output.name] = output.kind }
            guard let access = typed(step.access, item.place) else { return nil }
            step.access = access
            if access.isInNanoseconds, let lookback = step.lookback {
                step.lookback = lookback.multipliedReportingOverflow(by: 1000).overflow ? .max : lookback * 1000
            }
            return .lookup(step)
        case .window(var step):
            for output in step.outputs { kinds[output.name] = output.kind }
            guard let access = typed(step.access, item.place) else { return nil }
            step.access = access
            return .window(step)
        case .derived(var step):
            guard let kind = kind(of: step, item.place) else { return nil }
            step.kind = kind
            step.inputKinds = step.inputs.map { kinds[$0] ?? .double }
            kinds[step.name] = kind
            return .derived(step)
        }
    }

    private mutating func typed(_ access: BatchPlan.Access, _ place: String) -> BatchPlan.Access? {
        guard let source = resolved(access.table), access.entity.count == access.key.count else { return nil }
        var access = access
        var fits = true
        for (column, name) in zip(access.entity, access.key) {
            guard let theirs = source.relation[column], let ours = kinds[name] else {
                if source.relation[column] == nil {
                    report(
                        .missingColumn, "\(access.table) has no key \(column); it has \(source.relation.columnNames)")
                }
                fits = false
                continue
            }
            if case .other = theirs {
                report(.typeMismatch, "\(access.table) has the key \(column), and \(theirs) is no type for a key")
                fits = false
            } else if !ours.matches(theirs) {
                report(
                    .typeMismatch, "\(place): \(name) is \(ours), and the key \(column) is \(theirs); cast one of them")
                fits = false
            }
            access.keyKinds.append(ours)
        }
        guard let at = access.at else { return fits ? access : nil }
        guard let time = kinds[at] else { return nil }
        if !time.isTime {
            report(.typeMismatch, "\(place): \(at) is \(time), not a time")
            return nil
        }
        access.atKind = time
        for (clock, isEvent) in [(access.eventTime, true), (access.availableAt, false)] {
            guard let clock else { continue }
            guard let kind = source.relation[clock.column] else {
                report(
                    .missingColumn,
                    "\(access.table) has no column \(clock.column); it has \(source.relation.columnNames)")
                fits = false
                continue
            }
            // A date among events is its midnight; a lookup by another type of time is a mistake more often than not.
            let isComparable =
                isEvent
                ? kind == time || (access.takesDates && kind == .date && time == .timestamp)
                : kind.isComparableClock(to: time)
            if !isComparable {
                report(.typeMismatch, "\(place): \(at) is \(time), and \(clock.column) is \(kind); cast one of them")
                fits = false
            }
        }
        return fits ? access : nil
    }

    private mutating func kind(of step: BatchPlan.DerivedStep, _ place: String) -> ColumnKind? {
        let natural: ColumnKind
        switch step.definition {
        case .ratio(let dividend, let divisor):
            for name in [dividend, divisor] {
                guard let kind = kinds[name] else { return nil }
                if !kind.isNumber && kind != .boolean {
                    report(.typeMismatch, "\(place) divides \(name), which is \(kind)")
                }
            }
            natural = .double
        case .sum(let names):
            let inputs = names.compactMap { kinds[$0] }
            guard inputs.count == names.count, !inputs.isEmpty else { return nil }
            for (name, kind) in zip(names, inputs) where !kind.isNumber {
                report(.typeMismatch, "\(place) adds \(name), which is \(kind)")
                return nil
            }
            natural = Self.common(inputs, isSum: true) ?? .double
        case .coalesce(let names):
            let inputs = names.compactMap { kinds[$0] }
            guard inputs.count == names.count, !inputs.isEmpty else { return nil }
            guard let common = Self.common(inputs, isSum: false) else {
                report(.typeMismatch, "\(place) takes the first of columns of different types")
                return nil
            }
            natural = common
        case .expression(let expression):
            let kinds = kinds
            guard let (_, kind) = compiled(expression, place, column: { name in kinds[name].map { (name, $0) } }) else {
                return nil
            }
            natural = kind
        }
        guard let declared = declaredKinds[step.name], declared != natural else { return natural }
        let widens =
            declared == .double && natural.isNumber || declared == .long && natural.isInteger
            || declared.isDecimal && (natural.isDecimal || natural.isInteger)
        if !widens { report(.typeMismatch, "\(place) is declared \(declared) and is \(natural)") }
        return declared
    }

    /// The type that values of all these have room in. Nil if there is none.
    static func common(_ kinds: [ColumnKind], isSum: Bool) -> ColumnKind? {
        guard let first = kinds.first else { return nil }
        if !isSum, kinds.allSatisfy({ $0 == first }) { return first }
        guard kinds.allSatisfy(\.isNumber) else { return nil }
        if kinds.contains(where: \.isFloatingPoint) { return .double }
        let scales = kinds.compactMap { kind in if case .decimal(_, let scale) = kind { scale } else { nil } }
        return scales.max().map { .decimal(precision: 38, scale: $0) } ?? .long
    }
}
