/// One column of a data set, in row order. What is missing is counted and left out of every test.
package enum DriftColumn: Sendable {
    /// Numbers. NaN and ±∞ are missing.
    case numeric([Double])
    /// Text levels, compared byte for byte. `nil` is missing.
    case categorical([String?])

    /// Rows, the missing ones included.
    package var count: Int {
        switch self {
        case .numeric(let values): values.count
        case .categorical(let values): values.count
        }
    }

    package var kind: DriftColumnKind {
        switch self {
        case .numeric: .num
        case .categorical: .cat
        }
    }
}

/// Whether a column holds numbers or levels. Raw values are Evidently's words.
package enum DriftColumnKind: String, Sendable, Codable, Hashable {
    case num, cat
}
