import AuditLog
import DeltaLake
import FeatureEngine
package import MartletDomain
import Metadata
import QueryEngine

extension Features {
    /// What a model that was trained on a training set needs to be scored, as it was then: views and keys may have changed
    /// since.
    ///
    /// - Parameter version: Nil for the newest.
    /// - Throws: ``UnknownTrainingSet``; ``FeatureError/issues(_:)`` when the plan cannot be put together again.
    package func pack(_ table: TableName, version: Int64? = nil) async throws -> PackedFeatures {
        let record = try await trainingSetRecord(table, version: version)
        let declared = try TrainingSetSpecification(
            yaml: record.specification, views: try await views(last: Set(record.views.map(\.hash))))
        let sources = try await TrainingSetSources(of: declared, self, recorded: TrainingSetSources.Recorded(record))
        let hash = CanonicalPlan.hash(of: sources.specification)
        guard hash == record.planHash else {
            throw FeatureError.issues([
                FeatureIssue(
                    .invalidDeclaration,
                    "\(record.table) was made by plan \(record.planHash.prefix(12)), and its declaration now means plan "
                        + "\(hash.prefix(12)): a view has changed. Make the training set again")
            ])
        }
        let spine = try await datasets.snapshot(record.spine).schema
        return try await packed(
            sources.specification, record.specification, sources, spine: spine,
            inputs: record.content.columns.filter { !record.label.contains($0.name) }.map { ($0.name, $0.type) },
            trainingSet: record.table, contentHash: record.content.hash)
    }

    /// As ``pack(_:version:)``, for a model that is trained on a recipe's rows.
    ///
    /// - Parameter inputs: What the model takes, in order.
    func pack(_ set: TrainingSet, inputs: [String]) async throws -> PackedFeatures {
        let recipe = set.recipe
        let computation = try computation(try await featureSet(recipe.featureSet))
        let schema = try await datasets.snapshot(set.table).schema
        let taken = Set(inputs + [recipe.label])
        let excluded = schema.names.filter { !taken.contains($0) }
        let specification = TrainingSetSpecification(
            name: set.table.name.description,
            views: computation.views.map { TrainingSetSpecification.ViewUse($0, at: recipe.time) },
            labels: [recipe.label], excluded: excluded)
        let pinned = try await datasets.version(set.table)?.inputs ?? []
        let recorded = Dictionary(pinned.map { ($0.name.description, $0) }) { first, _ in first }
        let sources = try await TrainingSetSources(
            of: specification, self, recorded: TrainingSetSources.Recorded(versions: recorded))
        let declaration = try canonicalText(
            RecipeDeclaration(
                name: specification.name, views: computation.views.map { .init(view: $0, at: recipe.time) },
                label: [recipe.label], exclude: excluded))
        let spine = try await datasets.snapshot(
            recipe.spine, version: recorded[recipe.spine.description]?.version
        ).schema
        return try await packed(
            sources.specification, declaration, sources, spine: spine,
            inputs: inputs.compactMap { name in schema[name].map { (name, $0.type) } }, trainingSet: set.table,
            contentHash: nil)
    }

