/// One thing that is wrong with a declaration of features or with what it is computed from, with a word for its kind
/// that scripts can rely on.
public struct FeatureIssue: Sendable, Hashable, Codable {
    public enum Code: String, Sendable, Codable, CaseIterable {
        /// Two rows of one key (and one event time, where there is one), and nothing says which of them counts.
        case duplicateKey = "duplicate_key"
        /// Another number of keys than the table has.
        case keyMismatch = "key_mismatch"
        /// A column that the rows or the table lack.
        case missingColumn = "missing_column"
        /// A lookback below zero, without a time, or different from another's of the same table and key time.
        case invalidLookback = "invalid_lookback"
        case duplicateName = "duplicate_name"
        case typeMismatch = "type_mismatch"
        /// A feature that its table lacks; a default or a new name for what is not looked up.
        case unknownFeature = "unknown_feature"
        case unknownTable = "unknown_table"
        /// Features that are computed from each other.
        case cycle
        case nullKey = "null_key"
        case invalidName = "invalid_name"
        /// A file that does not read: an unknown key, a value of the wrong kind.
        case invalidDeclaration = "invalid_declaration"
        /// A result that leaves the range of its type.
        case overflow
    }

    public var code: Code
    /// One sentence without its full stop: what, where, and what would be right.
    public var message: String

    public init(_ code: Code, _ message: String) { (self.code, self.message) = (code, message) }
}

extension FeatureIssue: CustomStringConvertible {
    public var description: String { "\(code.rawValue): \(message)" }
}
