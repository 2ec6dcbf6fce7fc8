import DeltaLake
import Foundation
import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// Brings what is served into memory: from the kept state and what came after it, else from the table.
    func load(_ record: OnlineFeatures) async throws -> ServedFeatures {
        guard let source = record.source else {
            let served = try ServedFeatures(
                record, try await view(of: record), TableSchema([]), of: TableSchema([]), tableID: "")
            guard states.publish(served) else { throw SupersededLoad() }
            return served
        }
        return try await turns.inTurn(source.description) { try await loadInTurn(record, source) }
    }

    /// As ``load(_:)``, by whoever has the source's turn.
    private func loadInTurn(_ record: OnlineFeatures, _ source: TableName) async throws -> ServedFeatures {
        let view = try await view(of: record)
        let snapshot = try await datasets.snapshot(source)
        let schema = try Self.columns(of: view, in: snapshot.schema, source)
        let keys = try await features.tableIfPresent(source)?.keys
        if let kept = await restored(record, view, schema, snapshot, keys),
            let (served, _) = try await broughtUp(kept, source)
        {
            return served
        }
        return try await rebuilt(record, view, source)
    }

    /// Computes all anew from the newest version, and the pushes that it has not. For whoever has the source's turn.
    func rebuilt(_ record: OnlineFeatures, _ view: FeatureView, _ source: TableName) async throws -> ServedFeatures {
        let snapshot = try await datasets.snapshot(source)
        let schema = try Self.columns(of: view, in: snapshot.schema, source)
        let served = try ServedFeatures(
            record, view, schema, of: snapshot.schema, tableID: snapshot.tableID,
            keys: try await features.tableIfPresent(source)?.keys)
        served.reachTable(snapshot.version, written: try await written(source, at: snapshot.version))
        _ = try await add(snapshot.relation, to: served)
        try await settle(served, source)
        return served
    }

    /// Lets it answer, with every push in it that was acknowledged by then.
    private func settle(_ served: ServedFeatures, _ source: TableName) async throws {
        states.join(served)
        defer { states.leave(served) }
        try await applyPending(to: served, source)
        guard states.publish(served) else { throw SupersededLoad() }
    }

    /// The number of the last push to memory and table that a version of the table has.
    private func written(_ source: TableName, at version: Int64) async throws -> Int64 {
        try await datasets.deltaTable(source).batches(at: version)[Self.batchID(.both)] ?? 0
    }

    /// Puts in what versions of the table brought since, late rows too, whatever their event time, and lets the result
    /// answer. What answers meanwhile stays as it is, also when this fails.
    ///
    /// - Returns: What answers now, and how many rows it took in; nil when all has to be computed anew: rows went, or what
    ///   came cannot be told any more.
    func broughtUp(_ served: ServedFeatures, _ source: TableName) async throws -> (ServedFeatures, rows: Int64)? {
        let newest = try await datasets.snapshot(source)
        let keys = try await features.tableIfPresent(source)?.keys
        guard newest.tableID == served.tableID, keys?.rowKey == served.keys?.rowKey else { return nil }
        let version = served.tableVersion ?? -1
        guard newest.version >= version else { return nil }
        let isReady = states.ready(served.record.name) === served
        if newest.version == version {
            if !isReady { try await settle(served, source) }
            return (served, 0)
        }
        let next = isReady ? served.copy() : served
        do {
            guard let rows = try await takeInChanges(next, source, through: newest.version) else { return nil }
            try await settle(next, source)
            return (next, rows)
        } catch let error where !(error is CancellationError || error is SupersededLoad) {
            notices.say(
                "What came to \(source) cannot be told (\(Self.words(error))); \(served.record.name) is computed again "
                    + "from it.")
            return nil
        }
    }

    /// - Returns: How many rows; nil when all has to be computed anew.
    private func takeInChanges(
        _ served: ServedFeatures, _ source: TableName, through newest: Int64
    ) async throws -> Int64? {
        let table = datasets.deltaTable(source)
        let version = served.tableVersion ?? -1
        // Our own writing of pushed rows brought nothing new.
        let ours = try table.history(after: version).compactMap { commit -> (version: Int64, last: Int64)? in
            guard commit.version <= newest, commit.extra[Self.pushMark] == PushDestination.both.rawValue,
                let last = commit.extra[Self.lastPush].flatMap({ Int64($0) })
            else { return nil }
            return (commit.version, last)
        }
        guard ours.allSatisfy({ $0.last <= served.through(.both) }) else { return nil }
        if Int64(ours.count) == newest - version {
            served.reach(newest)
            return 0
        }
        if case .rows = served.arrival {
            // Which of two rows came last is what the table says; what it has not goes in again.
            guard let rows = try await takeIn(table, after: version, through: newest, served) else { return nil }
            served.reachTable(newest, written: try await written(source, at: newest))
            return rows
        }
        let skipped = Set(ours.map(\.version))
        var (rows, after) = (Int64(0), version)
        while after < newest {
            if skipped.contains(after + 1) {
                after += 1
            } else {
                var last = after + 1
                while last < newest, !skipped.contains(last + 1) { last += 1 }
                guard let added = try await takeIn(table, after: after, through: last, served) else { return nil }
                (rows, after) = (rows + added, last)
            }
            served.reach(after)
        }
        return rows
    }

    private func takeIn(
        _ table: DeltaTable, after: Int64, through last: Int64, _ served: ServedFeatures
    ) async throws -> Int64? {
        let changes: VersionChanges
        do {
            changes = try await table.changes(after: after, through: last)
        } catch let error as DeltaError {
            if case .redefined = error { return nil }
            throw error
        }
        guard !changes.isEmpty else { return 0 }
        let columns = served.schema.names.map(quotedIdentifier).joined(separator: ", ")
        let missing = served.schema.names.contains { changes.added.schema[$0] == nil }
        guard !missing else { return nil }
        guard !changes.removed.files.isEmpty else {
            return try await add(changes.added.relation, to: served)
        }
        let (came, went) = (changes.added.relation, changes.removed.relation)
        let gone = try await datasets.engine.withSession { session in
            try session.collect(
                "SELECT count(*) AS n FROM (SELECT \(columns) FROM \(went) EXCEPT ALL SELECT \(columns) FROM \(came))")
        }
        // A row of a feature table that came again with other values takes the place of the one that went.
        if gone["n"]?.longs?.first != 0 {
            guard case .rows = served.arrival, try await areReplaced(went, by: came, served) else { return nil }
        }
        return try await add(
            "(SELECT \(columns) FROM \(came) EXCEPT ALL SELECT \(columns) FROM \(went))", to: served)
    }

    /// Whether every row that went has one of its key, time and tie break among those that came.
    private func areReplaced(_ went: String, by came: String, _ served: ServedFeatures) async throws -> Bool {
        guard let keys = served.keys?.rowKey else { return false }
        let columns = keys.map(quotedIdentifier).joined(separator: ", ")
        let lost = try await datasets.engine.withSession { session in
            try session.collect(
                "SELECT count(*) AS n FROM (SELECT \(columns) FROM \(went) EXCEPT SELECT \(columns) FROM \(came))")
        }
        return lost["n"]?.longs?.first == 0
    }

    /// - Returns: How many rows.
    private func add(_ relation: String, to served: ServedFeatures) async throws -> Int64 {
        let columns = served.schema.names.map(quotedIdentifier).joined(separator: ", ")
        return try await datasets.engine.withSession { session in
            var rows: Int64 = 0
            try session.query("SELECT \(columns) FROM \(relation)", []) { batch in
                rows += Int64(batch.rowCount)
                try served.add(batch)
            }
            return rows
        }
    }

    /// The columns of the table that a view needs, in the table's order.
    /// - Throws: ``FeatureError/issues(_:)`` with every one that the table lacks.
    static func columns(of view: FeatureView, in schema: TableSchema, _ table: TableName) throws -> TableSchema {
        guard let source = view.source else { return TableSchema([]) }
        var needed = Set(source.entity + [source.eventTime, source.availableAt, source.tieBreak].compactMap { $0 })
        for feature in view.features { needed.formUnion(feature.definition.sourceColumns) }
        let missing = needed.filter { schema[$0] == nil }.sorted()
        guard missing.isEmpty else {
            throw FeatureError.issues(
                missing.map { .init(.missingColumn, "\(table) has no column '\($0)', which \(view.name) reads") })
        }
        return TableSchema(schema.fields.filter { needed.contains($0.name) })
    }

    func schema(of view: FeatureView, in table: TableName) async throws -> TableSchema {
        try Self.columns(of: view, in: try await datasets.snapshot(table).schema, table)
    }

    static func words(_ error: any Error) -> String { (error as? any MartletError)?.message ?? "\(error)" }

    /// The view that is served, as it was when serving began.
    func view(of record: OnlineFeatures) async throws -> FeatureView {
        let definition = try await store.read { db in
            try db.row("SELECT definition FROM online_features WHERE name = ?", [.text(record.name)])?
                .text("definition")
        }
        guard let definition else { throw NotServed(name: record.name) }
        return try decoded(FeatureView.self, from: definition)
    }
}
