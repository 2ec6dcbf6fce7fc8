import Foundation
import MartletDomain
import Metadata
import Synchronization

/// A delivery that may be sent now.
private struct DueDelivery: Sendable {
    var number: Int64
    var webhook: StoredWebhook
    var delivery: WebhookDelivery
}

/// What the sending task and its children know in common.
private final class Work: Sendable {
    private struct State {
        var busy: Set<Int64> = []
        var nextDue: Int64?
        /// Webhooks whose last result could not be recorded, how often in a row, and until when they are left alone.
        var unrecorded: [Int64: (times: Int, until: Int64)] = [:]
    }

    private let state = Mutex(State())

    /// Webhooks with a request under way, and those that are left alone for now.
    func occupied(at time: Int64) -> Set<Int64> {
        state.withLock { state in state.busy.union(state.unrecorded.filter { $0.value.until > time }.keys) }
    }
    var underWay: Int { state.withLock { $0.busy.count } }
    func begin(_ webhook: Int64) { state.withLock { _ = $0.busy.insert(webhook) } }
    func end(_ webhook: Int64) { state.withLock { _ = $0.busy.remove(webhook) } }

    /// A result that is not recorded will be asked for again: later and later, up to ten minutes.
    func note(_ webhook: Int64, isRecorded: Bool, at time: Int64) {
        state.withLock { state in
            guard !isRecorded else { return state.unrecorded[webhook] = nil }
            let times = (state.unrecorded[webhook]?.times ?? 0) + 1
            state.unrecorded[webhook] = (times, time + min(600_000, 1_000 << Int64(min(times, 10))))
        }
    }

    /// When the first of those left alone is to be tried again.
    var nextUnrecorded: Int64? { state.withLock { $0.unrecorded.values.map(\.until).min() } }

    /// When something is to be sent, as far as is known; nil for nothing.
    func setNextDue(_ time: Int64?) { state.withLock { $0.nextDue = time } }
    func isDue(at time: Int64) -> Bool { state.withLock { $0.nextDue.map { $0 <= time } ?? false } }
}

extension Webhooks {
    /// Receivers asked at once; each webhook has one request under way at most, so one that is slow keeps nobody else.
    private static let mostAtOnce = 10

