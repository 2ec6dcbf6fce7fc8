/// What must hold of a table before it is used. Names and settings are those that Great Expectations made common.
public struct ExpectationSuite: Sendable, Equatable {
    public var name: String
    /// The table that it is about, `catalog.schema.table` or the end of such a name; nil if it fits several.
    public var table: String?
    public var expectations: [Expectation]

    public init(name: String, table: String? = nil, expectations: [Expectation]) {
        (self.name, self.table, self.expectations) = (name, table, expectations)
    }
}

/// One check and how much its failure matters.
public struct Expectation: Sendable, Equatable {
    public enum Severity: String, Codable, Sendable {
        /// A failure stops what was to be done with the table.
        case error
        /// A failure is reported.
        case warn
    }

    /// The name in the file: `expect_column_values_to_not_be_null`.
    public var type: String
    public var check: Check
    public var severity: Severity
    /// The settings as they were written, for reports.
    public var settings: DeclarationNode

    public init(type: String, check: Check, severity: Severity = .error, settings: DeclarationNode) {
        (self.type, self.check, self.severity, self.settings) = (type, check, severity, settings)
    }

    /// What is checked. Checks of values pass over nulls, except `notNull`. `mostly` is the share of values, 0 to 1,
    /// for which it must hold.
    public enum Check: Sendable, Equatable {
        case columnExists(String)
        /// The table has these columns; with `exact` it has no other.
        case columns([String], exact: Bool)
        /// A type as Delta spells it.
        case type(String, DataType)
        case notNull(String, mostly: Double)
        /// Bounds are read as the column's type; nil for none.
        case between(
            String, DeclarationNode.Scalar?, DeclarationNode.Scalar?, strictMinimum: Bool, strictMaximum: Bool,
            mostly: Double)
        case inSet(String, [DeclarationNode.Scalar], mostly: Double)
        /// The pattern is found in the text (RE2 syntax; anchor it to match the whole).
        case regex(String, String, mostly: Double)
        /// No two rows have the same values; rows with a null among them are passed over.
        case unique([String])
        case rowCount(minimum: Int64?, maximum: Int64?)
        /// The newest time is at most so many microseconds before the instant that the check is made for.
        case fresh(String, maximumAge: Int64)
        /// Each value is found in a column of another table.
        case exists(String, table: String, column: String, mostly: Double)
    }
}
