extension RowExpression {
    /// The value for one row, whose cells `column` gives by index into ``columns``.
    ///
    /// Null as in SQL: it spreads through arithmetic and comparison; `and`, `or`, `not` are three-valued. Division is
    /// of doubles, and by zero it is null. Comparing an integer with a double compares doubles. NaN equals itself and
    /// is greater than every other number, as it sorts.
    ///
    /// To get what SQL gets, evaluate ``bound(to:)``.
    /// - Throws: ``Problem`` if integers overflow, or operands do not go together (see ``type(given:)``).
    public func evaluate(_ column: (Int) -> FeatureValue) throws(Problem) -> FeatureValue {
        try value(of: root, column)
    }

    private func value(of node: Node, _ column: (Int) -> FeatureValue) throws(Problem) -> FeatureValue {
        switch node {
        case .literal(let value): return value
        case .column(let index): return column(index)
        case .isNull(let operand): return .boolean(try value(of: operand, column).isNull)
        case .not(let operand):
            let operand = try truth(try value(of: operand, column))
            return operand.map { .boolean(!$0) } ?? .null
        case .negated(let operand): return try negated(try value(of: operand, column))
        case .widened(let operand):
            let value = try value(of: operand, column)
            if case .long(let long) = value { return .double(Double(long)) }
            return value
        case .binary(.and, let left, let right):
            let left = try truth(try value(of: left, column))
            if left == false { return .boolean(false) }
            let right = try truth(try value(of: right, column))
            if right == false { return .boolean(false) }
            return left == nil || right == nil ? .null : .boolean(true)
        case .binary(.or, let left, let right):
            let left = try truth(try value(of: left, column))
            if left == true { return .boolean(true) }
            let right = try truth(try value(of: right, column))
            if right == true { return .boolean(true) }
            return left == nil || right == nil ? .null : .boolean(false)
        case .binary(let symbol, let left, let right):
            return try apply(symbol, try value(of: left, column), try value(of: right, column))
        case .coalesce(let operands):
            for operand in operands {
                let value = try value(of: operand, column)
                if !value.isNull { return value }
            }
            return .null
        case .choice(let branches, let otherwise):
            for branch in branches where try truth(try value(of: branch.condition, column)) == true {
                return try value(of: branch.value, column)
            }
            return try value(of: otherwise, column)
        }
    }

    private func truth(_ value: FeatureValue) throws(Problem) -> Bool? {
        switch value {
        case .null: nil
        case .boolean(let value): value
        default: throw Problem("uses a value that is not true or false as a condition")
        }
    }

    private func negated(_ value: FeatureValue) throws(Problem) -> FeatureValue {
        switch value {
        case .null: return .null
        case .double(let value): return .double(-value)
        case .long(let value):
            let (result, overflow) = Int64(0).subtractingReportingOverflow(value)
            if overflow { throw Problem("leaves the range of 64-bit integers") }
            return .long(result)
        default: throw Problem("negates a value that is no number")
        }
    }

    private func apply(
        _ symbol: Operator, _ left: FeatureValue, _ right: FeatureValue
    ) throws(Problem) -> FeatureValue {
        if left.isNull || right.isNull { return .null }
        switch (left, right) {
        case (.long(let left), .long(let right)): return try integers(symbol, left, right)
        case (.double(let left), .double(let right)): return try doubles(symbol, left, right)
        case (.long(let left), .double(let right)): return try doubles(symbol, Double(left), right)
        case (.double(let left), .long(let right)): return try doubles(symbol, left, Double(right))
        case (.string(let left), .string(let right)):
            // By code points, so that the order is that of UTF-8 bytes and of SQL, not of a locale.
            if symbol == .equal { return .boolean(left.utf8.elementsEqual(right.utf8)) }
            if symbol == .unequal { return .boolean(!left.utf8.elementsEqual(right.utf8)) }
            let (less, more) = (
                left.utf8.lexicographicallyPrecedes(right.utf8), right.utf8.lexicographicallyPrecedes(left.utf8)
            )
            return try compared(symbol, less ? -1 : more ? 1 : 0, 0)
        case (.boolean(let left), .boolean(let right)): return try compared(symbol, left ? 1 : 0, right ? 1 : 0)
        case (.date(let left), .date(let right)): return try compared(symbol, left, right)
        case (.timestamp(let left), .timestamp(let right)): return try compared(symbol, left, right)
        default: throw Problem("uses '\(symbol.rawValue)' on values of different types")
        }
    }

    private func integers(_ symbol: Operator, _ left: Int64, _ right: Int64) throws(Problem) -> FeatureValue {
        let result: (partialValue: Int64, overflow: Bool)
        switch symbol {
        case .plus: result = left.addingReportingOverflow(right)
        case .minus: result = left.subtractingReportingOverflow(right)
        case .times: result = left.multipliedReportingOverflow(by: right)
        case .divided: return right == 0 ? .null : .double(Double(left) / Double(right))
        default: return try compared(symbol, left, right)
        }
        if result.overflow { throw Problem("leaves the range of 64-bit integers") }
        return .long(result.partialValue)
    }

    private func doubles(_ symbol: Operator, _ left: Double, _ right: Double) throws(Problem) -> FeatureValue {
        switch symbol {
        case .plus: .double(left + right)
        case .minus: .double(left - right)
        case .times: .double(left * right)
        case .divided: right == 0 ? .null : .double(left / right)
        default:
            left.isNaN || right.isNaN
                ? try compared(symbol, left.isNaN ? 1 : 0, right.isNaN ? 1 : 0) : try compared(symbol, left, right)
        }
    }

    private func compared<Value: Comparable>(
        _ symbol: Operator, _ left: Value, _ right: Value
    ) throws(Problem) -> FeatureValue {
        switch symbol {
        case .equal: .boolean(left == right)
        case .unequal: .boolean(left != right)
        case .less: .boolean(left < right)
        case .lessOrEqual: .boolean(left <= right)
        case .greater: .boolean(left > right)
        case .greaterOrEqual: .boolean(left >= right)
        default: throw Problem("uses '\(symbol.rawValue)' on values that are no numbers")
        }
    }
}
