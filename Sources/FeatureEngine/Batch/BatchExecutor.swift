import Foundation
package import MartletDomain
package import QueryEngine

/// Computes a training set: the rows of a spine, each with its features as of its own time.
///
/// One row in, one row out, in order. A row's features are a function of the row and the tables' contents alone.
package struct BatchExecutor: Sendable {
    package let plan: BatchPlan
    package let dialect: SQLDialect
    /// Threads for window aggregates.
    package let threads: Int

    /// Checks everything that can be known without reading rows.
    ///
    /// - Parameters:
    ///   - sources: By the names that lookups, aggregates and views use.
    ///   - spine: The caller's rows.
    ///   - found: What is known to be wrong already.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem.
    package init(
        _ specification: TrainingSetSpecification, sources: [String: ResolvedSource], spine: Relation,
        besides found: [FeatureIssue] = [], dialect: SQLDialect = .duckDB,
        threads: Int = ProcessInfo.processInfo.activeProcessorCount
    ) throws {
        var builder = PlanBuilder(specification, sources: sources, spine: spine, dialect: dialect)
        let plan = builder.plan()
        // A table that is known to be missing is missing once.
        let issues = found + builder.issues.filter { found.isEmpty || $0.code != .unknownTable && !found.contains($0) }
        guard let plan, issues.isEmpty else { throw FeatureError.issues(issues) }
        (self.plan, self.dialect, self.threads) = (plan, dialect, threads)
    }

    /// Runs the plan. The result lives in temporary tables of the session.
    ///
    /// - Returns: A SELECT of the result's rows, in the order of the spine.
    /// - Throws: ``FeatureError/issues(_:)`` for rows that nothing decides between and sums that leave their type;
    ///   ``QueryError``.
    package func run(in session: any QuerySession) throws -> String {
        var run = BatchRun(plan, dialect, session, threads: threads)
        return try run.result()
    }
}

/// One run of a plan in a session.
struct BatchRun {
    let plan: BatchPlan
    let dialect: SQLDialect
    let session: any QuerySession
    let threads: Int
    /// Tells this run's tables from another's in the same session.
    private let prefix = "run_" + UUID().uuidString.prefix(8) + "_"
    /// Tables of one row for each row of the spine, in its order.
    private var tables: [String] = []
    /// SQL over ``tables`` by the name of a column.
    private var columns: [String: String] = [:]
    private var rowCount = 0
    /// Features whose SQL is more than a column's name.
    private var derived: [String] = []

    init(_ plan: BatchPlan, _ dialect: SQLDialect, _ session: any QuerySession, threads: Int) {
        (self.plan, self.dialect, self.session, self.threads) = (plan, dialect, session, threads)
    }

    mutating func result() throws -> String {
        try holdSpine()
        for step in plan.steps {
            switch step {
            case .lookup(let step): try look(step)
            case .window(let step): try aggregate(step)
            case .derived(let step): try derive(step)
            }
        }
        let list = plan.output.map { "\(columns[$0.name] ?? "NULL") AS \(dialect.name($0.name))" }
        return "SELECT \(list.joined(separator: ", ")) FROM \(dialect.beside(tables))"
    }

    private func table(_ name: String) -> String { prefix + name }

    private func count(_ table: String) throws -> Int {
        Int((try session.collect("SELECT count(*) AS n FROM \(table)").column("n").longs?.first ?? nil) ?? 0)
    }

    /// Keeps the columns of the spine that are part of the result or that features are computed from.
    private mutating func holdSpine() throws {
        let base = table("spine")
        var needed = Set(plan.output.map(\.name))
        for step in plan.steps {
            switch step {
            case .lookup(let step): needed.formUnion(step.access.key + [step.access.at].compactMap { $0 })
            case .window(let step): needed.formUnion(step.access.key + [step.access.at].compactMap { $0 })
            case .derived(let step):
                needed.formUnion(DerivedFeature(step.name, step.definition).inputs)
            }
        }
        var list = ["TRUE AS row_is_there"]
        for (index, column) in plan.spine.columns.enumerated() where needed.contains(column.name) {
            list.append("\(dialect.name(column.name)) AS c\(index)")
            let held = "\(base).c\(index)"
            columns[column.name] = filled(held, column.kind, plan.spineDefaults[column.name])
        }
        try session.execute(
            dialect.create(base, as: "SELECT \(list.joined(separator: ", ")) FROM \(plan.spine.sql)"))
        tables.append(base)
        rowCount = try count(base)
        guard rowCount < Int(Int32.max) else {
            throw InvalidRequest("A training set has at most 2,147,483,646 rows; compute it in parts.")
        }
    }

