import AuditLog
import Foundation
import MartletDomain
import Metadata

/// The entries about a version, with where they stand.
struct EvidenceLog: Sendable {
    var entries: [(position: Int64, entry: AuditEntry)] = []
    /// The proof files by position.
    var proofs: [Int64: String] = [:]

    /// The entry that a change of the registry wrote.
    func position(of verb: String, by user: String, at time: Int64) -> Int64? {
        entries.first { _, entry in
            entry.actionName == verb && entry.userIdentity.name == user && entry.response.statusCode == 200
                && entry.time.map { Int64(($0.timeIntervalSince1970 * 1_000).rounded()) == time } ?? false
        }?.position
    }
}

extension EvidencePacks {
    /// Entries that a pack takes at most, the oldest first.
    private static let mostEntries = 2_000

    func addLog(to draft: inout EvidenceDraft, by caller: Caller) async throws -> EvidenceLog {
        let found = try await entries(about: draft.version)
        var (log, files, missing) = (EvidenceLog(), [String](), [String]())
        if found.count > Self.mostEntries { missing.append("entries after the first \(Self.mostEntries)") }
        let kept = found.prefix(Self.mostEntries)
        let (checkpoint, proofs) = try await audit.prove(kept.map(\.position), by: caller)
        for event in kept {
            let position = event.position
            log.entries.append((position, event.entry))
            files.append(draft.add("audit/entries/\(position).json", Data(event.bytes)))
            guard let proof = proofs[position] else {
                missing.append("a proof of entry \(position), which is newer than the checkpoint")
                continue
            }
            log.proofs[position] = draft.add("audit/proofs/\(position).tlog-proof", Data(proof.text.utf8))
            files.append("audit/proofs/\(position).tlog-proof")
        }
        files.append(draft.add("audit/checkpoint", Data(checkpoint.note.utf8)))
        files.append(draft.add("audit/log.pub", Data("\(audit.verificationKey)\n".utf8)))
        draft.sections.append(EvidenceSection(.auditLog, files: files, missing: missing))
        return log
    }

    /// The oldest first; one more than a pack takes if there are more.
    private func entries(about version: ModelVersion) async throws -> [FoundEvent] {
        let words = Self.words(of: version)
        var found: [Int64: FoundEvent] = [:]
        for word in words {
            var before: Int64?
            repeat {
                let page = try await audit.search(AuditQuery(object: word), before: before, limit: 1_000)
                for event in page.events where Self.isAbout(words, "\(version.id.version)", event.entry) {
                    found[event.position] = event
                }
                before = page.next
            } while before != nil
        }
        return Array(found.values.sorted { $0.position < $1.position }.prefix(Self.mostEntries + 1))
    }

    /// What an entry about the version names: itself, its run, or its model.
    private static func words(of version: ModelVersion) -> Set<String> {
        var words: Set<String> = [version.id.name, "\(version.id)", "models:/\(version.id)", version.artifactDigest]
        if let run = version.runID, !run.isEmpty { words.insert(run) }
        return words
    }

    /// Entries about other versions of the model are left out, those about the model as a whole are not.
    private static func isAbout(_ words: Set<String>, _ version: String, _ entry: AuditEntry) -> Bool {
        if entry.serviceName == "registry", let other = entry.requestParams["version"], other != version {
            return false
        }
        let named = entry.requestParams.values.contains { value in
            words.contains(value)
                || words.contains { value.hasPrefix("models:/\($0)/") || value.hasPrefix("models:/\($0)@") }
        }
        return named && ["registry", "models", "monitoring", "scoring", "artifacts"].contains(entry.serviceName)
    }

    func addApprovals(to draft: inout EvidenceDraft, _ log: EvidenceLog) async throws {
        struct Approval: Encodable {
            var what: String
            var who: String
            var role: String?
            var comment: String?
            var at: String
            var artifactDigest: String?
            var entry: Int64?
            var proof: String?

            enum CodingKeys: String, CodingKey {
                case what, who, role, comment, at, entry, proof
                case artifactDigest = "artifact_digest"
            }
        }
        let id = draft.version.id
        func time(_ milliseconds: Int64) -> String { "\(Instant(microseconds: milliseconds * 1_000))" }
        var missing: [String] = []
        let signed = try await registry.signOffs(of: id)
        var approvals = signed.map { one in
            let entry = one.auditPosition ?? log.position(of: "sign_off", by: one.user, at: one.at)
            return Approval(
                what: "sign-off for \(one.stage.rawValue)", who: one.user, role: one.role.rawValue,
                comment: one.comment, at: time(one.at), artifactDigest: one.artifactDigest, entry: entry,
                proof: entry.flatMap { log.proofs[$0] })
        }
        for change in try await registry.history(of: id.name) where change.version == id {
            let verb =
                switch (change.alias, change.from, change.to) {
                case (_?, _, _):
                    change.isRemoved ? "delete_registered_model_alias" : "set_registered_model_alias"
                case (nil, nil, _): "create_model_version"
                case (nil, _, nil): "delete_model_version"
                default: "transition_stage"
                }
            let entry = change.auditPosition ?? log.position(of: verb, by: change.by, at: change.at)
            let what =
                change.alias.map { "alias @\($0) \(change.isRemoved ? "taken away" : "set")" }
                ?? change.to.map { "moved to \($0.rawValue)\(change.way.words)" } ?? "deleted"
            approvals.append(
                Approval(
                    what: what, who: change.by, at: time(change.at), entry: entry,
                    proof: entry.flatMap { log.proofs[$0] }))
        }
        if signed.isEmpty { missing.append("sign-offs: nobody signed for the version") }
        let unproven = approvals.filter { $0.proof == nil }.count
        if unproven > 0 { missing.append("proofs of \(unproven) of \(approvals.count) approvals and moves") }
        let files = [try draft.add("approvals.json", json: approvals.sorted { $0.at < $1.at })]
        draft.sections.append(EvidenceSection(.approvals, files: files, missing: missing))
    }

    /// The digests of all policies that entries about the version were made under, and the text of those that are kept.
    func addPolicy(to draft: inout EvidenceDraft, _ log: EvidenceLog) async throws {
        struct InForce: Encodable {
            var digest: String
            var firstEntry: Int64
            var text: String?

            enum CodingKeys: String, CodingKey {
                case digest, text
                case firstEntry = "first_entry"
            }
        }
        var policies: [InForce] = []
        for (position, entry) in log.entries {
            guard let digest = entry.policyDigest, !policies.contains(where: { $0.digest == digest }) else { continue }
            policies.append(InForce(digest: digest, firstEntry: position, text: try await registry.policyText(digest)))
        }
        let untold = policies.filter { $0.text == nil }.map { "the text of the policy \($0.digest)" }
        let missing = policies.isEmpty ? ["the policy: no entry names one"] : untold
        let files = policies.isEmpty ? [] : [try draft.add("policy.json", json: policies)]
        draft.sections.append(EvidenceSection(.policy, files: files, missing: missing))
    }
}

extension StageChange.Way? {
    /// What is said behind a move.
    fileprivate var words: String {
        switch self {
        case nil: ""
        case .breakGlass?: " past the gates"
        case .ratified?: ", its gates met afterwards"
        case .rollback?: " by a rollback"
        }
    }
}
