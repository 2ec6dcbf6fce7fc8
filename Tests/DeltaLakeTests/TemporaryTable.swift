import DeltaLake
import Foundation
import MartletDomain
import QueryEngine

/// A place for one table, removed when `body` has returned.
struct TemporaryTable: Sendable {
    let location: URL
    let table: DeltaTable

    static let engine: any QueryEngine = {
        do { return try DuckDBEngine() } catch { preconditionFailure("\(error)") }
    }()

    static func with(_ name: String = "table", _ body: (TemporaryTable) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("delta-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let location = folder.appendingPathComponent(name)
        try await body(TemporaryTable(location: location, table: DeltaTable(at: location, engine: engine)))
    }

    /// Each row of a query as texts; nulls are nil. `{}` stands for the table at that version.
    func rows(_ sql: String = "SELECT * FROM {}", at version: TableVersion = .latest) async throws -> [[String?]] {
        let snapshot = try await table.snapshot(at: version)
        return try await Self.rows(sql, snapshot)
    }

    static func rows(_ sql: String = "SELECT * FROM {}", _ snapshot: DeltaSnapshot) async throws -> [[String?]] {
        let text = sql.replacing("{}", with: snapshot.relation)
        return try await engine.withSession { session in
            var rows: [[String?]] = []
            try session.query("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (\(text))", []) { batch in
                let columns = batch.columns.map { $0.strings ?? [] }
                for row in 0..<batch.rowCount { rows.append(columns.map { $0[row] }) }
            }
            return rows
        }
    }

    /// Names of the files in the table's folder, hidden ones too.
    func fileNames() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: location.path).sorted()
    }

    /// Makes a log by hand: one element an entry.
    func writeLog(_ entries: [String]) throws {
        let log = location.appendingPathComponent("_delta_log")
        try FileManager.default.createDirectory(at: log, withIntermediateDirectories: true)
        for (version, text) in entries.enumerated() {
            let name = String(repeating: "0", count: 20 - String(version).count) + "\(version).json"
            try Data(text.utf8).write(to: log.appendingPathComponent(name))
        }
    }
}
