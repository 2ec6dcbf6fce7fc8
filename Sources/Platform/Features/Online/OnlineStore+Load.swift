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
            states.publish(served)
            return served
        }
        return try await turns.inTurn(source.description) { try await loadInTurn(record, source) }
    }

    /// As ``load(_:)``, by whoever has the source's turn.
    private func loadInTurn(_ record: OnlineFeatures, _ source: TableName) async throws -> ServedFeatures {
        let view = try await view(of: record)
        let snapshot = try await datasets.snapshot(source)
        let schema = try Self.columns(of: view, in: snapshot.schema, source)
        if let served = await restored(record, view, schema, snapshot) {
            do {
                try await applyPending(to: served, source)
                if try await takeInChanges(served, source) != nil {
                    states.publish(served)
                    // What was pushed while this one was not known to those who push.
                    try await applyPending(to: served, source)
                    return served
                }
            } catch let error where !(error is CancellationError) {
                notices.say(
                    "The kept state of \(record.name) is not used (\(Self.words(error))); "
                        + "it is computed again from its table.")
            }
        }
        return try await rebuilt(record, view, source)
    }

    /// Computes all anew from the newest version, and the pushes that it has not. For whoever has the source's turn.
    func rebuilt(_ record: OnlineFeatures, _ view: FeatureView, _ source: TableName) async throws -> ServedFeatures {
        let snapshot = try await datasets.snapshot(source)
        let schema = try Self.columns(of: view, in: snapshot.schema, source)
        let batches = try await datasets.deltaTable(source).batches(at: snapshot.version)
        let written = batches[Self.batchID(.both)] ?? 0
        let progress = ServedFeatures.Progress(
            tableVersion: snapshot.version, pushed: [PushDestination.both.rawValue: .init(through: written)])
        let served = try ServedFeatures(
            record, view, schema, of: snapshot.schema, tableID: snapshot.tableID, at: progress)
        _ = try await add(snapshot.relation, to: served)
        states.publish(served)
        try await applyPending(to: served, source)
        return served
    }

    /// Puts in what versions of the table brought since, late rows too, whatever their event time.
    /// - Returns: How many rows; nil when rows went, so that all has to be computed anew.
    func takeInChanges(_ served: ServedFeatures, _ source: TableName) async throws -> Int64? {
        let table = datasets.deltaTable(source)
        let newest = try await datasets.snapshot(source)
        let version = served.tableVersion ?? -1
        guard newest.tableID == served.tableID, newest.version >= version else { return nil }
        guard newest.version > version else { return 0 }
        // Our own writing of pushed rows brought nothing new.
        let ours = try table.history().filter { $0.version > version }.compactMap { commit -> (Int64, Int64)? in
            guard commit.extra[Self.pushMark] == PushDestination.both.rawValue,
                let last = commit.extra[Self.lastPush].flatMap({ Int64($0) })
            else { return nil }
            return (commit.version, last)
        }
        guard ours.allSatisfy({ $0.1 <= served.through(.both) }) else { return nil }
        let skipped = Set(ours.map(\.0))
        var (rows, after) = (Int64(0), version)
        while after < newest.version {
            if skipped.contains(after + 1) {
                after += 1
            } else {
                var last = after + 1
                while last < newest.version, !skipped.contains(last + 1) { last += 1 }
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
            guard served.record.kind == .table, try await areReplaced(went, by: came, served) else { return nil }
        }
        return try await add(
            "(SELECT \(columns) FROM \(came) EXCEPT ALL SELECT \(columns) FROM \(went))", to: served)
    }

    /// Whether every row that went has one of its key, time and tie break among those that came.
    private func areReplaced(_ went: String, by came: String, _ served: ServedFeatures) async throws -> Bool {
        guard let source = served.view.source else { return false }
        let keys = source.entity + [source.eventTime, source.tieBreak].compactMap { $0 }
        let columns = keys.map(quotedIdentifier).joined(separator: ", ")
        let lost = try await datasets.engine.withSession { session in
            try session.collect(
                "SELECT count(*) AS n FROM (SELECT \(columns) FROM \(went) EXCEPT SELECT \(columns) FROM \(came))")
        }
        return lost["n"]?.longs?.first == 0
    }

    /// Puts the pushes in that are not yet.
    func applyPending(to served: ServedFeatures, _ source: TableName) async throws {
        for destination in [PushDestination.both, .online] {
            let through = served.through(destination)
            let pushes = try await pending(source, destination, after: through)
            for push in pushes {
                let rows = try push.frame.typed(
                    rules(for: served.view, source, served.schema, isWhole: false), arrivedAt: push.time * 1_000)
                do {
                    try served.apply(rows, push.sequence, destination)
                } catch {
                    notices.say("Pushed rows of \(source) do not count in \(served.record.name): \(Self.words(error))")
                }
            }
        }
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

    /// What a push must hold to count for a view.
    /// - Parameter isWhole: Whether columns that the view does not read are judged, too.
    func rules(
        for view: FeatureView, _ source: TableName, _ schema: TableSchema, isWhole: Bool
    ) -> PushRules {
        let keys = (view.source?.entity ?? []) + [view.source?.eventTime].compactMap { $0 }
        return PushRules(
            table: source, schema: schema, required: keys, availableAt: view.source?.availableAt,
            ignoresOtherColumns: !isWhole)
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
