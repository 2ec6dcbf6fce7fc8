import MartletDomain

extension OnlinePlan.Derived {
    /// A result that leaves its type.
    struct Overflow: Error {}

    /// The value for one row.
    ///
    /// - Parameter cell: The cell at a place.
    func value(_ cell: (OnlinePlan.Place) -> CellValue) throws(Overflow) -> CellValue {
        switch definition {
        case .ratio:
            guard let above = double(0, cell), let below = double(1, cell), below != 0 else { return .null }
            return .double(above / below)
        case .sum:
            var sum = try converted(0, cell)
            for index in inputs.indices.dropFirst() { sum = try Self.sum(sum, try converted(index, cell)) }
            if case .decimal(let value) = sum, value.magnitude >= Self.decimalLimit { throw Overflow() }
            return sum
        case .coalesce:
            for index in inputs.indices {
                let value = try converted(index, cell)
                if !value.isNull { return value }
            }
            return .null
        case .expression(let expression):
            do {
                let value = try expression.evaluate { index in
                    cell(inputs[index]).featureValue(scale: inputKinds[index].scale)
                }
                return try converted(value)
            } catch {
                throw Overflow()
            }
        }
    }

    private func double(_ index: Int, _ cell: (OnlinePlan.Place) -> CellValue) -> Double? {
        cell(inputs[index]).double(scale: inputKinds[index].scale)
    }

    /// An input as a cell of the result's type.
    private func converted(_ index: Int, _ cell: (OnlinePlan.Place) -> CellValue) throws(Overflow) -> CellValue {
        let (value, from) = (cell(inputs[index]), inputKinds[index])
        switch kind {
        case .double, .float: return value.double(scale: from.scale).map { .double($0) } ?? .null
        case .decimal(_, let scale):
            switch value {
            case .decimal(let value): return .decimal(try Self.rescaled(value, from.scale, scale))
            case .long(let value): return .decimal(try Self.rescaled(Int128(value), 0, scale))
            default: return .null
            }
        default: return value
        }
    }

    private func converted(_ value: FeatureValue) throws(Overflow) -> CellValue {
        switch (value, kind) {
        case (.null, _): return .null
        case (.long(let value), .double), (.long(let value), .float): return .double(Double(value))
        case (.long(let value), .decimal(_, let scale)): return .decimal(try Self.rescaled(Int128(value), 0, scale))
        case (.boolean(let value), _): return .boolean(value)
        case (.long(let value), _): return .long(value)
        case (.double(let value), _): return .double(value)
        case (.string(let value), _): return .string(value)
        case (.date(let value), _): return .date(value)
        case (.timestamp(let value), _): return .timestamp(value)
        }
    }

    private static func sum(_ left: CellValue, _ right: CellValue) throws(Overflow) -> CellValue {
        switch (left, right) {
        case (.long(let left), .long(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            if overflow { throw Overflow() }
            return .long(sum)
        case (.double(let left), .double(let right)): return .double(left + right)
        case (.decimal(let left), .decimal(let right)):
            let (sum, overflow) = left.addingReportingOverflow(right)
            if overflow { throw Overflow() }
            return .decimal(sum)
        default: return .null
        }
    }

    private static let decimalLimit: UInt128 = (0..<38).reduce(1) { power, _ in power * 10 }

    /// Fewer digits after the point round half away from zero, as SQL does.
    private static func rescaled(_ value: Int128, _ from: Int, _ to: Int) throws(Overflow) -> Int128 {
        var value = value
        if to >= from {
            for _ in from..<max(from, to) {
                let (product, overflow) = value.multipliedReportingOverflow(by: 10)
                if overflow { throw Overflow() }
                value = product
            }
        } else {
            let unit = (0..<from - to).reduce(Int128(1)) { power, _ in power * 10 }
            let (quotient, rest) = value.quotientAndRemainder(dividingBy: unit)
            value = quotient + (rest.magnitude * 2 >= unit.magnitude ? (value < 0 ? -1 : 1) : 0)
        }
        if value.magnitude >= decimalLimit { throw Overflow() }
        return value
    }
}
