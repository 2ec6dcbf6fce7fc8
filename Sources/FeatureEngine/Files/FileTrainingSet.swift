import Foundation
package import MartletDomain
package import QueryEngine

/// A training set out of files of this machine, into a file.
package enum FileTrainingSet {
    /// What was written.
    package struct Summary: Sendable, Equatable {
        package var rows: Int
        package var columns: [Relation.Column]
    }

    /// - Parameters:
    ///   - specification: Its sources are files, `.parquet` or `.csv`.
    ///   - spine: The file with the rows to compute for.
    ///   - output: The file to write: CSV if its name ends in `.csv`, else Parquet. Replaced when all is done.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem; ``QueryError``.
    package static func compute(
        _ specification: TrainingSetSpecification, spine: String, to output: String, engine: any QueryEngine
    ) async throws -> Summary {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "martlet-features-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await engine.withSession { session in
            let files = FileRelations(session, folder: folder)
            let executor = try files.executor(of: specification, spine: spine)
            let select = try executor.run(in: session)
            let partial =
                output + ".partial-\(UUID().uuidString.prefix(8))"
                + (output.lowercased().hasSuffix(".csv") ? ".csv" : "")
            defer { try? FileManager.default.removeItem(atPath: partial) }
            let count = try BatchExecutor.naming {
                try files.write(select, executor.plan.output, to: partial)
            }
            guard rename(partial, output) == 0 else { throw InvalidRequest("\(output) could not be written.") }
            return Summary(rows: count, columns: executor.plan.output)
        }
    }
}

extension FileRelations {
    /// What computes a specification out of the files that it names.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` with every file and column that is missing or of another type, and all else
    ///   that is wrong with the specification.
    package func executor(of specification: TrainingSetSpecification, spine: String) throws -> BatchExecutor {
        let (sources, rows, issues) = try found(specification, spine: spine)
        guard let rows else { throw FeatureError.issues(issues + specification.issues) }
        return try BatchExecutor(specification, sources: sources, spine: rows, besides: issues)
    }

    /// The files that a specification names, and its spine.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` with every file and column that is missing or of another type.
    package func resolve(
        _ specification: TrainingSetSpecification, spine: String
    ) throws -> (sources: [String: ResolvedSource], spine: Relation) {
        let (sources, rows, issues) = try found(specification, spine: spine)
        guard issues.isEmpty, let rows else { throw FeatureError.issues(issues) }
        return (sources, rows)
    }

    private func found(
        _ specification: TrainingSetSpecification, spine: String
    ) throws -> (sources: [String: ResolvedSource], spine: Relation?, issues: [FeatureIssue]) {
        var issues: [FeatureIssue] = []
        func relation(_ path: String, _ schema: [ColumnDeclaration]?) throws -> Relation? {
            do {
                return try self.relation(path, schema: schema)
            } catch let error as FeatureError where !error.issues.isEmpty {
                issues += error.issues
                return nil
            }
        }
        var sources: [String: ResolvedSource] = [:]
        for source in specification.sources {
            guard case .path(let path) = source.location else {
                issues.append(
                    FeatureIssue(
                        .unknownTable, "Source \(source.name) is a table of a workspace, and here are files only"))
                continue
            }
            guard let relation = try relation(path, source.schema) else { continue }
            sources[source.name] = ResolvedSource(
                relation, primaryKeys: source.primaryKeys, timeKey: source.timeKey, tieBreak: source.tieBreak,
                availableAt: source.availableAt)
        }
        let rows = try relation(spine, specification.spineSchema)
        return (sources, rows, issues)
    }
}

extension BatchExecutor {
    /// Runs what reads a result, and names an integer that left its range as what it is.
    @discardableResult
    package static func naming<Result>(_ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch QueryError.statementFailed(let reason) where reason.contains("Overflow in") {
            throw FeatureError.issues([
                FeatureIssue(.overflow, "A derived feature leaves the range of 64-bit integers: \(reason)")
            ])
        }
    }
}
