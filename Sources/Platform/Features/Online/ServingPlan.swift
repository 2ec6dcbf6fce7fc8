import FeatureEngine
import MartletDomain
import QueryEngine

/// How a view by itself is asked for: rows with its keys, what its formulas take, and a time.
struct ServingPlan: Sendable {
    /// The column of the time; no column of anybody's.
    static let time = "martlet_request_time"

    let specification: TrainingSetSpecification
    /// The caller's columns: keys, then what formulas take.
    let request: [Relation.Column]
    let keyCount: Int

    /// - Parameter schema: The columns that the view reads of its table.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem of the view over that table.
    init(_ view: FeatureView, _ schema: TableSchema) throws {
        specification = TrainingSetSpecification(
            name: view.name, views: [.init(view, at: Self.time)])
        let entity = view.source?.entity ?? []
        let keys = zip(view.join, entity).map { Relation.Column($0, schema[$1].map { ColumnKind($0.type) } ?? .string) }
        let own = Set(view.features.map(\.name)).union(keys.map(\.name))
        var taken: [String] = []
        for name in view.features.flatMap(\.definition.inputs) where !own.contains(name) && !taken.contains(name) {
            taken.append(name)
        }
        keyCount = keys.count
        request = try Self.typed(taken, beside: keys, specification, view, schema)
    }

    /// A formula says what it does with a column, not of which type it is: numbers are doubles, unless only another type
    /// fits.
    private static func typed(
        _ taken: [String], beside keys: [Relation.Column], _ specification: TrainingSetSpecification,
        _ view: FeatureView, _ schema: TableSchema
    ) throws -> [Relation.Column] {
        var columns = keys + taken.map { Relation.Column($0, .double) }
        func problems() -> Int? {
            do {
                _ = try BatchExecutor(
                    specification, sources: sources(view, schema, relation: "t"), spine: spine(columns, sql: "r"))
                return nil
            } catch let error as FeatureError {
                return max(1, error.issues.count)
            } catch {
                return 1
            }
        }
        guard var least = problems() else { return columns }
        for index in keys.count..<columns.count {
            for kind in [ColumnKind.string, .boolean, .timestamp, .date] {
                let before = columns[index]
                columns[index].kind = kind
                guard let count = problems() else { return columns }
                if count < least { least = count } else { columns[index] = before }
            }
        }
        // Says what is wrong.
        _ = try BatchExecutor(
            specification, sources: sources(view, schema, relation: "t"), spine: spine(columns, sql: "r"))
        return columns
    }

    static func sources(
        _ view: FeatureView, _ schema: TableSchema, relation: String
    ) -> [String: ResolvedSource] {
        guard let source = view.source else { return [:] }
        let columns = schema.fields.map { Relation.Column($0.name, ColumnKind($0.type)) }
        return [
            source.table: ResolvedSource(
                Relation(sql: relation, columns: columns), primaryKeys: source.entity, timeKey: source.eventTime,
                tieBreak: source.tieBreak, availableAt: source.availableAt)
        ]
    }

    /// Rows with the caller's columns and the time.
    static func spine(_ columns: [Relation.Column], sql: String) -> Relation {
        Relation(sql: sql, columns: columns + [.init(time, .timestamp)])
    }

    func spine(sql: String) -> Relation { Self.spine(request, sql: sql) }
}

extension ColumnKind {
    /// Of a table's column.
    init(_ type: DataType) {
        switch type {
        case .boolean: self = .boolean
        case .byte: self = .byte
        case .short: self = .short
        case .integer: self = .integer
        case .long: self = .long
        case .float: self = .float
        case .double: self = .double
        case .decimal(let precision, let scale): self = .decimal(precision: precision, scale: scale)
        case .string: self = .string
        case .binary: self = .binary
        case .date: self = .date
        case .timestamp: self = .timestamp
        }
    }

    /// The type of a table's column that holds it.
    var dataType: DataType {
        switch self {
        case .boolean: .boolean
        case .byte: .byte
        case .short: .short
        case .integer: .integer
        case .long: .long
        case .float: .float
        case .double: .double
        case .decimal(let precision, let scale): .decimal(precision: precision, scale: scale)
        case .binary: .binary
        case .date: .date
        case .timestamp, .naiveTimestamp, .nanoseconds: .timestamp
        case .string, .other: .string
        }
    }
}
