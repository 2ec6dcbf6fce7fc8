import Foundation
package import MartletDomain
import Metadata

extension Tracking {
    /// Starts a run.
    ///
    /// - Parameters:
    ///   - experimentID: Where it belongs; `0` is the default experiment.
    ///   - name: A name is made up when this is nil or empty and no tag gives one.
    ///   - startTime: Milliseconds since 1970 UTC; now when nil.
    ///   - userID: Who is shown as its owner; the caller when nil.
    /// - Returns: The run, `RUNNING`.
    package func createRun(
        in experimentID: String = Experiment.defaultID, name: String? = nil, startTime: Int64? = nil,
        userID: String? = nil, tags: [KeyedText] = [], by caller: Caller
    ) async throws -> Run {
        try refuse(TrackingLimits.problems(newRunTags: tags))
        let experimentNumber = try Experiment.number(of: experimentID)
        let tagged = tags.first { $0.key == Run.nameTag && !$0.value.isEmpty }?.value
        if let name, !name.isEmpty, let tagged, name != tagged {
            throw TrackingError.runNameDiffers(name: name, tag: tagged)
        }
        let chosen = [name, tagged].compactMap { $0 }.first { !$0.isEmpty } ?? RunName.random()
        let named = tagged == nil ? tags + [KeyedText(Run.nameTag, chosen)] : tags
        let repeated = TrackingLimits.repeatedKeys(in: named)
        guard repeated.isEmpty else { throw TrackingError.keysRepeated(repeated, of: "The run") }
        let id = newID()
        return try await change(
            "create_run", ["experiment_id": experimentID, "run_id": id, "run_name": chosen], by: caller
        ) { db in
            let location = try db.requireActive(experiment: experimentNumber)
            let number = try db.next("run")
            let info = Run.Info(
                id: id, experimentID: "\(experimentNumber)", name: chosen, userID: userID ?? db.caller.user.name,
                status: .running, startTime: startTime ?? db.now, endTime: nil,
                artifactURI: ArtifactLocation.appending("\(id)/artifacts", to: location), lifecycleStage: .active)
            try db.execute(
                "INSERT INTO runs (number, run_id, experiment_id, name, user_id, status, start_time, artifact_uri, "
                    + "lifecycle_stage) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'active')",
                [
                    .integer(number), .text(id), .integer(experimentNumber), .text(info.name), .text(info.userID),
                    .text(info.status.rawValue), .integer(info.startTime), .text(info.artifactURI),
                ])
            let reference = RunReference(number: number, experiment: experimentNumber)
            for (index, tag) in named.enumerated() { try db.set(tag, of: reference, at: index, limit: .max) }
            var run = Run(info: info)
            run.tags = named
            return run
        }
    }

    /// Changes what is not nil of a run's status, end and name.
    /// - Parameter endTime: Milliseconds since 1970 UTC.
    @discardableResult
    package func updateRun(
        _ id: String, status: RunStatus? = nil, endTime: Int64? = nil, name: String? = nil, by caller: Caller
    ) async throws -> Run.Info {
        let name = name.flatMap { $0.isEmpty ? nil : $0 }
        let parameters = ["run_id": id, "status": status?.rawValue, "end_time": endTime.map(String.init), "name": name]
        return try await change("update_run", parameters, by: caller) { db in
            let run = try db.activeRun(id)
            try db.execute(
                "UPDATE runs SET status = COALESCE(?, status), end_time = COALESCE(?, end_time), "
                    + "name = COALESCE(?, name) WHERE number = ?",
                [SQLValue(status?.rawValue), SQLValue(endTime), SQLValue(name), .integer(run.number)])
            if let name { try db.set(KeyedText(Run.nameTag, name), of: run, at: 0, limit: .max) }
            guard let info = try db.runInfos(numbered: [run.number])[run.number] else {
                throw TrackingError.noRun(id: id)
            }
            return info
        }
    }

    /// Puts a run in the bin.
    package func deleteRun(_ id: String, by caller: Caller) async throws {
        try await move(id, to: .deleted, "delete_run", by: caller)
    }

    /// Takes a run out of the bin.
    package func restoreRun(_ id: String, by caller: Caller) async throws {
        try await move(id, to: .active, "restore_run", by: caller)
    }

    private func move(_ id: String, to stage: LifecycleStage, _ verb: String, by caller: Caller) async throws {
        try await change(verb, ["run_id": id], by: caller) { db in
            let run = try db.runReference(id)
            try db.execute(
                "UPDATE runs SET lifecycle_stage = ?, deleted_time = ? WHERE number = ?",
                [.text(stage.rawValue), stage == .deleted ? .integer(db.now) : .null, .integer(run.number)])
        }
    }
}

/// 32 hexadecimal digits that nothing else has: 128 random bits.
func newID() -> String {
    [UInt64.random(in: .min ... .max), .random(in: .min ... .max)].map { half in
        let digits = String(half, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
}

extension String {
    /// With one slash at its end.
    var asFolder: String { hasSuffix("/") ? self : self + "/" }
}
