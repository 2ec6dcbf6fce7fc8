/// How the audit log is kept. Part of `martlet.yaml`.
public struct AuditSettings: Sendable, Hashable, Codable {
    /// Whether anybody may read the log at `/audit/…`; otherwise whoever has a role that reads it.
    public var isPublic: Bool
    /// Which reads leave an entry too: `registry.get_model_version`, `tracking.*`, `*`.
    public var reads: [VerbPattern]
    /// Whether the entry of a read is durable before the read is answered. Otherwise it follows within a second or so,
    /// and a power cut may take it away.
    public var readsBeforeAnswer: Bool
    /// How often a checkpoint leaves the database, if there is something new.
    public var checkpointEvery: TimeSpan
    /// The public keys of witnesses whose cosignatures are taken: C2SP vkeys of type 4. Behind a key and a space may
    /// stand the address at which that witness is asked for them (C2SP tlog-witness).
    public var witnesses: [String]
    /// Where checkpoints are carried to: folders, `git+URL`, `s3://bucket/prefix`.
    public var push: [String]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case isPublic = "public"
        case reads
        case readsBeforeAnswer = "reads_before_answer"
        case checkpointEvery = "checkpoint_every"
        case witnesses, push
    }

    public init(
        isPublic: Bool = false, reads: [VerbPattern] = [], readsBeforeAnswer: Bool = false,
        checkpointEvery: TimeSpan = .minutes(5), witnesses: [String] = [], push: [String] = []
    ) {
        (self.isPublic, self.reads, self.readsBeforeAnswer) = (isPublic, reads, readsBeforeAnswer)
        (self.checkpointEvery, self.witnesses, self.push) = (checkpointEvery, witnesses, push)
    }

    public init(from decoder: any Decoder) throws {
        // A misspelt key would leave something out of the log that somebody relies on.
        let given = try decoder.container(keyedBy: AnyKey.self).allKeys.map(\.stringValue)
        let known = CodingKeys.allCases.map(\.rawValue)
        var problems = given.filter { !known.contains($0) }.map {
            "audit has no key \($0); there are \(known.joined(separator: ", "))."
        }
        let container = try decoder.container(keyedBy: CodingKeys.self)
        isPublic = try container.decodeIfPresent(Bool.self, forKey: .isPublic) ?? false
        let patterns = try container.decodeIfPresent([String].self, forKey: .reads) ?? []
        reads = patterns.compactMap { VerbPattern($0) }
        readsBeforeAnswer = try container.decodeIfPresent(Bool.self, forKey: .readsBeforeAnswer) ?? false
        checkpointEvery = try container.decodeIfPresent(TimeSpan.self, forKey: .checkpointEvery) ?? .minutes(5)
        witnesses = try container.decodeIfPresent([String].self, forKey: .witnesses) ?? []
        push = try container.decodeIfPresent([String].self, forKey: .push) ?? []
        problems += patterns.filter { VerbPattern($0) == nil }.map {
            "audit.reads: \($0) is no verb; write service.verb, service.*, *.get_* or *."
        }
        if checkpointEvery < .seconds(1) { problems.append("audit.checkpoint_every is at least 1s.") }
        guard problems.isEmpty else { throw InvalidRequest(problems) }
    }

    /// Whether a read leaves an entry.
    public func records(_ verb: Verb) -> Bool { reads.contains { $0.matches(verb) } }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
