import GRDB
import MartletDomain

extension Migration {
    /// - Throws: ``StoreError/newerSchema(found:known:)`` when the database has steps that `migrations` has not.
    static func refuseNewer(than migrations: [Migration], _ database: Database) throws {
        let (newest, known) = (try newestApplied(database), migrations.map(\.number).max() ?? 0)
        guard newest <= known else { throw StoreError.newerSchema(found: newest, known: known) }
    }

    /// Applies those that are newer than the database, in their order, each in a transaction of its own.
    static func apply(_ migrations: [Migration], to database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL
                )
                """)
        let newest = try newestApplied(database)
        for migration in migrations where migration.number > newest {
            try database.inTransaction(.immediate) {
                for statement in migration.statements { try database.execute(sql: statement) }
                try database.execute(
                    sql: "INSERT INTO schema_migrations (number, name, applied_at) VALUES (?, ?, ?)",
                    arguments: [migration.number, migration.name, WallClock.system.now])
                return .commit
            }
        }
    }

    private static func newestApplied(_ database: Database) throws -> Int64 {
        guard try database.tableExists("schema_migrations") else { return 0 }
        return try Int64.fetchOne(database, sql: "SELECT MAX(number) FROM schema_migrations") ?? 0
    }
}
