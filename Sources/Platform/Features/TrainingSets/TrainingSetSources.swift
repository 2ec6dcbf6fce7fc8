import DeltaLake
import FeatureEngine
import MartletDomain
import QueryEngine

/// The tables of a workspace that a training set reads, pinned, with the keys that lookups in them go by.
struct TrainingSetSources: Sendable {
    /// With every source declared: its table, its keys and its clocks.
    var specification: TrainingSetSpecification
    /// By the names that the specification uses.
    var pinned: [String: TableReference] = [:]
    private var snapshots: [String: DeltaSnapshot] = [:]

    /// - Parameter recorded: Versions to read in place of the newest, by name.
    /// - Throws: ``FeatureError/issues(_:)`` with every table that is not there, and every file: a server reads none.
    init(
        of specification: TrainingSetSpecification, _ features: Features, recorded: [String: TableReference] = [:]
    ) async throws {
        self.specification = specification
        var issues: [FeatureIssue] = []
        var sources: [TrainingSetSpecification.Source] = []
        let named = specification.lookups.map(\.table) + specification.views.compactMap(\.view.source?.table)
        let undeclared = named.filter { specification.source(named: $0) == nil }
        for source in specification.sources + Self.declared(undeclared, &issues) {
            guard case .table(let name, let version) = source.location else {
                issues.append(
                    FeatureIssue(
                        .unknownTable,
                        "Source \(source.name) is a file, and a workspace reads its own tables only: import it with "
                            + "`martlet data import`, and say 'table'"))
                continue
            }
            do {
                let table = try await features.tableIfPresent(name.main)
                let spelled = try (table?.name ?? features.datasets.spelled(name.main)).on(branch: name.branch)
                let snapshot = try await features.datasets.snapshot(
                    spelled, version: recorded[source.name]?.version ?? version)
                var source = source
                source.location = .table(spelled, version: version)
                if source.primaryKeys.isEmpty, let keys = table?.keys { source.take(keys) }
                if source.primaryKeys.isEmpty, specification.isLookedUp(source.name) {
                    issues.append(
                        FeatureIssue(
                            .invalidDeclaration,
                            "Source \(source.name) is no feature table, so say its primary_keys, or make it one with "
                                + "`martlet features register \(spelled)`"))
                }
                sources.append(source)
                pinned[source.name] = TableReference(spelled, version: snapshot.version)
                snapshots[source.name] = snapshot
            } catch let error as DatasetError {
                issues.append(FeatureIssue(.unknownTable, "Source \(source.name): \(error.message)"))
            }
        }
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
        self.specification.sources = sources
    }

    /// What the engine reads.
    func resolved() -> [String: ResolvedSource] {
        var resolved: [String: ResolvedSource] = [:]
        for source in specification.sources {
            guard let snapshot = snapshots[source.name] else { continue }
            resolved[source.name] = ResolvedSource(
                Relation(of: snapshot), primaryKeys: source.primaryKeys, timeKey: source.timeKey,
                tieBreak: source.tieBreak, availableAt: source.availableAt)
        }
        return resolved
    }

    /// Tables that are named where a source's name could be.
    private static func declared(
        _ names: [String], _ issues: inout [FeatureIssue]
    ) -> [TrainingSetSpecification.Source] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }.compactMap { name in
            do {
                let table = try TableName(name)
                return .init(name: name, location: .table(table, version: nil), primaryKeys: [])
            } catch {
                issues.append(FeatureIssue(.unknownTable, "There is no source \(name), and no table can be named so"))
                return nil
            }
        }
    }
}

extension TrainingSetSpecification {
    fileprivate func isLookedUp(_ source: String) -> Bool {
        lookups.contains { $0.table == source || self.source(named: $0.table)?.name == source }
    }
}

extension TrainingSetSpecification.Source {
    /// Takes what is not declared here from the feature table's record.
    fileprivate mutating func take(_ keys: FeatureTableKeys) {
        primaryKeys = keys.primaryKeys
        timeKey = timeKey ?? keys.timeKey
        tieBreak = tieBreak ?? keys.tieBreak
        availableAt = availableAt ?? keys.availableAt
    }
}

extension Relation {
    /// One version of a table.
    init(of snapshot: DeltaSnapshot) {
        self.init(
            sql: snapshot.relation,
            columns: snapshot.schema.fields.map { Column($0.name, ColumnKind(sql: $0.type.sqlName)) })
    }
}
