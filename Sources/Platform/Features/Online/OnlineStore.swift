import DeltaLake
package import Foundation
package import MartletDomain
package import Metadata
import QueryEngine
import Synchronization

/// Features answered by key from memory: kept up to date by pushes and by the versions of their tables, and never the only
/// place where anything is.
///
/// What is in memory is a function of a table's version and of the pushed rows after it. It is written to a file now and
/// then, so that opening a workspace takes no computing; without the file it is computed again.
package struct OnlineStore: Sendable {
    let store: Store
    let datasets: Datasets
    let features: Features
    /// Where snapshots of memory lie.
    let folder: URL
    let states = OnlineStates()
    /// One at a time loads, writes and forgets rows of a source.
    let turns = Turns()
    package let notices = OnlineNotices()
    package let settings: OnlineSettings
    let answers: AnswerLog

    package init(
        store: Store, datasets: Datasets, features: Features, folder: URL, settings: OnlineSettings = OnlineSettings()
    ) {
        (self.store, self.datasets, self.features, self.folder) = (store, datasets, features, folder)
        self.settings = settings
        answers = AnswerLog(share: settings.logShare)
    }

    /// All that is served, by name.
    package func list() async throws -> [OnlineFeatures] {
        try await store.read { db in
            try db.rows("SELECT * FROM online_features ORDER BY name").map { try db.onlineFeatures($0) }
        }
    }

    /// - Throws: ``NotServed``.
    package func record(_ name: String) async throws -> OnlineFeatures {
        // `risk.vendors` and `main.risk.vendors` are one table.
        let names = [name] + ((try? TableName(name))?.spellings.map(\.description) ?? [])
        let found = try await store.read { db -> OnlineFeatures? in
            for name in names {
                let row = try db.row("SELECT * FROM online_features WHERE name = ?", [.text(name)])
                if let row { return try db.onlineFeatures(row) }
            }
            return nil
        }
        guard let found else { throw NotServed(name: name) }
        return found
    }

    /// Answers that were kept to be computed again, and those for which there was no room, since the process began.
    package var answerCounts: (logged: Int64, dropped: Int64) { answers.counts }

    /// What answers for that name, loaded at its first use.
    package func served(_ name: String) async throws -> ServedFeatures {
        if let ready = states.ready(name) { return ready }
        while true {
            let record = try await record(name)
            if let ready = states.ready(record.name) { return ready }
            do {
                return try await states.load(record) { try await load(record) }
            } catch is SupersededLoad {
                // Serving stopped meanwhile, or it is another plan now.
                try Task.checkCancellation()
            }
        }
    }
}

/// How served features are looked after: `features:` in `martlet.yaml`.
package struct OnlineSettings: Sendable, Hashable, Codable {
    /// The share of keys whose answers are kept to be computed again, 0...1.
    package var logShare: Double

    enum CodingKeys: String, CodingKey { case logShare = "log_share" }

    package init(logShare: Double = 0.01) { self.logShare = logShare }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        logShare = try container.decodeIfPresent(Double.self, forKey: .logShare) ?? 0.01
        guard (0...1).contains(logShare) else {
            throw DecodingError.dataCorruptedError(
                forKey: .logShare, in: container, debugDescription: "\(logShare) is not a share between 0 and 1")
        }
    }
}

/// Words for the operator's log.
package final class OnlineNotices: Sendable {
    private let sink = Mutex<@Sendable (String) -> Void>({ _ in })

    package func report(to sink: @escaping @Sendable (String) -> Void) { self.sink.withLock { $0 = sink } }

    func say(_ words: String) { sink.withLock(\.self)(words) }
}

package struct NotServed: MartletError {
    package var name: String

    package var code: ErrorCode { .resourceDoesNotExist }
    package var message: String {
        "\(name) is not served. Serve it with `martlet features serve \(name)`; "
            + "`martlet features serve` alone lists what is."
    }
}

extension Snapshot {
    func onlineFeatures(_ row: SQLRow) throws -> OnlineFeatures {
        OnlineFeatures(
            name: try row.text("name"), kind: try OnlineFeatures.Kind(rawValue: row.text("kind")) ?? .view,
            planHash: try row.text("plan_hash"), source: try row.textIfPresent("source").map { try TableName($0) },
            servedBy: try row.text("served_by"), servedAt: try row.integer("served_at"))
    }
}
