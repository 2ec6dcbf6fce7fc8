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
    /// Tables that are not there or not as they are declared, files, keys that nobody says.
    var issues: [FeatureIssue] = []
    private var snapshots: [String: DeltaSnapshot] = [:]

    /// What a training set's tables were when it was made.
    struct Recorded {
        /// By the names that the specification uses.
        var versions: [String: TableReference]
        /// Keys and clocks, which a table's record may have otherwise by now.
        var keys: [String: FeatureTableKeys] = [:]
    }

    /// - Parameter recorded: What to read in place of the newest.
    /// - Throws: ``FeatureError/issues(_:)`` with every table that is not there, and every file: a server reads none.
    init(
        of specification: TrainingSetSpecification, _ features: Features, recorded: Recorded? = nil
    ) async throws {
        try await self.init(finding: specification, features, recorded: recorded)
        guard issues.isEmpty else { throw FeatureError.issues(issues) }
    }

    /// As ``init(of:_:recorded:)``, with what is wrong in ``issues``.
    init(
        finding specification: TrainingSetSpecification, _ features: Features, recorded: Recorded? = nil
    ) async throws {
        self.specification = specification
        var sources: [TrainingSetSpecification.Source] = []
        let named =
            specification.lookups.map(\.table) + specification.aggregates.map(\.source)
            + specification.views.compactMap(\.view.source?.table)
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
                    spelled, version: recorded?.versions[source.name]?.version ?? version)
                var source = source
                source.location = .table(spelled, version: version)
                if let keys = recorded?.keys[source.name] {
                    source.take(keys)
                } else if let keys = table?.keys {
                    source.take(keys)
                }
                if source.primaryKeys.isEmpty, specification.isLookedUp(source.name) {
                    issues.append(
                        FeatureIssue(
                            .invalidDeclaration,
                            "Source \(source.name) is no feature table, so say its primary_keys, or make it one with "
                                + "`martlet features register \(spelled)`"))
                    continue
                }
                do {
                    _ = try Relation(of: snapshot).declared(as: source.schema, of: "Source \(source.name)")
                } catch {
                    issues += error.issues
                }
                sources.append(source)
                pinned[source.name] = TableReference(spelled, version: snapshot.version)
                snapshots[source.name] = snapshot
            } catch let error as DatasetError {
                issues.append(FeatureIssue(.unknownTable, "Source \(source.name): \(error.message)"))
            }
        }
        self.specification.sources = sources
        self.specification.nameFeatures(of: snapshots.mapValues { $0.schema.names })
    }

    /// The keys and clocks of each source, by its name.
    var keys: [String: FeatureTableKeys] {
        Dictionary(
            specification.sources.map {
                (
                    $0.name,
                    .init(
                        primaryKeys: $0.primaryKeys, timeKey: $0.timeKey, tieBreak: $0.tieBreak,
                        availableAt: $0.availableAt)
                )
            }
        ) { first, _ in first }
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

extension TrainingSetSources.Recorded {
    init(_ record: TrainingSetRecord) { self.init(versions: record.sources, keys: record.keys) }
}

extension TrainingSetSpecification {
    fileprivate func isLookedUp(_ source: String) -> Bool {
        lookups.contains { $0.table == source || self.source(named: $0.table)?.name == source }
    }
}

extension TrainingSetSpecification.Source {
    /// Takes what is not declared here from the feature table's record, each key and clock by itself.
    fileprivate mutating func take(_ keys: FeatureTableKeys) {
        if primaryKeys.isEmpty { primaryKeys = keys.primaryKeys }
        timeKey = timeKey ?? keys.timeKey
        tieBreak = tieBreak ?? keys.tieBreak
        availableAt = availableAt ?? keys.availableAt
    }
}

extension Relation {
    /// One version of a table.
    init(of snapshot: DeltaSnapshot) {
        self.init(of: snapshot.schema, sql: snapshot.relation)
    }

    /// Rows that have these columns.
    init(of schema: TableSchema, sql: String = "") {
        self.init(sql: sql, columns: schema.fields.map { Column($0.name, ColumnKind(sql: $0.type.sqlName)) })
    }
}
