import DeltaLake
import AuditLog
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine
import Synchronization

extension Features {
    /// Joins features to rows as of each row's own time, and commits the result as a table's next version.
    ///
    /// One row in, one row out, in order. Every table that is read is pinned: one that the specification gives no version is
    /// read at its newest. The same plan over the same versions gives the same bytes.
    ///
    /// - Parameters:
    ///   - text: The declaration, YAML. It may name views that are on record.
    ///   - spine: The rows. Those of a file or a SELECT are kept as the table `…_spine` beside the result.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem, before anything is computed.
    package func createTrainingSet(
        _ text: String, spine rows: FeatureRows, into table: TableName, runID: String? = nil, by caller: Caller
    ) async throws -> TrainingSetRecord {
        try await datasets.requireChange(
            AuditAction("features", "create_training_set", ["table": table.description]), by: caller)
        let declared = try TrainingSetSpecification(yaml: text, views: try await views())
        let sources = try await TrainingSetSources(of: declared, self)
        let spine = try await keptSpine(rows, declared, beside: table, runID: runID, by: caller)
        let content = Mutex<TableContent?>(nil)
        let inputs = [spine] + Set(sources.pinned.values).sorted { $0.description < $1.description }
        let relation = Relation(of: try await datasets.snapshot(spine))
        let version = try await datasets.write(
            table, .overwrite, selecting: "SELECT * FROM \(Self.resultView)", operation: .trainingSet,
            inputs: inputs, source: text, runID: runID, by: caller
        ) { session in
            let found = try Self.run(sources, relation, in: session)
            content.withLock { $0 = found }
        }
        guard let content = content.withLock({ $0 }), content.rowCount == version.rowCount else {
            throw RowCountChanged(
                expected: Int(content.withLock { $0?.rowCount ?? 0 }), found: Int(version.rowCount))
        }
        let specification = sources.specification
        let record = TrainingSetRecord(
            table: version.table, planHash: CanonicalPlan.hash(of: specification), content: content, spine: spine,
            sources: sources.pinned,
            views: specification.views.map {
                .init(name: $0.view.name, version: $0.view.version, hash: $0.view.planDigest)
            },
            label: specification.labels, excluded: specification.excluded,
            warnings: FeatureLint.findings(of: specification).map { "\($0.code.rawValue): \($0.message)" },
            specification: text,
            createdBy: version.writtenBy, createdAt: version.writtenAt)
        return try await keep(record, by: caller)
    }

    /// Computes a training set again, out of the versions that it was made of.
    /// - Returns: What comes out now.
    package func recomputeTrainingSet(_ record: TrainingSetRecord) async throws -> TableContent {
        // A view that it names without a version has newer ones by now, perhaps.
        let hashes = Set(record.views.map(\.hash))
        let views = try await views().filter { hashes.contains($0.planDigest) }
        let declared = try TrainingSetSpecification(yaml: record.specification, views: views)
        let sources = try await TrainingSetSources(of: declared, self, recorded: record.sources)
        let hash = CanonicalPlan.hash(of: sources.specification)
        guard hash == record.planHash else {
            throw FeatureError.issues([
                FeatureIssue(
                    .invalidDeclaration,
                    "\(record.table) was made by plan \(record.planHash.prefix(12)), and its declaration now means plan "
                        + "\(hash.prefix(12)): a view or a table's keys have changed")
            ])
        }
        let relation = Relation(of: try await datasets.snapshot(record.spine))
        return try await datasets.engine.withSession { try Self.run(sources, relation, in: $0) }
    }

    /// What the rows of a table are now, as they lie.
    package func content(of table: TableReference) async throws -> TableContent {
        let relation = try await datasets.snapshot(table).relation
        return try await datasets.engine.withSession { try ContentDigest.content(of: "SELECT * FROM \(relation)", $0) }
    }

    private static let resultView = "martlet_training_set"

    /// Computes the rows into the session's view ``resultView``.
    private static func run(
        _ sources: TrainingSetSources, _ spine: Relation, in session: any QuerySession
    ) throws -> TableContent {
        let executor = try BatchExecutor(sources.specification, sources: sources.resolved(), spine: spine)
        let select = try executor.run(in: session)
        try session.execute("CREATE TEMP VIEW \(resultView) AS \(select)")
        return try BatchExecutor.naming {
            try ContentDigest.content(of: "SELECT * FROM \(resultView)", session)
        }
    }

    private func keptSpine(
        _ rows: FeatureRows, _ specification: TrainingSetSpecification, beside table: TableName, runID: String?,
        by caller: Caller
    ) async throws -> TableReference {
        if case .table(let name, let version) = rows {
            let spelled = name.spellings.first { datasets.deltaTable($0).exists() } ?? name
            return TableReference(spelled, version: try await datasets.snapshot(spelled, version: version).version)
        }
        let declared = specification.spineSchema.map { columns in
            TableSchema(columns.compactMap { column in DataType(declared: column.type).map { .init(column.name, $0) } })
        }
        let name = try TableName("\(table)_spine")
        return try await withFrame(rows, like: declared) { frame in
            _ = try await frame.schema(datasets.engine)
            return try await datasets.write(
                name, .overwrite, selecting: frame.sql, operation: .imported, inputs: frame.inputs,
                source: frame.source, runID: runID, by: caller, prepare: frame.prepare
            ).table
        }
    }
}

enum CanonicalPlan {
    /// SHA-256 of a training set's plan, 64 hexadecimal digits.
    static func hash(of specification: TrainingSetSpecification) -> String {
        CanonicalJSON.sha256Hex(specification.canonicalPlan)
    }
}
