import Foundation

/// A step with the parameters that it got from a training set.
public struct FittedStep: Sendable, Equatable {
    public enum Action: Sendable, Equatable {
        /// In place of null and NaN.
        case fill(FeatureValue)
        /// `(x − shift) / divisor`; the divisor is never 0.
        case scale(shift: Double, divisor: Double)
        /// Categories in their order; null, where it is one, is the last.
        case oneHot([FeatureValue], unknown: ModelStep.Unknown)
        case ordinal([FeatureValue], unknown: ModelStep.Unknown)
    }

    public var column: String
    public var action: Action

    public init(_ column: String, _ action: Action) { (self.column, self.action) = (column, action) }
}

/// Fitted steps in their order: what a model is packed with, so that a request is treated as its training rows were.
public struct FittedSteps: Sendable, Equatable {
    public var steps: [FittedStep]

    public init(_ steps: [FittedStep]) { self.steps = steps }

    /// One JSON text for one meaning: keys sorted, numbers as the shortest text that reads back the same. Its SHA-256 is
    /// the identity of the steps.
    public var canonicalText: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// - Throws: ``ModelStepProblem`` for text that holds no steps.
    public init(canonicalText: String) throws(ModelStepProblem) {
        do {
            self = try JSONDecoder().decode(FittedSteps.self, from: Data(canonicalText.utf8))
        } catch {
            throw ModelStepProblem("The text holds no fitted steps.")
        }
    }

    /// The names of the columns that come of these: a one-hot step puts its columns where its input stood.
    public func outputColumns(of columns: [String]) -> [String] {
        steps.reduce(columns) { columns, step in
            guard case .oneHot(let categories, _) = step.action else { return columns }
            return columns.flatMap { $0 == step.column ? categories.map { step.output($0) } : [$0] }
        }
    }

    /// One row. - Returns: Values for ``outputColumns(of:)``.
    public func apply(to row: [FeatureValue], columns: [String]) throws(ModelStepProblem) -> [FeatureValue] {
        guard row.count == columns.count else {
            throw ModelStepProblem("A row of \(row.count) values does not fit \(columns.count) columns.")
        }
        var (row, columns) = (row, columns)
        for step in steps {
            guard let index = columns.firstIndex(of: step.column) else {
                throw ModelStepProblem("The rows lack \(step.column), which a step of the model needs.")
            }
            let values = try step.apply(to: row[index])
            row.replaceSubrange(index...index, with: values)
            if case .oneHot(let categories, _) = step.action {
                columns.replaceSubrange(index...index, with: categories.map { step.output($0) })
            }
        }
        return row
    }
}

extension FittedStep {
    func output(_ category: FeatureValue) -> String { "\(column)=\(category.plainText)" }

    /// One value, or one for each category.
    public func apply(to value: FeatureValue) throws(ModelStepProblem) -> [FeatureValue] {
        switch action {
        case .fill(let filler): return [value.isMissing ? filler : value]
        case .scale(let shift, let divisor):
            if value.isNull { return [.null] }
            guard let number = value.number else {
                throw ModelStepProblem("\(column) was scaled as a number, and '\(value.plainText)' is none.")
            }
            return [.double((number - shift) / divisor)]
        case .oneHot(let categories, let unknown):
            let found = try position(of: value, categories, unknown)
            return categories.indices.map { .double($0 == found ? 1 : 0) }
        case .ordinal(let categories, let unknown):
            return [try position(of: value, categories, unknown).map { .double(Double($0)) } ?? .null]
        }
    }

    private func position(
        of value: FeatureValue, _ categories: [FeatureValue], _ unknown: ModelStep.Unknown
    ) throws(ModelStepProblem) -> Int? {
        let value = value.isMissing ? .null : value
        // Categories are in order, so that a hundred thousand of them are found in seventeen looks.
        var (low, high) = (0, categories.count)
        while low < high {
            let middle = low + (high - low) / 2
            if FeatureValue.precedes(categories[middle], value) { low = middle + 1 } else { high = middle }
        }
        if low < categories.count, !FeatureValue.precedes(value, categories[low]) { return low }
        guard unknown == .error else { return nil }
        throw ModelStepProblem(
            "'\(value.plainText)' is no value of \(column) that the model was trained on. Declare 'unknown: ignore' in the "
                + "step and train again, or correct the value.")
    }
}

