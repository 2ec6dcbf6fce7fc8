import Foundation
package import MartletDomain
import Metadata

extension Registry {
    /// Records figures of a version's exact files.
    ///
    /// - Throws: ``RegistryError/gateNotOfThisFiles(_:)`` when the version has other files,
    ///   ``RegistryError/invalid(_:)``.
    @discardableResult
    package func record(_ evaluations: [Evaluation], by caller: Caller) async throws -> [Evaluation] {
        let problems = evaluations.flatMap(\.problems)
        guard problems.isEmpty, let first = evaluations.first, evaluations.count <= 1_000,
            evaluations.allSatisfy({ $0.version == first.version })
        else {
            throw RegistryError.invalid(
                problems.isEmpty ? ["Give 1 to 1000 figures, all of one version."] : problems)
        }
        let parameters = [
            "name": first.version.name, "version": "\(first.version.version)", "measured_on": "\(first.table)",
            "reported": "\(first.isReported)",
            "metrics": evaluations.map { "\($0.metric)=\($0.value)" }.joined(separator: " "),
        ]
        return try await change("record_evaluation", parameters, by: caller) { db in
            let stored = try db.version(first.version)
            return try evaluations.map { evaluation in
                guard stored.version.artifactDigest == evaluation.artifactDigest else {
                    throw RegistryError.gateNotOfThisFiles(first.version)
                }
                var recorded = evaluation
                (recorded.by, recorded.at) = (caller.user.name, try db.registryTime())
                try db.execute(
                    "INSERT INTO evaluations (number, version, metric, value, measured_on, artifact_digest, is_reported, "
                        + "recorded_by, recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        .integer(try db.next("evaluation")), .integer(stored.number), .text(recorded.metric),
                        .real(recorded.value), .text("\(recorded.table)"), .text(recorded.artifactDigest),
                        SQLValue(recorded.isReported), .text(recorded.by), .integer(recorded.at),
                    ])
                return recorded
            }
        }
    }

    /// Records how a version's own tests went, by whoever ran them, for the files that they were run with.
    @discardableResult
    package func record(_ result: TestResult, by caller: Caller) async throws -> TestResult {
        guard result.problems.isEmpty else { throw RegistryError.invalid(result.problems) }
        let parameters = [
            "name": result.version.name, "version": "\(result.version.version)", "suite": result.suite,
            "passed": "\(result.passed)", "failed": "\(result.failed)", "artifact_digest": result.artifactDigest,
        ]
        return try await change("record_tests", parameters, by: caller) { db in
            let stored = try db.version(result.version)
            guard stored.version.artifactDigest == result.artifactDigest else {
                throw RegistryError.gateNotOfThisFiles(result.version)
            }
            var recorded = result
            (recorded.by, recorded.at) = (caller.user.name, try db.registryTime())
            try db.execute(
                "INSERT INTO test_results (number, version, suite, passed, failed, artifact_digest, recorded_by, "
                    + "recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(try db.next("test_result")), .integer(stored.number), .text(recorded.suite),
                    .integer(recorded.passed), .integer(recorded.failed), .text(recorded.artifactDigest),
                    .text(recorded.by), .integer(recorded.at),
                ])
            return recorded
        }
    }

    /// Records how a version's training data compared with a reference. For Martlet's own comparison only.
    @discardableResult
    package func record(_ drift: TrainingDrift, by caller: Caller) async throws -> TrainingDrift {
        let parameters = [
            "name": drift.version.name, "version": "\(drift.version.version)", "training": "\(drift.training)",
            "reference": "\(drift.reference)", "share": "\(drift.share)",
            "drifted": drift.driftedColumns.joined(separator: " "),
        ]
        return try await change("record_training_drift", parameters, by: caller) { db in
            let stored = try db.version(drift.version)
            guard stored.version.artifactDigest == drift.artifactDigest else {
                throw RegistryError.gateNotOfThisFiles(drift.version)
            }
            var recorded = drift
            (recorded.by, recorded.at) = (caller.user.name, try db.registryTime())
            try db.execute(
                "INSERT INTO training_drifts (number, version, record) VALUES (?, ?, ?)",
                [
                    .integer(try db.next("training_drift")), .integer(stored.number),
                    .text(try canonicalText(recorded)),
                ])
            return recorded
        }
    }

    /// What was measured, tested and compared of a version, oldest first.
    package func recordedEvidence(
        of name: String, _ version: String
    ) async throws -> (evaluations: [Evaluation], tests: [TestResult], drifts: [TrainingDrift]) {
        let id = try ModelVersion.ID(name, version)
        return try await store.read { db in
            let stored = try db.version(id)
            return (try db.evaluations(of: stored), try db.testResults(of: stored), try db.trainingDrifts(of: stored))
        }
    }
}

extension Snapshot {
    /// Figures of a version, oldest first, with those that the performance gate measured.
    func evaluations(of stored: StoredVersion) throws -> [Evaluation] {
        let own = try rows("SELECT * FROM evaluations WHERE version = ? ORDER BY number", [.integer(stored.number)]).map
        {
            Evaluation(
                version: stored.version.id, metric: try $0.text("metric"), value: try $0.real("value"),
                table: try TableReference($0.text("measured_on")), artifactDigest: try $0.text("artifact_digest"),
                isReported: try $0.boolean("is_reported"), by: try $0.text("recorded_by"),
                at: try $0.integer("recorded_at"))
        }
        let gates = try gateResults(of: stored).compactMap { result in
            result.value.map {
                Evaluation(
                    version: result.version, metric: result.metric, value: $0, table: result.table,
                    artifactDigest: result.artifactDigest, isReported: false, by: result.by, at: result.at)
            }
        }
        return (own + gates).enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }
            .map(\.element)
    }

    func testResults(of stored: StoredVersion) throws -> [TestResult] {
        try rows("SELECT * FROM test_results WHERE version = ? ORDER BY number", [.integer(stored.number)]).map {
            TestResult(
                version: stored.version.id, suite: try $0.text("suite"), passed: try $0.integer("passed"),
                failed: try $0.integer("failed"), artifactDigest: try $0.text("artifact_digest"),
                by: try $0.text("recorded_by"), at: try $0.integer("recorded_at"))
        }
    }

    func trainingDrifts(of stored: StoredVersion) throws -> [TrainingDrift] {
        try rows("SELECT record FROM training_drifts WHERE version = ? ORDER BY number", [.integer(stored.number)]).map
        {
            var drift = try decoded(TrainingDrift.self, from: $0.text("record"))
            // Models can be renamed.
            drift.version = stored.version.id
            return drift
        }
    }
}
