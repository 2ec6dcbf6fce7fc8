import DeltaLake
import Foundation
package import MartletDomain
import Metadata

extension OnlineStore {
    /// Writes what was pushed to its table, and takes in what versions of the table brought, late rows too.
    ///
    /// Asked again it does nothing. Rows that were pushed for memory alone are let go of by a full one.
    /// - Parameter full: Whether all is computed anew from the table.
    package func materialize(_ name: String, full: Bool, by caller: Caller) async throws -> OnlineProgress {
        let action = AuditAction("features", "materialize", ["name": name, "full": "\(full)"])
        try await datasets.requireChange(action, by: caller)
        let served = try await served(name)
        guard let source = served.record.source else { return try await progress(of: served) }
        return try await turns.inTurn(source.description) {
            _ = try await flushInTurn(source, by: caller)
            // Another may have loaded it anew meanwhile.
            let served = states.ready(name) ?? served
            if full {
                try await store.change(action, by: caller) { db in
                    try db.execute(
                        "DELETE FROM pushed_rows WHERE source = ? AND destination = ?",
                        [.text(source.description), .text(PushDestination.online.rawValue)])
                }
            } else if let rows = try await takeInChanges(served, source) {
                try await save(served)
                try await forgetWritten(source)
                return try await progress(of: served, rowsAdded: rows)
            }
            let rebuilt = try await rebuilt(served.record, served.view, source)
            try await save(rebuilt)
            try await forgetWritten(source)
            return try await progress(of: rebuilt, isRebuilt: true)
        }
    }

    private func forgetWritten(_ source: TableName) async throws {
        let table = datasets.deltaTable(source)
        let batches = try await table.batches(at: try await table.snapshot().version)
        for destination in [PushDestination.both, .offline] {
            try await forget(source, destination, written: batches[Self.batchID(destination)] ?? 0)
        }
    }

    /// Writes pushed rows to their tables every so often, and keeps what is in memory, until the task is cancelled.
    package func lookAfter(every interval: Duration = .seconds(15), keepingEvery rounds: Int = 20) async {
        var round = 0
        while (try? await Task.sleep(for: interval)) != nil {
            round += 1
            await tidy(keeping: round % rounds == 0)
            if round % rounds == 0 { await recomputeWhatIsDue() }
        }
    }

    /// One round of it; at the end of the process the last.
    package func tidy(keeping: Bool) async {
        do {
            for source in try await sourcesWithPushes() {
                do {
                    _ = try await flush(source, by: .online)
                } catch {
                    notices.say("Rows pushed to \(source) wait: \(Self.words(error))")
                }
            }
        } catch {
            notices.say("Pushed rows could not be looked for: \(Self.words(error))")
        }
        do {
            try await writeAnswers()
        } catch {
            notices.say("The log of answers could not be written: \(Self.words(error))")
        }
        guard keeping else { return }
        for served in states.all {
            guard let source = served.record.source else { continue }
            do {
                try await turns.inTurn(source.description) {
                    if let current = states.ready(served.record.name) { try await save(current) }
                    try await forgetWritten(source)
                }
            } catch {
                notices.say("What is in memory of \(served.record.name) was not kept: \(Self.words(error))")
            }
        }
    }
}
