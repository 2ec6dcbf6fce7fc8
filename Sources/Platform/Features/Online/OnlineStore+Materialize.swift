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
        let record = served.record
        return try await turns.inTurn(source.description) {
            _ = try await flushInTurn(source, by: caller)
            if full {
                try await forgetOnline(source, action, by: caller)
                guard let rebuilt = states.ready(record.name) else { throw NotServed(name: name) }
                try await forgetWritten(source)
                return try await progress(of: rebuilt, isRebuilt: true)
            }
            let (now, rows, isRebuilt) = try await current(record.name, source)
            try await save(now)
            try await forgetWritten(source)
            return try await progress(of: now, rowsAdded: rows, isRebuilt: isRebuilt)
        }
    }

    /// Lets go of rows that are in memory alone, of all that is served from a source, and computes that anew.
    private func forgetOnline(_ source: TableName, _ action: AuditAction, by caller: Caller) async throws {
        // First what was kept with such rows in it.
        try await dropKept(source)
        try await store.change(action, by: caller) { db in
            try db.execute(
                "DELETE FROM pushed_rows WHERE source = ? AND destination = ?",
                [.text(source.description), .text(PushDestination.online.rawValue)])
        }
        try await renew(source)
    }

    /// Brings what is in memory up to the newest version. For whoever has the source's turn.
    private func current(
        _ name: String, _ source: TableName
    ) async throws -> (ServedFeatures, rows: Int64, isRebuilt: Bool) {
        // Another may have loaded it anew meanwhile.
        guard let served = states.ready(name) else { throw NotServed(name: name) }
        if let (now, rows) = try await broughtUp(served, source) { return (now, rows, false) }
        return (try await rebuilt(served.record, served.view, source), 0, true)
    }

    /// Takes in what others wrote to the tables.
    private func catchUp() async {
        for served in states.all {
            guard let source = served.record.source else { continue }
            do {
                guard try datasets.deltaTable(source).newestVersion() != served.tableVersion else { continue }
                try await turns.inTurn(source.description) { _ = try await current(served.record.name, source) }
            } catch is NotServed {
                continue
            } catch {
                notices.say("What came to \(source) does not count in \(served.record.name): \(Self.words(error))")
            }
        }
    }

    private func forgetWritten(_ source: TableName) async throws {
        let table = datasets.deltaTable(source)
        let batches = try await table.batches(at: try await table.snapshot().version)
        for destination in [PushDestination.both, .offline] {
            try await forget(source, destination, written: batches[Self.batchID(destination)] ?? 0)
        }
    }

    /// Writes pushed rows to their tables every so often, takes in what others wrote there, and keeps what is in memory, until the task is cancelled.
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
        await catchUp()
        do {
            try await writeAnswers()
        } catch {
            notices.say("The log of answers could not be written: \(Self.words(error))")
        }
        guard keeping else { return }
        do {
            try await forgetPushIDs()
        } catch {
            notices.say("Old ids of pushes could not be let go of: \(Self.words(error))")
        }
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