    private func filled(_ column: String, _ kind: ColumnKind, _ fallback: String?) -> String {
        guard let fallback else { return column }
        if plan.defaultFillsNaN, kind.isFloatingPoint {
            return "CASE WHEN \(column) IS NULL OR \(dialect.isNaN(column)) THEN \(fallback) ELSE \(column) END"
        }
        return "coalesce(\(column), \(fallback))"
    }

    // MARK: Keys and labels

    /// A table with a number for each key that rows ask for, and when they do.
    private func labels(_ access: BatchPlan.Access, _ name: String) throws -> (keys: String, index: LabelIndex) {
        let keys = table(name + "_keys")
        let asked = access.key.map { columns[$0] ?? "NULL" }
        let names = access.key.indices.map { "k\($0)" }
        let distinct = zip(asked, names).map { "\($0) AS \($1)" }.joined(separator: ", ")
        let at = access.at.flatMap { columns[$0] }
        let present = (asked + [at].compactMap { $0 }).map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        try session.execute(
            dialect.create(
                keys,
                as: dialect.numbered(
                    "(SELECT DISTINCT \(distinct) FROM \(dialect.beside(tables)) WHERE \(present))", names, as: "id")))
        let time = at.map { dialect.clock($0, access.atKind) }
        let select =
            [dialect.cast(dialect.rowNumber(of: tables[0]), to: .integer) + " AS r", distinct]
            + [time.map { "\($0) AS t" }].compactMap { $0 }
        let same = names.map { "l.\($0) = k.\($0)" }.joined(separator: " AND ")
        var labels: [(row: Int32, key: Int32, time: Int64)] = []
        labels.reserveCapacity(rowCount)
        var untimed: [Int32] = []
        var keyCount = 0
        try session.query(
            """
            SELECT l.r, \(dialect.cast("k.id", to: .integer))\(time == nil ? "" : ", l.t") FROM (SELECT \(select.joined(separator: ", ")) \
            FROM \(dialect.beside(tables))) l LEFT JOIN \(keys) k ON \(same)
            """
        ) { batch in
            guard case .integer(let rows) = batch.columns[0].values,
                case .integer(let ids) = batch.columns[1].values
            else { throw QueryError.invalidBatch("A row's number is no integer.") }
            let times = time == nil ? nil : try batch.columns[2].ticks()
            for row in 0..<batch.rowCount {
                if times != nil, batch.columns[2].isNull(at: row) {
                    untimed.append(rows[row])
                } else if !batch.columns[1].isNull(at: row) {
                    labels.append((rows[row], ids[row], times?[row] ?? 0))
                    keyCount = max(keyCount, Int(ids[row]) + 1)
                }
            }
        }
        return (keys, LabelIndex(labels, untimed: untimed, keyCount: keyCount, rowCount: rowCount))
    }

    /// Gives the room of a table with many keys back before the session ends.
    private func release(_ keys: String, _ index: LabelIndex) throws {
        if index.keyCount > 100_000 { try session.execute("DROP TABLE \(keys)") }
    }

