import Foundation
package import MartletDomain
package import QueryEngine

/// A replay of files of this machine, into a file.
package enum FileReplay {
    /// What was written.
    package struct Summary: Sendable, Equatable {
        /// Requests, each a row.
        package var requests: Int
        /// Rows of the sources that came by the last request.
        package var rows: Int
    }

    /// - Parameters:
    ///   - specification: Its sources are files, `.parquet` or `.csv`.
    ///   - requests: The file with the rows to answer for.
    ///   - output: The file to write: CSV if its name ends in `.csv`, else Parquet. Replaced when all is done.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem; ``QueryError``.
    package static func run(
        _ specification: TrainingSetSpecification, requests: String, to output: String, engine: any QueryEngine
    ) async throws -> Summary {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "martlet-replay-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await engine.withSession { session in
            let files = FileRelations(session, folder: folder)
            let (sources, rows) = try files.resolve(specification, spine: requests)
            let replay = try Replay(specification, sources: sources, requests: rows)
            let result = try replay.run(in: session)
            let partial = output + ".partial-\(UUID().uuidString.prefix(8))" + (output.hasSuffix(".csv") ? ".csv" : "")
            defer { try? FileManager.default.removeItem(atPath: partial) }
            try files.write(result.select, replay.plan.output, to: partial)
            guard rename(partial, output) == 0 else { throw InvalidRequest("\(output) could not be written.") }
            return Summary(requests: result.requests, rows: result.rows)
        }
    }
}
