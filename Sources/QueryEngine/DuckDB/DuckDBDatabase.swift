internal import CDuckDB
import Foundation

/// One in-memory database; closed when the last connection to it has let go.
///
/// Unchecked: DuckDB allows calls with a database from any thread, and the handle does not change.
final class DuckDBDatabase: @unchecked Sendable {
    let library: DuckDBLibrary
    let handle: duckdb_database
    /// Looks after what statements write.
    let room: WriteRoom
    private let ownFolder: URL?

    init(_ library: DuckDBLibrary, _ configuration: DuckDBConfiguration) throws {
        let functions = library.functions
        let fresh = FileManager.default.temporaryDirectory.appendingPathComponent("martlet-duckdb-\(UUID().uuidString)")
        let folder = configuration.temporaryDirectory ?? fresh
        var settings: duckdb_config?
        guard functions.create_config(&settings) == DuckDBSuccess else {
            throw QueryError.notStarted("no configuration")
        }
        defer { functions.destroy_config(&settings) }
        for (name, value) in [
            ("memory_limit", "\(configuration.memoryLimitInBytes)B"),
            ("threads", "\(configuration.threads)"),
            ("temp_directory", folder.path),
            ("autoinstall_known_extensions", "false"),
            ("autoload_known_extensions", "false"),
            ("allow_community_extensions", "false"),
            ("preserve_insertion_order", "true"),
        ] where functions.set_config(settings, name, value) != DuckDBSuccess {
            throw QueryError.notStarted("the setting \(name) = \(value) was refused")
        }
        var opened: duckdb_database?
        var reason: UnsafeMutablePointer<CChar>?
        let state = functions.open_ext(nil, &opened, settings, &reason)
        defer { functions.free(reason) }
        guard state == DuckDBSuccess, let opened else {
            throw QueryError.notStarted(reason.map { String(cString: $0) } ?? "DuckDB gave no reason")
        }
        (self.library, handle) = (library, opened)
        room = WriteRoom(configuration, spillingTo: folder)
        ownFolder = configuration.temporaryDirectory == nil ? fresh : nil
        let connection = try DuckDBConnection(self)
        defer { connection.close() }
        let session = DuckDBSession(connection)
        // The time zone is an extension's setting: only once the database is open. Then no statement changes any.
        try session.execute("SET GLOBAL TimeZone = 'UTC'")
        if let folders = configuration.folders {
            // As they are, and as they are spelled where a pattern may stand.
            let allowed = (folders + [folder]).flatMap { [quotedLiteral($0.path + "/"), quotedFile($0.path + "/")] }
                .joined(separator: ", ")
            try session.execute("SET GLOBAL allowed_directories = [\(allowed)]")
            if !configuration.files.isEmpty {
                let files = configuration.files.flatMap { [quotedLiteral($0.path), quotedFile($0.path)] }
                    .joined(separator: ", ")
                try session.execute("SET GLOBAL allowed_paths = [\(files)]")
            }
            try session.execute("SET GLOBAL enable_external_access = false")
        }
        try session.execute("SET GLOBAL lock_configuration = true")
    }

    deinit {
        var closing: duckdb_database? = handle
        library.functions.close(&closing)
        if let ownFolder { try? FileManager.default.removeItem(at: ownFolder) }
    }
}