    /// The rows of the accessed table whose key is asked for: their key's number, then `columns`.
    ///
    /// - Parameter span: Event times that can count, as far as they are known: files of others need not be read.
    private func events(
        _ access: BatchPlan.Access, relation: String, keys: String, _ columns: [String], span: ClosedRange<Int64>?
    ) -> String {
        let same = access.entity.enumerated().map { "s.\(dialect.name($1)) = k.k\($0)" }
        var clocks = [access.eventTime, access.availableAt].compactMap { $0 }
            .map { "\(dialect.clock("s." + dialect.name($0.column), $0.kind)) IS NOT NULL" }
        if let span, let time = access.eventTime, time.kind == .timestamp {
            clocks += dialect.within(span, "s." + dialect.name(time.column))
        }
        return "SELECT \(([dialect.cast("k.id", to: .integer)] + columns).joined(separator: ", ")) FROM \(relation) s "
            + "JOIN \(keys) k ON \(same.joined(separator: " AND "))"
            + (clocks.isEmpty ? "" : " WHERE \(clocks.joined(separator: " AND "))")
    }

    /// All up to the last label.
    private func past(_ labels: LabelIndex) -> ClosedRange<Int64>? { labels.span.map { .min...$0.upperBound } }

    private func clocks(_ access: BatchPlan.Access) -> [String] {
        [access.eventTime, access.availableAt].compactMap { $0 }
            .map { dialect.clock("s." + dialect.name($0.column), $0.kind) }
    }

    /// The relation with a column for its rank, where rows of one time are told apart by a column without numbers.
    private func ranked(_ access: BatchPlan.Access, _ relation: String) -> (relation: String, rank: String?) {
        guard let tie = access.tieBreak, access.eventTime != nil else { return (relation, nil) }
        let order = dialect.order(dialect.name(tie.column), tie.kind)
        guard order.contains(" OVER ") else {
            return (relation, dialect.order("s." + dialect.name(tie.column), tie.kind))
        }
        // A name that no column of the caller's has.
        return ("(SELECT *, \(order) AS \(table("rank")) FROM \(relation))", "s.\(table("rank"))")
    }

    private func describe(key: Int, of access: BatchPlan.Access, in keys: String) throws -> String {
        let list = access.key.indices.map { "coalesce(\(dialect.text("k\($0)")), '')" }.joined(
            separator: " || ', ' || ")
        let text = try session.collect("SELECT \(list) AS t FROM \(keys) WHERE id = \(key)").column("t").strings
        return (text?.first ?? nil) ?? ""
    }

    // MARK: Lookups

    private mutating func look(_ step: BatchPlan.LookupStep) throws {
        let name = "t\(tables.count)"
        let (keys, index) = try labels(step.access, name)
        var relation = step.access.relation
        var rows = ""
        let carried = step.outputs.contains { dialect.encoded("", $0.kind) == nil }
        if carried {
            // Values that no kernel holds are found again by the number of their row.
            rows = table(name + "_rows")
            try session.execute(
                dialect.create(rows, as: dialect.numbered(relation, Self.columns(of: step), as: rowNumber)))
            relation = rows
        }
        let (source, rank) = ranked(step.access, relation)
        var read = clocks(step.access) + [rank].compactMap { $0 }
        let kept = step.outputs.filter { dialect.encoded("", $0.kind) != nil }
        read += kept.compactMap { dialect.encoded("s." + dialect.name($0.column), $0.kind) }
        if carried { read.append("s." + rowNumber) }
        let layout = MatchKernel.Layout(
            hasTime: step.access.eventTime != nil, hasAvailability: step.access.availableAt != nil,
            hasTie: rank != nil)
        var kernel = MatchKernel(index)
        try session.query(events(step.access, relation: source, keys: keys, read, span: past(index))) {
            try kernel.take($0, layout)
        }
        let matches = kernel.matches(lookback: step.lookback)
        if let ambiguous = matches.ambiguous {
            let key = try describe(key: ambiguous.key, of: step.access, in: keys)
            throw FeatureError.issues([Self.ambiguity(step.access, key: key)])
        }
        var batch = RecordBatch(columns: [], rowCount: rowCount)
        for (column, kept) in matches.kept.enumerated() {
            batch.columns.append(kept.laidOut(matches.slots, "v\(column)"))
        }
        let types = kept.map { dialect.storedType($0.kind) } + (carried ? ["BIGINT"] : [])
        let result = try hold(batch, types: types, name)
        for (column, output) in kept.enumerated() {
            columns[output.name] = filled(
                dialect.decoded("\(result).v\(column)", output.kind), output.kind, output.fallback)
        }
        try release(keys, index)
        if carried { try carry(step, rows, result, kept.count) }
    }

