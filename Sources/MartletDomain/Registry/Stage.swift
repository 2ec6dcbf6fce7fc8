/// Where a model version stands: one of MLflow's four stages, or one that a policy adds. Raw values are the words on
/// the wire.
public struct Stage: RawRepresentable, Sendable, Hashable, CaseIterable {
    public let rawValue: String

    private init(_ word: String) { rawValue = word }

    public static let unstaged = Stage("None")  // `none` would be read as Optional.none
    public static let staging = Stage("Staging")
    public static let production = Stage("Production")
    public static let archived = Stage("Archived")

    /// MLflow's stages, which every model has.
    public static let allCases: [Stage] = [.unstaged, .staging, .production, .archived]

    /// A word of 1 to 64 letters, digits, dashes and underlines that begins with a letter and is no number; nil for any
    /// other. Whether a model has the stage is said by its policy.
    public init?(rawValue: String) {
        let isWord = rawValue.utf8.allSatisfy { byte in
            switch byte {
            case 0x2D, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
            default: false
            }
        }
        guard isWord, (1...64).contains(rawValue.utf8.count), let first = rawValue.first, first.isLetter else {
            return nil
        }
        self.init(rawValue)
    }

    /// One of `stages` by its word in any case, as MLflow takes it.
    public init?(word: String, among stages: [Stage] = Stage.allCases) {
        guard let stage = stages.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else { return nil }
        self = stage
    }

    /// Whether callers are meant to find versions that stand here.
    public var isInService: Bool { self != .unstaged && self != .archived }
}

extension Stage: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let word = try container.decode(String.self)
        guard let stage = Stage(rawValue: word) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(word)' is no stage")
        }
        self = stage
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
