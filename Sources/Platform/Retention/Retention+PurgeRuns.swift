import Foundation
package import MartletDomain
import Metadata

extension Retention {
    /// Removes deleted runs for good: what they logged, and their files. Nothing of it can be had again; the audit log
    /// keeps that they were there.
    ///
    /// - Parameters:
    ///   - ids: These runs, all of them or, when one of them must stay, none; every deleted run when nil.
    ///   - olderThan: Only what was deleted at least so long ago: `30d`.
    ///   - isDryRun: Says what would be done and does nothing.
    /// - Throws: ``RetentionError`` for what was asked for by id and must stay.
    package func purgeRuns(
        _ ids: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false, by caller: Caller
    ) async throws -> Purged {
        try await purge(.run, ids, olderThan: olderThan, isDryRun: isDryRun, by: caller)
    }

    /// As ``purgeRuns(_:olderThan:isDryRun:by:)``, for logged models.
    package func purgeLoggedModels(
        _ ids: [String]? = nil, olderThan: String? = nil, isDryRun: Bool = false, by caller: Caller
    ) async throws -> Purged {
        try await purge(.loggedModel, ids, olderThan: olderThan, isDryRun: isDryRun, by: caller)
    }

    private func purge(
        _ kind: RetentionError.Kind, _ ids: [String]?, olderThan: String?, isDryRun: Bool, by caller: Caller
    ) async throws -> Purged {
        try Self.check(ids ?? [])
        let latest = try Self.latest(olderThan, now: store.clock.now)
        let plan = try await store.read { db in
            let items = try ids.map { try db.named($0, kind) } ?? db.deleted(kind, by: latest)
            return try Plan(items, byName: ids != nil, latest, olderThan, in: db, missing: kind)
        }
        guard !isDryRun else { return plan.purged }
        return try await remove(plan.items, kind, latest, olderThan, kept: plan.kept, by: caller)
    }

    /// Removes runs or models, a hundred in a change. What somebody restored or registered meanwhile stays.
    func remove(
        _ items: [Deletable], _ kind: RetentionError.Kind, _ latest: Int64, _ olderThan: String?, kept: [Kept] = [],
        by caller: Caller
    ) async throws -> Purged {
        var result = Purged(kept: kept)
        for slice in items.slices(of: Self.batch) {
            let ids = slice.map(\.id)
            let verb = kind == .run ? "purge_runs" : "purge_logged_models"
            let done = try await artifacts.changeFiles(
                AuditAction("tracking", verb, ["count": "\(ids.count)"]), by: caller
            ) { [artifacts] db, id -> Purged in
                let found = try db.named(ids, kind).filter { $0.found != nil }
                let plan = try Plan(found, byName: false, latest, olderThan, in: db)
                kind == .run ? try db.removeRuns(plan.items) : try db.removeModels(plan.items)
                try artifacts.discard(plan.items, for: id, in: db)
                return plan.purged
            }
            result.purged += done.purged
            result.kept += done.kept
        }
        return result
    }
}

/// What was asked for, and what there is of it.
struct Named: Sendable {
    var id: String
    var found: Deletable?
}

/// What of a list may go, and what must stay.
struct Plan: Sendable {
    var items: [Deletable] = []
    var kept: [Retention.Kept] = []

    /// - Throws: ``RetentionError``, when things were asked for by name and one of them must stay.
    init(
        _ named: [Named], byName: Bool, _ latest: Int64, _ olderThan: String?, in db: Snapshot,
        missing kind: RetentionError.Kind = .run
    ) throws {
        var errors: [RetentionError] = []
        for name in named {
            guard let item = name.found else {
                errors.append(.missing(kind, id: name.id))
                continue
            }
            let reason = try item.reasonToStay(deletedBy: latest, olderThan) ?? db.reasonToKeep(item)
            if let reason {
                errors.append(reason)
                kept.append(Retention.Kept(id: item.id, reason: reason.message))
            } else {
                items.append(item)
            }
        }
        if byName { try Retention.refuse(errors) }
    }

    var purged: Retention.Purged { Retention.Purged(purged: items.map(\.id), kept: kept) }
}

extension Snapshot {
    /// These runs or models, in this order, each once.
    func named(_ ids: [String], _ kind: RetentionError.Kind) throws -> [Named] {
        var seen: Set<String> = []
        return try ids.filter { seen.insert($0).inserted }.map { id in
            Named(
                id: id,
                found: kind == .run
                    ? try deletableRuns("run_id = ?", [.text(id)]).first
                    : try deletableModels("model_id = ?", [.text(id)]).first)
        }
    }

    fileprivate func deleted(_ kind: RetentionError.Kind, by latest: Int64) throws -> [Named] {
        let items =
            kind == .run
            ? try deletableRuns("lifecycle_stage = 'deleted' AND deleted_time <= ?", [.integer(latest)])
            : try deletableModels("lifecycle_stage = 'deleted' AND last_updated_time <= ?", [.integer(latest)])
        return items.map { Named(id: $0.id, found: $0) }
    }
}