    /// A column's name that no table of others has.
    private var rowNumber: String { table("row") }

    /// What a lookup reads of its table.
    private static func columns(of step: BatchPlan.LookupStep) -> [String] {
        let access = step.access
        let clocks = [access.eventTime, access.availableAt, access.tieBreak].compactMap { $0?.column }
        return (access.entity + clocks + step.outputs.map(\.column)).reduce(into: []) {
            if !$0.contains($1) { $0.append($1) }
        }
    }

    /// Adds the values that were carried along by the number of their row.
    private mutating func carry(
        _ step: BatchPlan.LookupStep, _ rows: String, _ numbers: String, _ column: Int
    ) throws {
        let outputs = step.outputs.filter { dialect.encoded("", $0.kind) == nil }
        let list = outputs.enumerated().map { "s.\(dialect.name($1.column)) AS v\($0)" }.joined(separator: ", ")
        let held = numbers + "_carried"
        let places = "(SELECT \(dialect.rowNumber(of: numbers)) AS r, v\(column) AS n FROM \(numbers))"
        try session.execute(
            dialect.create(
                held,
                as: "SELECT \(list) FROM \(places) m LEFT JOIN \(rows) s ON s.\(rowNumber) = m.n ORDER BY m.r"))
        tables.append(held)
        for (index, output) in outputs.enumerated() {
            columns[output.name] = filled("\(held).v\(index)", output.kind, output.fallback)
        }
        // The rows stay: temporary tables end with the session.
    }

    /// One value for each row of the spine, in a table beside it.
    private mutating func hold(_ batch: RecordBatch, types: [String], _ name: String) throws -> String {
        let result = table(name)
        let columns = types.enumerated().map { (name: "v\($0)", type: $1) }
        try session.execute(
            dialect.create(result, [(name: "row_is_there", type: ColumnKind.boolean.sqlName)] + columns))
        var batch = batch
        batch.columns.insert(Column("row_is_there", .boolean(Array(repeating: true, count: rowCount))), at: 0)
        try session.append(batch, to: result)
        tables.append(result)
        return result
    }

    private static func ambiguity(_ access: BatchPlan.Access, key: String) -> FeatureIssue {
        guard access.eventTime != nil else {
            return FeatureIssue(
                .duplicateKey,
                "\(access.table) holds the key \(key) more than once; a table without a time key may hold each once")
        }
        return FeatureIssue(
            .duplicateKey,
            "\(access.table) has two rows for the key \(key) at one time and nothing that says which counts; "
                + "name a column under tie_break, of which the greater value wins")
    }

    // MARK: Window aggregates