    /// Sends what waits in the outbox, until the task is cancelled. For one task of one process.
    ///
    /// An attempt whose result could not be recorded, because the process ended, is made again.
    /// - Parameter report: Told of what goes wrong on our side; secrets and bodies are not in it.
    package func deliver(reporting report: @escaping @Sendable (String) -> Void = { _ in }) async {
        let work = Work()
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: .milliseconds(200))) != nil {
                    if work.isDue(at: Date().milliseconds) { wake() }
                }
            }
            while !Task.isCancelled {
                do {
                    let now = Date().milliseconds
                    let occupied = work.occupied(at: now)
                    let (due, next) = try await self.due(but: occupied, at: now)
                    work.setNextDue([next, work.nextUnrecorded].compactMap { $0 }.min())
                    for item in due.prefix(max(0, Self.mostAtOnce - work.underWay)) {
                        work.begin(item.webhook.number)
                        group.addTask {
                            let isRecorded = await attempt(item, report)
                            work.note(item.webhook.number, isRecorded: isRecorded, at: Date().milliseconds)
                            work.end(item.webhook.number)
                            wake()
                        }
                    }
                } catch {
                    report("the outbox of webhooks could not be read: \(error)")
                    work.setNextDue(Date().milliseconds + 5_000)
                }
                await wakeup.wait()
            }
        }
    }

    /// The first delivery of each webhook that may be sent now, and when the next of the others may.
    private func due(but busy: Set<Int64>, at time: Int64) async throws -> ([DueDelivery], next: Int64?) {
        try await store.read { db in
            var (found, next): ([DueDelivery], Int64?) = ([], nil)
            let waiting = try db.rows(
                "SELECT webhook, MIN(due_at) AS due FROM webhook_deliveries WHERE outcome IS NULL GROUP BY webhook "
                    + "ORDER BY due")
            for row in waiting where !busy.contains(try row.integer("webhook")) {
                let (number, due) = (try row.integer("webhook"), try row.integer("due"))
                guard due <= time else {
                    next = min(next ?? due, due)
                    continue
                }
                let first = try db.row(
                    "SELECT * FROM webhook_deliveries WHERE webhook = ? AND outcome IS NULL AND due_at <= ? "
                        + "ORDER BY number LIMIT 1", [.integer(number), .integer(time)])
                guard let first, let webhook = try db.webhooks("WHERE w.number = ?", [.integer(number)]).first else {
                    continue
                }
                found.append(
                    DueDelivery(
                        number: try first.integer("number"), webhook: webhook,
                        delivery: try WebhookDelivery(first, webhookID: webhook.webhook.id)))
            }
            return (found, next)
        }
    }

    /// - Returns: False when the result could not be recorded.
    private func attempt(_ item: DueDelivery, _ report: @Sendable (String) -> Void) async -> Bool {
        let (started, webhook) = (Date().milliseconds, item.webhook.webhook)
        let answer: WebhookAnswer
        do {
            let headers = try headers(
                of: item.webhook, deliveryID: item.delivery.id, body: item.delivery.body, time: started / 1_000)
            answer = await sender.post(item.delivery.body, to: webhook.url, headers: headers)
        } catch {
            answer = .refused((error as? any MartletError)?.message ?? "\(error)")
        }
        // What was broken off by our own end is not held against the receiver.
        if Task.isCancelled, !answer.isSuccess { return true }
        do {
            try await record(answer, of: item, startedAt: started)
            return true
        } catch {
            report("the delivery \(item.delivery.id) was sent, and that could not be recorded: \(error)")
            return false
        }
    }

    /// What a request carries beside its body.
    /// - Parameter time: Of this attempt, seconds since 1970 UTC.
    func headers(
        of stored: StoredWebhook, deliveryID: String, body: String, time: Int64
    ) throws -> [String: String] {
        let secret = try stored.secret.map { try secrets.unseal($0, for: stored.webhook.id) }
        var headers =
            switch stored.webhook.dialect {
            case .mlflow: WebhookSignature.headers(deliveryID: deliveryID, body: body, time: time, secret: secret)
            case .databricks: WebhookSignature.databricksHeaders(deliveryID: deliveryID, body: body, secret: secret)
            }
        if let sealed = stored.authorization {
            headers["Authorization"] = try secrets.unseal(sealed, for: stored.webhook.authorizationOwner)
        }
        return headers
    }

    private func record(_ answer: WebhookAnswer, of item: DueDelivery, startedAt: Int64) async throws {
        let attempts =
            item.delivery.attempts + [WebhookAttempt(at: startedAt, status: answer.status, error: answer.error)]
        let wait =
            answer.isSuccess
            ? nil : WebhookRetry.delay(after: answer, attempts: attempts.count, jitter: .random(in: 0...1))
        let outcome: WebhookDelivery.Outcome? = answer.isSuccess ? .delivered : wait == nil ? .failed : nil
        let parameters = [
            "webhook_id": item.webhook.webhook.id, "delivery_id": item.delivery.id,
            "event": item.delivery.event.rawValue, "attempt": "\(attempts.count)",
            "status": answer.status.map { "\($0)" }, "error": answer.error, "outcome": outcome?.rawValue,
        ]
        let text = try canonicalText(attempts)
        try await change("record_delivery", parameters, by: .deliveries) { db in
            // One that was dropped while it was under way stays dropped, unless it arrived.
            try db.execute(
                "UPDATE webhook_deliveries SET attempts = ?, due_at = ? WHERE number = ?",
                [.text(text), .integer(db.now + (wait?.milliseconds ?? 0)), .integer(item.number)])
            if let outcome {
                try db.execute(
                    "UPDATE webhook_deliveries SET outcome = ?, finished_at = ? WHERE number = ? "
                        + "AND (outcome IS NULL OR ? = 'delivered')",
                    [
                        .text(outcome.rawValue), .integer(db.now), .integer(item.number), .text(outcome.rawValue),
                    ])
            }
            try db.execute(
                "DELETE FROM webhook_deliveries WHERE webhook = ? AND outcome IS NOT NULL AND number <= "
                    + "(SELECT x.number FROM webhook_deliveries x WHERE x.webhook = ? AND x.outcome IS NOT NULL "
                    + "ORDER BY x.number DESC LIMIT 1 OFFSET ?)",
                [
                    .integer(item.webhook.number), .integer(item.webhook.number), SQLValue(Self.mostRemembered),
                ])
        }
    }
}

extension Caller {
    fileprivate static let deliveries = Caller(.martlet, requestID: "webhooks")
}

extension Duration {
    fileprivate var milliseconds: Int64 {
        components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
    }
}
