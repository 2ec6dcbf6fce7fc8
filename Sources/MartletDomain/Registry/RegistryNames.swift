/// What registered models, aliases and their tags may be called.
///
/// Source of the rules: MLflow 3.18 (`utils/validation.py`) and its documentation of registered models and aliases. Beyond
/// MLflow, names hold no control characters, so that no page, log or terminal is fooled by one.
public enum RegistryNames {
    /// In Unicode scalars.
    public static let longestName = 256
    public static let longestAlias = 255
    public static let longestTagKey = 250
    public static let longestTagValue = 100_000
    public static let longestText = 100_000

    /// What is wrong with a new registered model's name; empty if nothing is.
    public static func problems(model name: String) -> [String] {
        let problems = problems(knownModel: name)
        guard problems.isEmpty else { return problems }
        if name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            return ["Invalid model name '\(name.prefix(100))'. Names cannot contain control characters."]
        }
        return tooLong("Registered model name", name, longestName)
    }

    /// Why no registered model can have this name; empty if one can.
    public static func problems(knownModel name: String) -> [String] {
        if name.allSatisfy(\.isWhitespace) { return ["Missing value for required parameter 'name'."] }
        if name.unicodeScalars.contains(where: { $0 == "/" || $0 == ":" }) {
            return ["Invalid model name '\(name.prefix(100))'. Names cannot contain '/' or ':'."]
        }
        if name == "." || name.hasPrefix("..") {
            return [
                "Invalid value \"\(name.prefix(100))\" for parameter 'name' supplied: names may be treated as files and "
                    + "must not mean another one then."
            ]
        }
        return []
    }

    /// What is wrong with a new alias; empty if nothing is.
    public static func problems(alias: String) -> [String] {
        let problems = problems(knownAlias: alias)
        guard problems.isEmpty else { return problems }
        if alias.lowercased() == "latest" { return ["'latest' alias name (case insensitive) is reserved."] }
        let digits = alias.unicodeScalars.dropFirst()
        let looksLikeVersion = ["v", "V"].contains(alias.unicodeScalars.first) && !digits.isEmpty
        if looksLikeVersion, digits.allSatisfy({ $0.properties.numericType == .decimal }) {
            return ["Version alias name '\(alias)' is reserved."]
        }
        return []
    }

    /// Why nothing can be called by this alias; empty if something can.
    public static func problems(knownAlias alias: String) -> [String] {
        if alias.isEmpty { return ["Registered model alias name cannot be empty."] }
        guard alias.unicodeScalars.allSatisfy({ $0 == "_" || $0 == "-" || $0.isLetterOrNumber }) else {
            return [
                "Invalid alias name: '\(alias.prefix(100))'. Names may only contain alphanumerics, underscores (_), and "
                    + "dashes (-)."
            ]
        }
        return tooLong("Registered model alias name", alias, longestAlias)
    }

    /// Why no tag can have this key; empty if one can.
    public static func problems(tagKey key: String) -> [String] {
        TrackingLimits.problems(tags: [KeyedText(String(key.unicodeScalars.prefix(longestTagKey)), "")], isBatch: false)
    }

    public static func problems(tags: [KeyedText]) -> [String] {
        tags.flatMap { tag in
            TrackingLimits.problems(tags: [tag], isBatch: false) + tooLong("value", tag.value, longestTagValue)
        }
    }

    public static func problems(text: String?) -> [String] {
        text.map { tooLong("description", $0, longestText) } ?? []
    }

    private static func tooLong(_ what: String, _ text: String, _ limit: Int) -> [String] {
        guard text.utf8.count > limit, text.unicodeScalars.count > limit else { return [] }
        return ["'\(what)' exceeds the maximum length of \(limit) characters"]
    }
}

extension Unicode.Scalar {
    /// What Python's regular expressions take for a word's character, but for the underscore.
    fileprivate var isLetterOrNumber: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: properties.numericType != nil && properties.generalCategory != .otherSymbol
        }
    }
}

extension ModelVersion.ID {
    /// A version's name and number as they come from a client: what Python's `int` would read, within 64 bits.
    /// - Throws: ``RegistryError/invalid(_:)`` when `version` is not a whole number.
    public init(_ name: String, _ version: String) throws(RegistryError) {
        guard let number = Int64(wholeNumber: version) else {
            throw .invalid(["Model version must be an integer, got '\(version.prefix(100))'"])
        }
        self.init(name: name, version: number)
    }
}

extension Int64 {
    /// A whole number as Python's `int` reads one: white space around it, a sign, any script's decimal digits, single
    /// underscores between them. Nil for anything else, and beyond 64 bits.
    public init?(wholeNumber text: String) {
        guard text.utf8.count <= 400 else { return nil }
        var scalars = Substring(text).unicodeScalars[...]
        while scalars.first?.properties.isWhitespace == true { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace == true { scalars.removeLast() }
        var digits = ""
        if let sign = scalars.first, sign == "-" || sign == "+" {
            digits.unicodeScalars.append(sign)
            scalars.removeFirst()
        }
        var follows = false
        for scalar in scalars {
            if scalar == "_", follows {
                follows = false
            } else if scalar.properties.numericType == .decimal, let value = scalar.properties.numericValue {
                digits += "\(Int(value))"
                follows = true
            } else {
                return nil
            }
        }
        guard follows else { return nil }
        self.init(digits)
    }
}

extension Stage {
    /// - Throws: ``RegistryError/invalid(_:)`` that names the stages there are.
    public static func named(_ word: String, among stages: [Stage] = Stage.allCases) throws(RegistryError) -> Stage {
        guard let stage = Stage(word: word, among: stages) else {
            throw .invalid([
                "Invalid Model Version stage: \(word.prefix(100)). Value must be one of "
                    + stages.map(\.rawValue).joined(separator: ", ") + "."
            ])
        }
        return stage
    }
}