extension FeatureValue {
    /// Null or NaN.
    var isMissing: Bool {
        switch self {
        case .null: true
        case .double(let value): value.isNaN
        default: false
        }
    }

    /// Truth is 1 and 0. Nil for what is no number.
    var number: Double? {
        switch self {
        case .long(let value): Double(value)
        case .double(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    var plainText: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value), .timestamp(let value): value.description
        case .double(let value): value.description
        case .string(let value): value
        case .date(let value): value.description
        }
    }

    /// The order of categories: by value, strings by code points, null last. Values of one column are of one type; others
    /// are ordered by type.
    static func precedes(_ left: FeatureValue, _ right: FeatureValue) -> Bool {
        switch (left, right) {
        case (.boolean(let left), .boolean(let right)): return !left && right
        case (.string(let left), .string(let right)): return left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.date(let left), .date(let right)): return left < right
        case (.timestamp(let left), .timestamp(let right)): return left < right
        case (.long(let left), .long(let right)): return left < right
        default:
            if left.rank == 0, right.rank == 0, let left = left.number, let right = right.number { return left < right }
            return left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .long, .double: 0
        case .boolean: 1
        case .string: 2
        case .date: 3
        case .timestamp: 4
        case .null: 5
        }
    }
}

extension FittedSteps: Codable {
    public init(from decoder: any Decoder) throws {
        steps = try decoder.singleValueContainer().decode([FittedStep].self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(steps)
    }
}

extension FittedStep: Codable {
    private enum CodingKeys: String, CodingKey {
        case column, fill, shift, divisor, unknown, ordinal
        case oneHot = "one_hot"
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        column = try container.decode(String.self, forKey: .column)
        func number(_ key: CodingKeys) throws -> Double {
            let text = try container.decode(String.self, forKey: key)
            guard let value = Double(text), value.isFinite else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "no number")
            }
            return value
        }
        func categories(_ key: CodingKeys) throws -> [FeatureValue] {
            try container.decode([TypedCell].self, forKey: key).map(\.value)
        }
        if container.contains(.fill) {
            action = .fill(try container.decode(TypedCell.self, forKey: .fill).value)
        } else if container.contains(.oneHot) {
            action = .oneHot(
                try categories(.oneHot), unknown: try container.decode(ModelStep.Unknown.self, forKey: .unknown))
        } else if container.contains(.ordinal) {
            action = .ordinal(
                try categories(.ordinal), unknown: try container.decode(ModelStep.Unknown.self, forKey: .unknown))
        } else {
            action = .scale(shift: try number(.shift), divisor: try number(.divisor))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(column, forKey: .column)
        switch action {
        case .fill(let value): try container.encode(TypedCell(value: value), forKey: .fill)
        case .scale(let shift, let divisor):
            try container.encode(shift.description, forKey: .shift)
            try container.encode(divisor.description, forKey: .divisor)
        case .oneHot(let categories, let unknown):
            try container.encode(categories.map { TypedCell(value: $0) }, forKey: .oneHot)
            try container.encode(unknown, forKey: .unknown)
        case .ordinal(let categories, let unknown):
            try container.encode(categories.map { TypedCell(value: $0) }, forKey: .ordinal)
            try container.encode(unknown, forKey: .unknown)
        }
    }
}

/// A cell with its type: `{"long":"5"}`; null is `{}`.
private struct TypedCell: Codable {
    var value: FeatureValue

    init(value: FeatureValue) { self.value = value }

    init(from decoder: any Decoder) throws {
        let entries = try decoder.singleValueContainer().decode([String: String].self)
        guard let (type, text) = entries.first else {
            value = .null
            return
        }
        let read: FeatureValue? =
            switch FeatureValueType(rawValue: type) {
            case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
            case .long: Int64(text).map { .long($0) }
            case .double: Double(text).map { .double($0) }
            case .string: .string(text)
            case .date: Int32(text).map { .date($0) }
            case .timestamp: Int64(text).map { .timestamp($0) }
            case nil: nil
            }
        guard let read, entries.count == 1 else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no cell"))
        }
        value = read
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let type: FeatureValueType? =
            switch value {
            case .null: nil
            case .boolean: .boolean
            case .long: .long
            case .double: .double
            case .string: .string
            case .date: .date
            case .timestamp: .timestamp
            }
        try container.encode(type.map { [$0.rawValue: value.plainText] } ?? [:])
    }
}