    private mutating func aggregate(_ step: BatchPlan.WindowStep) throws {
        let name = "t\(tables.count)"
        let (keys, index) = try labels(step.access, name)
        var inputs: [Relation.Column] = []
        var conditions: [String] = []
        var windows: [WindowBounds] = []
        var outputs: [WindowKernel.Output] = []
        func place<Value: Equatable>(_ value: Value, in all: inout [Value]) -> Int {
            if let index = all.firstIndex(of: value) { return index }
            all.append(value)
            return all.count - 1
        }
        for output in step.outputs {
            guard let rule = AggregateRule(output.aggregate, input: output.input?.kind.cellType) else {
                throw InvalidRequest("\(output.name) is the \(output.aggregate.name) of values that it does not take.")
            }
            let bounds = WindowBounds(window: output.window, isInNanoseconds: step.access.isInNanoseconds)
            outputs.append(
                .init(
                    rule: rule, input: output.input.map { place($0, in: &inputs) },
                    condition: output.filter.map { place($0, in: &conditions) }, window: place(bounds, in: &windows)))
        }
        let kernel = WindowKernel(labels: index, windows: windows, outputs: outputs)
        let (source, rank) = ranked(step.access, step.access.relation)
        let read =
            clocks(step.access) + [rank].compactMap { $0 }
            + inputs.compactMap { dialect.encoded("s." + dialect.name($0.name), $0.kind) } + conditions
        let layout = EventTable.Layout(
            hasAvailability: step.access.availableAt != nil, hasTie: rank != nil, inputCount: inputs.count,
            conditionCount: conditions.count)
        var table = EventTable()
        let spans = kernel.spans()
        let span = spans.reduce(into: ClosedRange<Int64>?.none) { span, own in
            guard !own.isEmpty else { return }
            span = min(span?.lowerBound ?? .max, own.lowerBound)...max(span?.upperBound ?? .min, own.upperBound)
        }
        try session.query(events(step.access, relation: source, keys: keys, read, span: span)) {
            try table.take($0, layout, spans: spans)
        }
        table.finish(keyCount: index.keyCount)
        let answers: [[CellValue]]
        do {
            answers = try kernel.answers(table, threads: threads)
        } catch let refusal as WindowKernel.Refusal {
            let key = try describe(key: refusal.key, of: step.access, in: keys)
            throw FeatureError.issues([Self.issue(refusal, step, key: key)])
        }
        let batch = RecordBatch(
            columns: zip(answers, step.outputs).enumerated().map { index, pair in
                Column("v\(index)", cells: pair.0, pair.1.kind)
            }, rowCount: rowCount)
        let result = try hold(batch, types: step.outputs.map { dialect.storedType($0.kind) }, name)
        for (column, output) in step.outputs.enumerated() {
            columns[output.name] = dialect.decoded("\(result).v\(column)", output.kind)
        }
        try release(keys, index)
    }

    private static func issue(
        _ refusal: WindowKernel.Refusal, _ step: BatchPlan.WindowStep, key: String
    ) -> FeatureIssue {
        let name = step.outputs[refusal.output].name
        guard refusal.isOverflow else { return ambiguity(step.access, key: key) }
        return FeatureIssue(
            .overflow,
            "\(name) leaves the range of its type for the key \(key); use the avg, or a filter that leaves out "
                + "impossible values")
    }

    // MARK: Derived features

    /// What a feature is computed by, in the place of its name. One that is computed of others that are yet to be computed
    /// waits until those are in a table, so that no text holds another's text and grows with each.
    private mutating func derive(_ step: BatchPlan.DerivedStep) throws {
        if step.inputs.contains(where: { derived.contains($0) }) { try holdDerived() }
        let inputs = zip(step.inputs, step.inputKinds).map { (sql: columns[$0] ?? "NULL", kind: $1) }
        func list(_ kind: ColumnKind) -> [String] { inputs.map { dialect.cast($0.sql, from: $0.kind, to: kind) } }
        let value: String
        switch step.definition {
        case .ratio:
            let operands = list(.double)
            value = "CASE WHEN \(operands[1]) <> 0 THEN \(operands[0]) / \(operands[1]) END"
        case .sum: value = list(step.kind).joined(separator: " + ")
        case .coalesce: value = "coalesce(\(list(step.kind).joined(separator: ", ")))"
        case .expression(let expression): value = try dialect.expression(expression, inputs)
        }
        columns[step.name] = "(\(dialect.cast("(\(value))", to: step.kind)))"
        derived.append(step.name)
    }

    /// Computes the derived features that are not yet in a table.
    private mutating func holdDerived() throws {
        if derived.isEmpty { return }
        let held = table("d\(tables.count)")
        let list = derived.enumerated().map { "\(columns[$1] ?? "NULL") AS d\($0)" }.joined(separator: ", ")
        try BatchExecutor.naming {
            _ = try session.execute(dialect.create(held, as: "SELECT \(list) FROM \(dialect.beside(tables))"))
        }
        tables.append(held)
        for (index, name) in derived.enumerated() { columns[name] = "\(held).d\(index)" }
        derived = []
    }
}
