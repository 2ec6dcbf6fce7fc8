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
    ///   - isStrict: Whether features that hold what was not known, as far as ``FeatureLint`` can tell, are refused.
    /// - Throws: ``FeatureError/issues(_:)`` with every problem, before anything is computed.
    package func createTrainingSet(
        _ text: String, spine rows: FeatureRows, into table: TableName, isStrict: Bool = false, runID: String? = nil,
        by caller: Caller
    ) async throws -> TrainingSetRecord {
        try await datasets.requireChange(
            AuditAction("features", "create_training_set", ["table": table.description]), by: caller)
        let declared = try TrainingSetSpecification(yaml: text, views: try await views(), isChecked: false)
        var found = try await TrainingSetSources(finding: declared, self)
        if isStrict { found.refuseLeaks() }
        let sources = found
        let spine = try await keptSpine(rows, sources, beside: table, runID: runID, by: caller)
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
            sources: sources.pinned, keys: sources.keys,
            views: specification.views.map {
                .init(name: $0.view.name, version: $0.view.version, hash: $0.view.planDigest)
            },
            label: specification.labels, excluded: specification.excluded,
            warnings: FeatureLint.findings(of: specification).map(\.line),
            specification: text,
            createdBy: version.writtenBy, createdAt: version.writtenAt)
        return try await keep(record, by: caller)
    }

    /// What makes it likely that the future, or the label itself, gets into a training set's features.
    /// - Throws: ``FeatureError/issues(_:)`` with everything for which it could not be made at all.
    package func lintTrainingSet(_ text: String) async throws -> [FeatureLint.Finding] {
        let declared = try TrainingSetSpecification(yaml: text, views: try await views(), isChecked: false)
        let sources = try await TrainingSetSources(finding: declared, self)
        let issues = sources.issues + sources.specification.issues
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        return FeatureLint.findings(of: sources.specification)
    }

    /// Computes a training set again, out of the versions that it was made of.
    /// - Returns: What comes out now.
    package func recomputeTrainingSet(_ record: TrainingSetRecord) async throws -> TableContent {
        // A view that it names without a version has newer ones by now, perhaps.
        let hashes = Set(record.views.map(\.hash))
        let views = try await views().filter { hashes.contains($0.planDigest) }
        let declared = try TrainingSetSpecification(yaml: record.specification, views: views)
        let sources = try await TrainingSetSources(of: declared, self, recorded: TrainingSetSources.Recorded(record))
        let hash = CanonicalPlan.hash(of: sources.specification)
        guard hash == record.planHash else {
            throw FeatureError.issues([
                FeatureIssue(
                    .invalidDeclaration,
                    "\(record.table) was made by plan \(record.planHash.prefix(12)), and its declaration now means plan "
                        + "\(hash.prefix(12)): a view has changed")
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

    /// The rows as a table, once nothing is wrong with what is to be computed for them.
    private func keptSpine(
        _ rows: FeatureRows, _ sources: TrainingSetSources, beside table: TableName, runID: String?, by caller: Caller
    ) async throws -> TableReference {
        let schema = sources.specification.spineSchema
        if case .table(let name, let version) = rows {
            let spelled = datasets.spelled(name)
            let snapshot = try await datasets.snapshot(spelled, version: version)
            try sources.check(Relation(of: snapshot), called: spelled.description)
            return TableReference(spelled, version: snapshot.version)
        }
        let declared = schema.map { columns in
            TableSchema(columns.compactMap { column in DataType(declared: column.type).map { .init(column.name, $0) } })
        }
        let branch = table.branch.map { "_" + $0.replacing("-", with: "_") } ?? ""
        let name = try TableName(table.parts.joined(separator: ".") + branch + "_spine")
        return try await withFrame(rows, like: declared) { frame in
            let found = try await frame.schema(datasets.engine)
            try sources.check(Relation(of: found), called: "The spine")
            let mark = "The rows of training set \(table): "
            if try await isTaken(name, by: table, mark) {
                throw InvalidRequest(
                    "\(table) was not computed: its rows would be kept as \(name), which is another table. Give the "
                        + "training set another name, or put the rows into a table with `martlet data import` and name it."
                )
            }
            return try await datasets.write(
                name, .overwrite, selecting: frame.sql, operation: .imported, inputs: frame.inputs,
                source: mark + (frame.source ?? ""), runID: runID, by: caller, prepare: frame.prepare
            ).table
        }
    }
}

extension Features {
    /// Whether a table is there that keeps no rows of this training set.
    private func isTaken(_ name: TableName, by table: TableName, _ mark: String) async throws -> Bool {
        guard datasets.deltaTable(name).exists() else { return false }
        let newest = try await datasets.version(try await datasets.latest(name))
        if newest?.source?.hasPrefix(mark) == true { return false }
        return try await !trainingSetRecords(table).contains { $0.spine.name == name }
    }
}

extension TrainingSetSources {
    fileprivate mutating func refuseLeaks() {
        issues += FeatureLint.findings(of: specification).filter { $0.severity == .error }.map {
            FeatureIssue(.invalidDeclaration, "\($0.code.rawValue): \($0.message)")
        }
    }

    /// Everything that is wrong with the tables, the declaration and the rows, before any of it is read.
    fileprivate func check(_ spine: Relation, called place: String) throws {
        var issues = issues
        do {
            _ = try spine.declared(as: specification.spineSchema, of: place)
        } catch {
            issues += error.issues
        }
        _ = try BatchExecutor(specification, sources: resolved(), spine: spine, besides: issues)
    }
}

enum CanonicalPlan {
    /// SHA-256 of a training set's plan, 64 hexadecimal digits.
    static func hash(of specification: TrainingSetSpecification) -> String {
        CanonicalJSON.sha256Hex(specification.canonicalPlan)
    }
}
