import DeltaLake
import Foundation
package import MartletDomain
import QueryEngine

extension Datasets {
    /// Deletes the rows for which a row expression holds; those for which it is null stay.
    package func delete(
        from name: TableName, where predicate: String, runID: String? = nil, transaction: String? = nil,
        by caller: Caller
    ) async throws -> DatasetVersion {
        if let transaction, transaction.utf8.count != 32 || !transaction.allSatisfy(\.isHexDigit) {
            throw InvalidRequest("'\(transaction)' names no transaction: choose 32 hexadecimal digits.")
        }
        let origin = DatasetOrigin(
            .delete, source: predicate, runID: runID, transaction: transaction ?? newID())
        return try await delete(from: name, keys: [], [], predicate, origin, by: caller)
    }

    /// - Parameter files: Staged rows that hold the keys of the rows to delete, when there is no predicate.
    func delete(
        from name: TableName, keys: [String], _ files: [URL], _ predicate: String?, _ origin: DatasetOrigin,
        by caller: Caller
    ) async throws -> DatasetVersion {
        if let predicate {
            let condition = try await condition(predicate, on: name)
            return try await commit(
                name, .delete(condition: condition), selecting: "", origin: origin, by: caller)
        }
        let schema = try await snapshot(name).schema
        let strange = keys.filter { schema[$0] == nil }
        guard strange.isEmpty else { throw DatasetError.missingColumns(strange, table: name.description) }
        let rows = StagedRows.rows(files)
        let given = try await engine.withSession { try $0.schema(of: rows) }
        let lacking = keys.filter { given[$0] == nil }
        guard lacking.isEmpty else { throw DatasetError.missingColumns(lacking, table: "the file of keys") }
        // By the table's own types, so that a key that is spelled otherwise is the same key.
        let columns = keys.map { key in
            "CAST(\(quotedIdentifier(key)) AS \(schema[key]?.type.sqlName ?? "VARCHAR")) AS \(quotedIdentifier(key))"
        }
        let matches = keys.map { "martlet_keys.\(quotedIdentifier($0)) = present.\(quotedIdentifier($0))" }
        let condition = "EXISTS (SELECT 1 FROM martlet_keys WHERE \(matches.joined(separator: " AND ")))"
        return try await commit(
            name, .delete(condition: condition), selecting: "", origin: origin, by: caller,
            prepare: { session in
                try session.execute(
                    "CREATE TEMP TABLE martlet_keys AS SELECT DISTINCT \(columns.joined(separator: ", ")) FROM (\(rows))"
                )
            })
    }

    /// A row expression over a table's columns as SQL.
    /// - Throws: ``DatasetError/unfitTransaction(_:reason:)``.
    func condition(_ predicate: String, on name: TableName) async throws -> String {
        let schema = try await snapshot(name).schema
        do throws(RowExpression.Problem) {
            let expression = try RowExpression(predicate)
            let strange = expression.columns.filter { schema[$0] == nil }
            guard strange.isEmpty else {
                throw RowExpression.Problem("reads \(strange.joined(separator: ", ")), which \(name) does not have")
            }
            var operands: [RowExpression.Operand] = []
            for column in expression.columns {
                let type = schema[column]?.type.sqlName ?? ""
                guard let operand = RowExpression.Operand(duckDB: quotedIdentifier(column), columnType: type) else {
                    throw RowExpression.Problem("reads \(column), whose type expressions do not read")
                }
                operands.append(operand)
            }
            guard try expression.type(given: operands.map(\.type)) ?? .boolean == .boolean else {
                throw RowExpression.Problem("is no condition: it is neither true nor false")
            }
            return try expression.sql(over: operands)
        } catch {
            throw DatasetError.unfitTransaction(
                .delete, reason: "nothing was deleted: '\(predicate)' \(error.description).")
        }
    }
}
