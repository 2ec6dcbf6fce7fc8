/// How the audit log is kept. Part of `martlet.yaml`.
public struct AuditSettings: Sendable, Hashable, Codable {
    /// Whether anybody may read the log at `/audit/…`; otherwise whoever has a role that reads it.
    public var isPublic: Bool
    /// Which reads leave an entry too: `registry.get_model_version`, `tracking.*`, `*`.
    public var reads: [String]
    /// Whether the entry of a read is durable before the read is answered. Otherwise it follows within a second or so,
    /// and a power cut may take it away.
    public var readsBeforeAnswer: Bool
    /// How often a checkpoint leaves the database, if there is something new.
    public var checkpointEvery: TimeSpan
    /// The public keys of witnesses whose cosignatures are taken: C2SP vkeys of type 4. Behind a key and a space may stand
    /// the address at which that witness is asked for them (C2SP tlog-witness).
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
        isPublic: Bool = false, reads: [String] = [], readsBeforeAnswer: Bool = false,
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
        reads = try container.decodeIfPresent([String].self, forKey: .reads) ?? []
        readsBeforeAnswer = try container.decodeIfPresent(Bool.self, forKey: .readsBeforeAnswer) ?? false
        checkpointEvery = try container.decodeIfPresent(TimeSpan.self, forKey: .checkpointEvery) ?? .minutes(5)
        witnesses = try container.decodeIfPresent([String].self, forKey: .witnesses) ?? []
        push = try container.decodeIfPresent([String].self, forKey: .push) ?? []
        problems += reads.filter { !Self.isPattern($0) }.map {
            "audit.reads: \($0) is no verb; write service.verb, service.* or *."
        }
        if checkpointEvery < .seconds(1) { problems.append("audit.checkpoint_every is at least 1s.") }
        guard problems.isEmpty else { throw InvalidRequest(problems) }
    }

    /// Whether a read leaves an entry.
    public func records(read service: String, _ verb: String) -> Bool {
        reads.contains { $0 == "*" || $0 == "\(service).*" || $0 == "\(service).\(verb)" }
    }

    private static func isPattern(_ text: String) -> Bool {
        if text == "*" { return true }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && !parts[0].contains("*")
            && (parts[1] == "*" || !parts[1].contains("*"))
    }
}

private struct AnyKey: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }

    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

/// A length of time as a person writes it: `30s`, `5m`, `12h`, `7d`.
public struct TimeSpan: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func seconds(_ count: Int64) -> TimeSpan { TimeSpan(milliseconds: count * 1_000) }
    public static func minutes(_ count: Int64) -> TimeSpan { .seconds(count * 60) }

    private static let units: [(letter: Character, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000),
    ]

    /// - Returns: Nil unless it is a number from 1 to 99,999 and one of the letters s, m, h, d.
    public init?(_ text: String) {
        guard let unit = Self.units.first(where: { $0.letter == text.last }), text.count <= 6,
            let count = Int64(text.dropLast()), count > 0
        else { return nil }
        milliseconds = count * unit.milliseconds
    }

    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let span = TimeSpan(text) else {
            throw InvalidRequest("\(text) is no length of time; write one as 30s, 5m, 12h or 7d.")
        }
        self = span
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    public var description: String {
        let unit = Self.units.first { milliseconds % $0.milliseconds == 0 } ?? ("s", 1_000)
        return "\(milliseconds / unit.milliseconds)\(unit.letter)"
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
