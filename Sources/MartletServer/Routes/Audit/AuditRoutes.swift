import AuditLog
import MartletAPI
import MartletDomain
import Platform

/// Martlet's own requests about the log, below `/api/martlet/1.0/`.
func addAuditRoutes(to group: Routes, platform: Platform) {
    let audit = platform.audit
    group.on(GetCheckpoint.self, "audit.get_checkpoint", of: .workspace) { _, _ in
        GetCheckpoint.Response(key: audit.verificationKey.description, checkpoint: try await audit.checkpoint())
    }
    group.on(VerifyAudit.self, "audit.verify", of: .workspace) { _, _ in
        let found = try await audit.verify()
        return VerifyAudit.Response(
            ok: found.isIntact, size: found.size, root: found.root.hex,
            problems: found.problems.map { .init(position: $0.position, lastPosition: $0.lastPosition, what: $0.what) })
    }
    group.on(ListAuditEntries.self, "audit.list_entries", of: .workspace) { body, _ in
        let entries = try await audit.entries(from: body.from, limit: body.limit)
        return ListAuditEntries.Response(
            entries: entries.map { position, entry in
                .init(
                    position: position, time: entry.eventTime, user: entry.userIdentity.name,
                    action: "\(entry.serviceName).\(entry.actionName)", parameters: entry.requestParams,
                    status: entry.response.statusCode, error: entry.response.errorMessage)
            })
    }
    addAuditSearchRoutes(to: group, audit: audit)
    addCheckpointRoutes(to: group, audit: audit)
}

private func addAuditSearchRoutes(to group: Routes, audit: Audit) {
    group.on(SearchAuditLog.self, "audit.search_entries", of: .workspace) { body, context in
        let (events, next) = try await audit.search(body.query, before: body.before, limit: body.limit)
        return SearchAuditLog.Response(events: events.map { AuditEvent($0) }, next: next)
    }
    group.on(GetAuditEvent.self, "audit.get_entry", of: .workspace) { body, context in
        return AuditEvent(try await audit.event(body.event))
    }
    group.on(ProveEvent.self, "audit.get_proof", of: .workspace) { body, context in
        let found = try await audit.event(body.event)
        let proof = try await audit.prove(position: found.position, by: context.caller)
        return ProveEvent.Response(position: found.position, proof: proof.text)
    }
    group.on(ProveConsistency.self, "audit.get_consistency_proof", of: .workspace) { body, context in
        return ProveConsistency.Response(proof: try await audit.proveConsistency(from: body.from, to: body.to).text)
    }
}

private func addCheckpointRoutes(to group: Routes, audit: Audit) {
    group.on(PublishCheckpoint.self, "audit.publish_checkpoint", of: .workspace) { body, context in
        var published = try await audit.publish(because: body.reason == "push" ? "push" : "request", by: context.caller)
        if await audit.askWitnesses() > 0 { published = try await audit.newestPublished() ?? published }
        // A folder that differs has raised its alarm; the checkpoint left all the same.
        do { try await audit.writeFolder() } catch is AuditLogError {}
        return PublishedCheckpointRecord(published)
    }
    group.on(ListCheckpoints.self, "audit.list_checkpoints", of: .workspace) { body, context in
        let published = try await audit.published(before: body.before, limit: body.limit)
        return ListCheckpoints.Response(
            key: audit.verificationKey.description, checkpoints: published.map { PublishedCheckpointRecord($0) },
            alarm: audit.alarm)
    }
    group.on(AddCosignature.self, "audit.cosign", of: .workspace) { body, context in
        return PublishedCheckpointRecord(try await audit.cosign(body.checkpoint, by: context.caller))
    }
}

extension AuditEvent {
    init(_ found: FoundEvent) {
        let entry = found.entry
        self.init(
            position: found.position, eventID: entry.eventID, time: entry.eventTime, user: entry.userIdentity.name,
            roles: entry.userIdentity.roles, service: entry.serviceName, action: entry.actionName,
            parameters: entry.requestParams, status: entry.response.statusCode, error: entry.response.errorMessage,
            sourceAddress: entry.sourceIPAddress, entry: String(decoding: found.bytes, as: UTF8.self))
    }
}

extension PublishedCheckpointRecord {
    init(_ published: PublishedCheckpoint) {
        self.init(
            number: published.number, size: published.size, publishedAt: published.publishedAt,
            reason: published.reason, witnesses: published.witnesses, checkpoint: published.note)
    }
}
