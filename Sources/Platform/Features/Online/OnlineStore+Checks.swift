import Foundation
package import MartletDomain
import Metadata

extension OnlineStore {
    /// Puts the result of a comparison on record.
    func record(_ check: ConsistencyCheck, by caller: Caller) async throws -> ConsistencyCheck {
        let action = AuditAction(
            "features", check.kind == .replay ? "verify" : "recompute",
            [
                "view": check.view, "plan_hash": check.planHash, "outcome": check.outcome.rawValue,
                "span": check.span?.description, "requests": "\(check.requests)", "left_out": "\(check.leftOut)",
                "cells": "\(check.cells)", "mismatches": "\(check.mismatches)", "reason": check.reason,
                "source": check.source?.description,
            ])
        let differences = try canonicalText(check.features)
        return try await store.change(action, by: caller) { db in
            var check = check
            (check.number, check.by, check.at) = (try db.next("feature_check"), caller.user.name, db.now)
            try db.execute(
                "INSERT INTO feature_checks (number, view_name, plan_hash, kind, outcome, reason, source, requests, "
                    + "cells, mismatches, features, checked_by, checked_at, span_from, span_to, dropped, left_out) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(check.number), .text(check.view), .text(check.planHash), .text(check.kind.rawValue),
                    .text(check.outcome.rawValue), SQLValue(check.reason), SQLValue(check.source?.description),
                    .integer(check.requests), .integer(check.cells), .integer(check.mismatches), .text(differences),
                    .text(check.by), .integer(check.at), SQLValue(check.span?.start), SQLValue(check.span?.end),
                    .integer(check.dropped), .integer(check.leftOut),
                ])
            return check
        }
    }

    /// The newest checks, newest first.
    package func checks(of view: String?) async throws -> [ConsistencyCheck] {
        try await store.read { db in
            let rows =
                if let view {
                    try db.rows(
                        "SELECT * FROM feature_checks WHERE view_name = ? ORDER BY number DESC LIMIT 200",
                        [.text(view)])
                } else {
                    try db.rows("SELECT * FROM feature_checks ORDER BY number DESC LIMIT 200")
                }
            return try rows.map { try db.featureCheck($0) }
        }
    }
}

extension Snapshot {
    func featureCheck(_ row: SQLRow) throws -> ConsistencyCheck {
        ConsistencyCheck(
            number: try row.integer("number"), view: try row.text("view_name"), planHash: try row.text("plan_hash"),
            kind: try ConsistencyCheck.Kind(rawValue: row.text("kind")) ?? .replay,
            outcome: try ConsistencyCheck.Outcome(rawValue: row.text("outcome")) ?? .couldNotBeEvaluated,
            reason: try row.textIfPresent("reason"),
            source: try row.textIfPresent("source").map { try TableReference($0) },
            span: try checkSpan(row), requests: try row.integer("requests"), dropped: try row.integer("dropped"),
            leftOut: try row.integer("left_out"),
            features: try decoded([FeatureDifference].self, from: row.text("features")),
            by: try row.text("checked_by"), at: try row.integer("checked_at"))
    }

    /// The times that a check was asked about; nil where that was not kept.
    func checkSpan(_ row: SQLRow) throws -> TimeWindow? {
        guard let from = try row.integerIfPresent("span_from"), let to = try row.integerIfPresent("span_to") else {
            return nil
        }
        return try TimeWindow(from: from, to: to)
    }
}
