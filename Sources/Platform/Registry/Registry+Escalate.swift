package import MartletDomain
import Metadata

/// Somebody was told that a model is not well.
package struct PlanEscalation: Sendable, Hashable {
    package var model: String
    package var finding: ModelHealth.Finding
    /// Who is to be told, the first first.
    package var contacts: [String]
    /// The webhook that was told; nil when the plan names none, or none that is active has the name.
    package var webhook: String?
}

extension Registry {
    /// Puts on the log whom the monitoring plans name for what is red about their models, and tells the webhooks that
    /// they name. Each finding once, for as long as it lasts.
    @discardableResult
    package func escalate() async throws -> [PlanEscalation] {
        var told: [PlanEscalation] = []
        for health in try await health() {
            guard let escalation = health.escalation else { continue }
            for finding in health.alarming where try await !isEscalated(finding, of: health.model) {
                if let one = try await escalate(finding, of: health, to: escalation) { told.append(one) }
            }
        }
        return told
    }

    private func isEscalated(_ finding: ModelHealth.Finding, of model: String) async throws -> Bool {
        try await store.read { db in try db.isEscalated(finding, ofModel: try db.registeredModel(model)) }
    }

    private func escalate(
        _ finding: ModelHealth.Finding, of health: ModelHealth, to escalation: MonitoringPlan.Escalation
    ) async throws -> PlanEscalation? {
        let contacts = escalation.contacts.joined(separator: ", ")
        let parameters = [
            "name": health.model, "version": health.version.map { "\($0)" }, "finding": finding.kind.rawValue,
            "text": finding.text, "contacts": contacts,
        ]
        return try await change("escalate", parameters, by: Caller(.martlet, requestID: "watch")) { db in
            let model = try db.registeredModel(health.model)
            // Another server may have been faster.
            guard try !db.isEscalated(finding, ofModel: model) else { return nil }
            let payload = WebhookPayload.escalated(finding, of: health, contacts: contacts)
            let isTold = try escalation.webhook.map { try db.tell(webhookNamed: $0, payload) }
            try db.announce(payload, butNot: escalation.webhook)
            if let name = escalation.webhook { db.note("webhook", name) }
            if isTold == false { db.note("webhook_missing", "true") }
            let webhook = isTold == true ? escalation.webhook : nil
            try db.execute(
                "INSERT INTO plan_escalations (number, model, kind, since, contacts, webhook, escalated_at, audit_position) "
                    + "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    .integer(try db.next("plan_escalation")), .integer(model), .text(finding.kind.rawValue),
                    .integer(finding.since ?? 0), .text(contacts), SQLValue(webhook),
                    .integer(try db.registryTime()), .integer(try db.auditPosition()),
                ])
            return PlanEscalation(
                model: health.model, finding: finding, contacts: escalation.contacts, webhook: webhook)
        }
    }
}

extension Snapshot {
    fileprivate func isEscalated(_ finding: ModelHealth.Finding, ofModel model: Int64) throws -> Bool {
        try row(
            "SELECT number FROM plan_escalations WHERE model = ? AND kind = ? AND since = ?",
            [.integer(model), .text(finding.kind.rawValue), .integer(finding.since ?? 0)]) != nil
    }
}
