import DeltaLake
import MartletDomain
import QueryEngine

/// One of two tables that are compared.
struct DiffSide: Sendable {
    let table: TableReference
    let relation: String
    let schema: TableSchema

    init(_ table: TableReference, _ snapshot: DeltaSnapshot) {
        (self.table, relation, schema) = (table, snapshot.relation, snapshot.schema)
    }
}

/// Two tables that are compared, and in which columns.
struct DiffSides: Sendable {
    let from: DiffSide
    let to: DiffSide
    let key: [String]

    /// A column of both sides, and how a value of either is made comparable with one of the other.
    struct Common: Sendable {
        var name: String
        var from: DataType
        var to: DataType

        /// The column in SQL. Whole numbers of all widths compare as they are; other numbers of two types as doubles; what is a
        /// number on one side only, or not of one type, as text.
        var sql: String {
            let column = quotedIdentifier(name)
            if from == to || (from.isInteger && to.isInteger) { return column }
            return from.isNumber && to.isNumber ? "CAST(\(column) AS DOUBLE)" : "CAST(\(column) AS VARCHAR)"
        }
    }

    /// Without the key, in the order of `to`.
    var common: [Common] { shared.filter { !key.contains($0.name) } }

    /// The key's columns, in its order.
    var keyColumns: [Common] { key.compactMap { name in shared.first { $0.name == name } } }

    private var shared: [Common] {
        to.schema.fields.compactMap { field in
            from.schema[field.name].map { Common(name: field.name, from: $0.type, to: field.type) }
        }
    }

    /// - Throws: Whatever is wrong with the key's names and types.
    func check() throws {
        for side in [from, to] {
            let missing = key.filter { side.schema[$0] == nil }
            guard missing.isEmpty else { throw DatasetError.missingColumns(missing, table: side.table.description) }
        }
        let twice = Set(key.filter { name in key.count { $0 == name } > 1 })
        guard twice.isEmpty else { throw UnusableKey(key, twice.sorted().map { "\($0) is named twice." }) }
        let retyped = keyColumns.filter { $0.from != $0.to && !($0.from.isInteger && $0.to.isInteger) }
        guard retyped.isEmpty else {
            throw UnusableKey(
                key,
                retyped.map { "\($0.name) is \($0.from) in \(from.table) and \($0.to) in \(to.table)." })
        }
    }

    var schemaDiff: DatasetDiff {
        var diff = DatasetDiff(from: from.table, to: to.table)
        diff.key = key
        diff.addedColumns = to.schema.fields.filter { from.schema[$0.name] == nil }
        diff.removedColumns = from.schema.fields.filter { to.schema[$0.name] == nil }
        diff.retypedColumns = shared.filter { $0.from != $0.to }.map {
            RetypedColumn($0.name, from: $0.from, to: $0.to)
        }
        return diff
    }
}

extension DataType {
    fileprivate var isInteger: Bool {
        switch self {
        case .byte, .short, .integer, .long: true
        default: false
        }
    }
}

extension RecordBatch {
    /// A row's texts of the columns of those names.
    func texts(_ names: [String], at row: Int) -> [String?] { names.map { self[$0]?.strings?[row] ?? nil } }
}

/// `item0, item1` for what `item` makes of each and its place.
func sqlList<Element>(_ elements: [Element], by separator: String = ", ", _ item: (Int, Element) -> String) -> String {
    elements.enumerated().map { item($0.offset, $0.element) }.joined(separator: separator)
}
