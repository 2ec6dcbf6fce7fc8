/// What registered models, aliases and their tags may be called.
///
/// Source of the rules: MLflow's documentation of registered models and aliases (names without `/` and `:`, aliases of
/// word characters and dashes that are neither `latest` nor like `v1`).
public enum RegistryNames {
    /// In UTF-8 bytes.
    public static let longestName = 256
    public static let longestAlias = 255
    public static let longestTagValue = 100_000
    public static let longestText = 100_000

    /// What is wrong with a registered model's name; empty if nothing is.
    public static func problems(model name: String) -> [String] {
        if name.isEmpty { return ["Registered model name cannot be empty."] }
        var problems: [String] = []
        if name.utf8.contains(where: { $0 == 0x2F || $0 == 0x3A || $0 < 0x20 || $0 == 0x7F }) {
            problems.append(
                "Invalid name: '\(name.prefix(100))'. Registered model names cannot contain '/', ':' or control characters."
            )
        }
        if name.utf8.count > longestName {
            problems.append("Registered model name exceeds the maximum length of \(longestName) bytes.")
        }
        return problems
    }

    public static func problems(alias: String) -> [String] {
        if alias.isEmpty { return ["Registered model alias name cannot be empty."] }
        var problems: [String] = []
        if !alias.unicodeScalars.allSatisfy({ $0 == "_" || $0 == "-" || $0.properties.isAlphabetic || $0.isDigit }) {
            problems.append(
                "Invalid alias name: '\(alias.prefix(100))'. Names may only contain alphanumerics, underscores (_) and "
                    + "dashes (-).")
        }
        if alias.utf8.count > longestAlias {
            problems.append("Registered model alias name exceeds the maximum length of \(longestAlias) bytes.")
        }
        let word = alias.lowercased()
        let looksLikeVersion =
            word.hasPrefix("v") && word.utf8.count > 1
            && word.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
        if word == "latest" || looksLikeVersion {
            problems.append("'\(alias)' alias name is reserved.")
        }
        return problems
    }

    public static func problems(tags: [KeyedText]) -> [String] {
        tags.flatMap { TrackingLimits.problems(tags: [$0], isBatch: false) }
            + tags.filter { $0.value.utf8.count > longestTagValue }.map {
                "The value of tag '\($0.key.prefix(100))' exceeds the maximum length of \(longestTagValue) bytes."
            }
    }

    public static func problems(text: String?) -> [String] {
        guard let text, text.utf8.count > longestText else { return [] }
        return ["The description exceeds the maximum length of \(longestText) bytes."]
    }
}

extension Unicode.Scalar {
    fileprivate var isDigit: Bool { properties.numericType == .decimal }
}

extension ModelVersion.ID {
    /// A version's name and number as they come from a client.
    /// - Throws: ``RegistryError/invalid(_:)`` when `version` is not a number from 1.
    public init(_ name: String, _ version: String) throws(RegistryError) {
        guard let number = Int64(version), number > 0, version.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .invalid(["Model version must be an integer, got '\(version.prefix(100))'"])
        }
        self.init(name: name, version: number)
    }
}

extension Stage {
    /// - Throws: ``RegistryError/invalid(_:)`` that names the stages there are.
    public static func named(_ word: String) throws(RegistryError) -> Stage {
        guard let stage = Stage(word: word) else {
            throw .invalid([
                "Invalid Model Version stage: \(word.prefix(100)). Value must be one of "
                    + allCases.map(\.rawValue).joined(separator: ", ") + "."
            ])
        }
        return stage
    }
}
