package import MartletDomain
import Metadata

extension Registry {
    /// Records what a gate measured. For Martlet's own evaluation only: no route takes a result from a client.
    ///
    /// - Parameter result: Its version, files and rows as measured; time and recorder are filled in here.
    /// - Throws: ``RegistryError/gateNotOfThisFiles(_:)`` when the version has other files, ``RegistryError/invalid(_:)``
    ///   when outcome and numbers do not agree.
    @discardableResult
    package func record(_ result: GateResult, by caller: Caller) async throws -> GateResult {
        let problems = result.problems
        guard problems.isEmpty else { throw RegistryError.invalid(problems) }
        let parameters = [
            "name": result.version.name, "version": "\(result.version.version)", "metric": result.metric,
            "minimum": "\(result.minimum)", "value": result.value.map { "\($0)" }, "outcome": result.outcome.rawValue,
            "reason": result.reason, "measured_on": "\(result.table)", "artifact_digest": result.artifactDigest,
        ]
        return try await change("record_gate_result", parameters, by: caller) { db in
            let stored = try db.version(result.version)
            guard stored.version.artifactDigest == result.artifactDigest else {
                throw RegistryError.gateNotOfThisFiles(result.version)
            }
            var recorded = result
            (recorded.by, recorded.at) = (caller.user.name, db.now)
            try db.execute(
                "INSERT INTO gate_results (number, version, metric, minimum, value, outcome, reason, measured_on, "
                    + "artifact_digest, recorded_by, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(try db.next("gate_result")), .integer(stored.number), .text(recorded.metric),
                    .real(recorded.minimum), SQLValue(recorded.value), .text(recorded.outcome.rawValue),
                    SQLValue(recorded.reason), .text("\(recorded.table)"), .text(recorded.artifactDigest),
                    .text(recorded.by), .integer(recorded.at),
                ])
            return recorded
        }
    }

    /// Every result of a version's gates, oldest first.
    package func gateResults(of id: ModelVersion.ID) async throws -> [GateResult] {
        try await store.read { db in try db.gateResults(of: try db.version(id)) }
    }
}

extension Snapshot {
    func gateResults(of stored: StoredVersion) throws -> [GateResult] {
        try rows("SELECT * FROM gate_results WHERE version = ? ORDER BY number", [.integer(stored.number)]).map { row in
            guard let outcome = GateResult.Outcome(rawValue: try row.text("outcome")) else {
                throw StoreError.unexpectedValue(column: "outcome")
            }
            return GateResult(
                version: stored.version.id, metric: try row.text("metric"), minimum: try row.real("minimum"),
                value: try row.realIfPresent("value"), outcome: outcome, reason: try row.textIfPresent("reason"),
                table: try TableReference(row.text("measured_on")), artifactDigest: try row.text("artifact_digest"),
                by: try row.text("recorded_by"), at: try row.integer("recorded_at"))
        }
    }
}
