/// A capacity in which somebody acts. Raw values are the words on the wire and in `martlet.yaml`.
public enum Role: String, Sendable, Hashable, CaseIterable {
    /// Looks.
    case viewer
    /// Trains, registers, scores.
    case contributor
    /// Signs for Staging.
    case reviewer
    /// Signs for Production.
    case programManager = "program_manager"
    /// Keeps what is in service running.
    case `operator`
    /// Reads the log.
    case auditor
    /// Manages users and policies.
    case administrator

    /// What contributors were called.
    public static let engineer = Role.contributor

    /// A role by its word, or by the word that it had.
    public init?(word: String) {
        if word == "engineer" { self = .contributor } else { self.init(rawValue: word) }
    }

    /// Whether it may change anything but who may do what.
    public var mayChange: Bool { ![.viewer, .auditor, .administrator].contains(self) }
}

extension Role: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let role = Role(word: word) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription:
                    "'\(word)' is not a role: they are \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = role
    }
}
