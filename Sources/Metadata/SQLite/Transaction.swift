import GRDB
package import MartletDomain

/// A view of the database as it is at one moment. Not to be kept after the closure that it was lent to.
///
/// SQL is written once, in what SQLite and PostgreSQL both speak; parameters are `?`, in order.
package class Snapshot {
    let database: Database
    /// The statements whose rows are being handed over, outermost first.
    private var open: [String] = []

    init(_ database: Database) { self.database = database }

    /// Hands over each row as it is read. The body may ask for more, also by the same statement.
    ///
    /// - Parameter isComposed: Whether the SQL was put together for one request. There are too many of those to keep them
    ///   prepared.
    package func forEach(
        _ sql: String, _ arguments: [SQLValue] = [], isComposed: Bool = false, _ body: (SQLRow) throws -> Void
    ) throws {
        try checkTransaction()
        // A kept statement that is being stepped through must not start again underneath.
        let isKept = !isComposed && !open.contains(sql)
        let statement = isKept ? try database.cachedStatement(sql: sql) : try database.makeStatement(sql: sql)
        if isKept { open.append(sql) }
        defer {
            statement.finish()
            if isKept { open.removeLast() }
        }
        try statement.start(arguments)
        let columns = statement.columnNames
        while try statement.step(database) {
            try body(SQLRow(columns: columns, values: statement.values(count: columns.count)))
        }
    }

    package func rows(
        _ sql: String, _ arguments: [SQLValue] = [], isComposed: Bool = false
    ) throws -> [SQLRow] {
        var rows: [SQLRow] = []
        try forEach(sql, arguments, isComposed: isComposed) { rows.append($0) }
        return rows
    }

    package func row(_ sql: String, _ arguments: [SQLValue] = [], isComposed: Bool = false) throws -> SQLRow? {
        var first: SQLRow?
        try forEach(sql, arguments, isComposed: isComposed) { row in first = first ?? row }
        return first
    }

    /// On some errors (a full disk) SQLite rolls back by itself; what came later would commit alone and unlogged.
    fileprivate func checkTransaction() throws(StoreError) {
        guard database.isInsideTransaction else { throw .notDurable("the transaction was rolled back") }
    }
}

/// One change of state under way; its audit entry commits with it or neither does.
package final class Transaction: Snapshot {
    /// The time of the change, in milliseconds since 1970 UTC: one reading for all that the change writes.
    package let now: Int64
    package let caller: Caller
    var notes = AuditNotes()

    init(_ database: Database, now: Int64, caller: Caller) {
        (self.now, self.caller) = (now, caller)
        super.init(database)
    }

    /// Runs one statement.
    /// - Returns: The number of rows that it changed.
    @discardableResult
    package func execute(_ sql: String, _ arguments: [SQLValue] = []) throws -> Int {
        try checkTransaction()
        try database.run(sql, arguments)
        return database.changesCount
    }

    /// The next number of a sequence: among changes that were committed none has it twice, and later ones have more.
    /// A number that was taken by a change which then was undone is given again.
    package func next(_ sequence: String) throws -> Int64 {
        let taken = try row(
            "INSERT INTO sequences (name, value) VALUES (?, 1) "
                + "ON CONFLICT (name) DO UPDATE SET value = sequences.value + 1 RETURNING value", [.text(sequence)])
        guard let taken else { throw StoreError.unexpectedValue(column: "value") }
        return try taken.integer("value")
    }

    /// Adds a fact to the change's audit entry: an id that was made, a reason that was found.
    package func note(_ key: String, _ value: String?) { notes.facts[key] = value }

    /// Puts digests of the state before and after into the change's audit entry: 64 hexadecimal digits each.
    package func note(before: String?, after: String?) { (notes.before, notes.after) = (before, after) }
}

struct AuditNotes {
    var facts: [String: String] = [:]
    var before: String?
    var after: String?
}