    private func packed(
        _ specification: TrainingSetSpecification, _ declaration: String, _ sources: TrainingSetSources,
        spine: TableSchema, inputs: [(name: String, type: DataType)], trainingSet: TableReference, contentHash: String?
    ) async throws -> PackedFeatures {
        var packedSources: [PackedFeatures.Source] = []
        for source in specification.sources {
            guard let table = sources.pinned[source.name] else { continue }
            let snapshot = try await datasets.snapshot(table)
            let id = try await identity(of: table.name) ?? snapshot.tableID
            packedSources.append(
                .init(
                    name: source.name, table: table, id: id, primaryKeys: source.primaryKeys, timeKey: source.timeKey,
                    tieBreak: source.tieBreak, availableAt: source.availableAt, columns: snapshot.schema.types,
                    columnOrder: snapshot.schema.names))
        }
        let known = Set(try await views().map(\.planDigest))
        let packed = PackedFeatures(
            name: specification.name, planHash: CanonicalPlan.hash(of: specification),
            plan: try decoded(DeclarationNode.self, from: specification.canonicalPlan), declaration: declaration,
            views: specification.views.map {
                let hash = $0.view.planDigest
                return .init($0.view, hash: hash, isOnRecord: known.contains(hash))
            },
            sources: packedSources, columns: Self.columns(of: specification, spine, inputs),
            steps: try await fitted(specification.steps, on: trainingSet), labels: specification.labels,
            trainingSet: trainingSet, contentHash: contentHash)
        // What would be refused when the model is registered is refused here.
        _ = try packed.specification(at: "\(trainingSet)")
        let size = try packed.fileText.utf8.count
        guard size <= PackedFeatures.sizeLimit else {
            throw InvalidRequest(
                "The features of \(trainingSet) take \(size) bytes to pack, and a model has room for "
                    + "\(PackedFeatures.sizeLimit): encode columns of fewer categories.")
        }
        return packed
    }

    /// Needed columns of the caller's, in the spine's order; then features, then what is derived.
    private static func columns(
        of specification: TrainingSetSpecification, _ spine: TableSchema, _ inputs: [(name: String, type: DataType)]
    ) -> [PackedFeatures.Column] {
        let needed = specification.neededColumns
        let taken = Set(inputs.map(\.name))
        let derived = specification.derivedNames
        var columns = inputs.map { name, type in
            PackedFeatures.Column(
                name, type, spine[name] != nil ? .row : derived.contains(name) ? .derived : .feature, isInput: true)
        }
        var hidden: [PackedFeatures.Column] = []
        for name in needed where !taken.contains(name) {
            let origin: PackedFeatures.Column.Origin =
                spine[name] != nil ? .row : derived.contains(name) ? .derived : .feature
            hidden.append(.init(name, spine[name]?.type, origin, isInput: false))
        }
        // The order among inputs is the model's own.
        columns.insert(contentsOf: hidden, at: columns.firstIndex { $0.origin != .row } ?? columns.count)
        return columns
    }

    /// The feature table's identity: another one of the same name has another. Nil for a plain table.
    private func identity(of name: TableName) async throws -> String? {
        try await store.read { try $0.featureTableIfPresent(name)?.id }
    }

    /// How the tables differ from what a model was trained on, in words.
    func changes(since packed: PackedFeatures, _ sources: TrainingSetSources) async throws -> [String] {
        var changes: [String] = []
        for source in packed.sources {
            guard let table = sources.pinned[source.name] else { continue }
            let snapshot = try await datasets.snapshot(table)
            let id = try await identity(of: table.name) ?? snapshot.tableID
            changes += PackedFeatures.changes(of: source, now: id, columns: snapshot.schema.types)
        }
        return changes
    }

    /// The newest version of each view on record, by name.
    func newestViews() async throws -> [String: TrainingSetRecord.View] {
        Dictionary(
            try await views().map { ($0.name, .init(name: $0.name, version: $0.version, hash: $0.planDigest)) }
        ) { _, later in later }
    }

    /// The views on record, those of these hashes after all others: a name means the last that has it.
    func views(last hashes: Set<String>) async throws -> [FeatureView] {
        let views = try await views().map { (view: $0, isMeant: hashes.contains($0.planDigest)) }
        return (views.filter { !$0.isMeant } + views.filter(\.isMeant)).map(\.view)
    }
}

/// A recipe's features as a declaration of a training set.
private struct RecipeDeclaration: Encodable {
    struct Use: Encodable {
        var view: FeatureView
        var at: String
    }
    var name: String
    var views: [Use]
    var label: [String]
    var exclude: [String]
}

extension TableSchema {
    fileprivate var types: [String: DataType] {
        Dictionary(fields.map { ($0.name, $0.type) }) { first, _ in first }
    }
}
