import Foundation
package import MartletDomain
import Metadata

extension Tracking {
    /// Adds a model's description to the tag that lists what a run logged, as MLflow's `log-model` does.
    ///
    /// Kept of each are `run_id`, `artifact_path`, `utc_time_created`, `model_uuid` and `flavors` without their `config`.
    /// - Parameter modelJSON: An object with `artifact_path`, `flavors`, `utc_time_created` and `run_id`.
    package func logModel(run id: String, modelJSON: String, by caller: Caller) async throws {
        let wanted = ["artifact_path", "flavors", "utc_time_created", "run_id"]
        let model = try? JSONSerialization.jsonObject(with: Data(modelJSON.utf8)) as? [String: Any]
        guard let model else {
            throw InvalidRequest("Malformed model info. \n \(modelJSON.prefix(500)) \n is not a valid JSON.")
        }
        let missing = wanted.filter { model[$0] == nil }
        guard missing.isEmpty else {
            throw InvalidRequest("Model json is missing mandatory fields: \(missing.joined(separator: ", "))")
        }
        let flavors: [String: Any]
        switch model["flavors"] {
        case let given as [String: Any]: flavors = given.mapValues(Self.withoutConfiguration)
        case is NSNull: flavors = [:]
        default: throw InvalidRequest("Malformed model info: 'flavors' is not a JSON object.")
        }
        var kept: [String: Any] = ["flavors": flavors, "model_uuid": model["model_uuid"] ?? NSNull()]
        kept["run_id"] = model["run_id"]
        kept["artifact_path"] = model["artifact_path"].flatMap { $0 is NSNull ? nil : $0 }
        kept["utc_time_created"] = (model["utc_time_created"] as? String) ?? Self.now()
        let entry = String(
            decoding: try JSONSerialization.data(
                withJSONObject: kept, options: [.sortedKeys, .withoutEscapingSlashes]), as: UTF8.self)
        try await change("log_model", ["run_id": id], by: caller) { db in
            let run = try db.activeRun(id)
            let old = try db.row(
                "SELECT value FROM run_tags WHERE run = ? AND key = ?",
                [.integer(run.number), .integer(try db.number(of: Run.modelHistoryTag, in: .tag))])?.text("value")
            let list = try old.map(Self.openList) ?? "["
            try db.set(KeyedText(Run.modelHistoryTag, list + entry + "]"), of: run, at: 0, limit: .max)
        }
    }

    /// A JSON list without its end, ready for one more element.
    private static func openList(_ list: String) throws -> String {
        guard let elements = try? JSONSerialization.jsonObject(with: Data(list.utf8)) as? [Any],
            let end = list.lastIndex(of: "]")
        else {
            throw InvalidRequest(
                "The model was not logged: tag \(Run.modelHistoryTag) of the run is not a list. Delete that tag first.")
        }
        return list[..<end] + (elements.isEmpty ? "" : ", ")
    }

    /// `2024-01-01 00:00:00.000000`, UTC.
    private static func now() -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss.SSS'000'"
        return formatter.string(from: Date())
    }

    private static func withoutConfiguration(_ flavor: Any) -> Any {
        guard let settings = flavor as? [String: Any] else { return flavor }
        return settings.filter { $0.key != "config" }
    }
}
