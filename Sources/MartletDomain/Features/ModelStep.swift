/// What is done to columns of a training set before a model sees them, with parameters that are fitted on that set.
///
/// Steps follow each other: each is fitted on what the ones before it gave.
public struct ModelStep: Sendable, Equatable {
    public enum Method: Sendable, Equatable {
        /// In place of null, and of NaN.
        case imputeMean, imputeMedian, imputeMostFrequent
        case imputeConstant(FeatureValue)
        /// `(x − mean) / standard deviation`, that of the population (n).
        case scaleStandard
        /// `(x − least) / (greatest − least)`.
        case scaleMinMax
        /// A column of 0 and 1 for each value, in its place, named `column=value`. Null is a value if it was seen.
        case encodeOneHot(Unknown)
        /// The value's number, from 0, in the order of values; null is the last.
        case encodeOrdinal(Unknown)
    }

    /// What becomes of a value that was not there when the step was fitted.
    public enum Unknown: String, Sendable, Codable, CaseIterable {
        case error
        /// All zeros, or null.
        case ignore
    }

    public var columns: [String]
    public var method: Method

    public init(_ method: Method, of columns: [String]) { (self.columns, self.method) = (columns, method) }
}

extension ModelStep {
    private static let methods = [
        "impute": ["mean", "median", "most_frequent", "constant"], "scale": ["standard", "min_max"],
        "encode": ["one_hot", "ordinal"],
    ]

    /// Reads `{impute: [a], with: median}`, `{impute: [a], with: constant, value: 0}`, `{scale: [a], with: standard}` or
    /// `{encode: [a], with: one_hot, unknown: ignore}`. Nil if it is faulty, with the reasons in `file`.
    init?(_ node: DeclarationNode, _ file: inout DeclarationReader) {
        var reader = DeclarationReader(
            node, "A step", keys: ["impute", "scale", "encode", "with", "value", "unknown"])
        defer { file.adopt(reader.issues) }
        let found = Self.methods.keys.sorted().filter(reader.has)
        guard found.count == 1, let methods = Self.methods[found[0]] else {
            reader.report("needs exactly one of impute, scale, encode")
            return nil
        }
        let columns = reader.names(found[0])
        if columns.isEmpty { reader.report("lacks the columns to \(found[0])") }
        let word = reader.required("with")
        if !word.isEmpty, !methods.contains(word) {
            reader.report("needs one of \(methods.joined(separator: ", ")) under 'with', not '\(word)'")
        }
        let unknown: Unknown? = reader.word("unknown")
        if unknown != nil, found != ["encode"] { reader.report("has 'unknown' but does not encode") }
        let value = node["value"].flatMap(FeatureValue.init)
        if reader.has("value") != (word == "constant") || (reader.has("value") && (value?.isNull ?? true)) {
            reader.report("needs 'value' with constant, and only then")
        }
        guard reader.issues.isEmpty else { return nil }
        switch word {
        case "mean": self.init(.imputeMean, of: columns)
        case "median": self.init(.imputeMedian, of: columns)
        case "most_frequent": self.init(.imputeMostFrequent, of: columns)
        case "constant": self.init(.imputeConstant(value ?? .null), of: columns)
        case "standard": self.init(.scaleStandard, of: columns)
        case "min_max": self.init(.scaleMinMax, of: columns)
        case "one_hot": self.init(.encodeOneHot(unknown ?? .error), of: columns)
        default: self.init(.encodeOrdinal(unknown ?? .error), of: columns)
        }
    }
}

/// Why a step cannot be fitted or applied.
public struct ModelStepProblem: MartletError, Equatable {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var code: ErrorCode { .invalidParameterValue }
}
