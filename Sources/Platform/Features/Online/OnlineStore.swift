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
        let record = try await record(name)
        if let ready = states.ready(record.name) { return ready }
        return try await states.load(record.name) { try await load(record) }
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

/// What is in memory, by name.
final class OnlineStates: Sendable {
    private enum Entry {
        case loading(Task<ServedFeatures, any Error>)
        case ready(ServedFeatures)
    }

    private let entries = Mutex<[String: Entry]>([:])
    /// Pushes that are not in memory yet: when they came, by source.
    private let pushes = Mutex<[TableName: [Int64: Int]]>([:])

    func beginPush(to source: TableName, at time: Int64) {
        pushes.withLock { $0[source, default: [:]][time, default: 0] += 1 }
    }

    func endPush(to source: TableName, at time: Int64) {
        pushes.withLock { pushes in
            guard let count = pushes[source]?[time] else { return }
            pushes[source]?[time] = count > 1 ? count - 1 : nil
            if pushes[source]?.isEmpty == true { pushes[source] = nil }
        }
    }

    /// Whether a push that came by then is not in memory yet.
    func isPushing(to source: TableName?, by time: Int64) -> Bool {
        guard let source else { return false }
        return pushes.withLock { $0[source]?.keys.contains { $0 <= time } ?? false }
    }

    func ready(_ name: String) -> ServedFeatures? {
        entries.withLock { entries in
            if case .ready(let served) = entries[name] { served } else { nil }
        }
    }

    /// Those of a source that are in memory.
    func ready(of source: TableName) -> [ServedFeatures] {
        entries.withLock { entries in
            entries.values.compactMap { entry in
                if case .ready(let served) = entry, served.record.source == source { served } else { nil }
            }
        }
    }

    var all: [ServedFeatures] {
        entries.withLock { $0.values.compactMap { if case .ready(let served) = $0 { served } else { nil } } }
    }

    /// Loads once for all who ask at the same time.
    func load(
        _ name: String, _ body: @escaping @Sendable () async throws -> ServedFeatures
    ) async throws -> ServedFeatures {
        let task = entries.withLock { entries -> Task<ServedFeatures, any Error> in
            switch entries[name] {
            case .ready(let served): return Task { served }
            case .loading(let task): return task
            case nil:
                let task = Task { try await body() }
                entries[name] = .loading(task)
                return task
            }
        }
        do {
            return try await task.value
        } catch {
            entries.withLock { entries in
                if case .loading(let other) = entries[name], other == task { entries[name] = nil }
            }
            throw error
        }
    }

    /// From now on this answers.
    func publish(_ served: ServedFeatures) { entries.withLock { $0[served.record.name] = .ready(served) } }

    func forget(_ name: String) { entries.withLock { $0[name] = nil } }
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
