import MartletDomain
import QueryEngine

/// A row expression bound to the columns that it reads.
struct ExpressionColumn {
    let name: String
    let expression: RowExpression
    let inputs: [Column]
    let type: FeatureValueType

    init(_ name: String, _ expression: RowExpression, _ columns: [String: Column]) throws {
        (self.name, self.expression) = (name, expression)
        inputs = expression.columns.compactMap { columns[$0] }
        guard inputs.count == expression.columns.count,
            case .success(let type?) = FeatureCheck.type(of: expression, { columns[$0]?.type })
        else { throw FeatureError.invalidComputation(["Feature \(name) does not fit its columns"]) }
        self.type = type
    }

    func column(rowCount: Int) throws -> Column {
        var cells: [FeatureValue] = []
        cells.reserveCapacity(rowCount)
        for row in 0..<rowCount {
            do {
                cells.append(try expression.evaluate { inputs[$0].cell(at: row) })
            } catch {
                throw FeatureError.overflow(feature: name)
            }
        }
        let present = cells.map { !$0.isNull }
        return Column(name, values(cells), validity: present.contains(false) ? present : nil)
    }

    private func values(_ cells: [FeatureValue]) -> Column.Values {
        switch type {
        case .boolean: .boolean(cells.map { if case .boolean(let value) = $0 { value } else { false } })
        case .long: .long(cells.map { if case .long(let value) = $0 { value } else { 0 } })
        case .double:
            .double(
                cells.map {
                    switch $0 {
                    case .double(let value): value
                    case .long(let value): Double(value)
                    default: 0
                    }
                })
        case .string: .string(cells.map { if case .string(let value) = $0 { value } else { "" } })
        case .date: .date(cells.map { if case .date(let value) = $0 { value } else { 0 } })
        case .timestamp: .timestamp(cells.map { if case .timestamp(let value) = $0 { value } else { 0 } })
        }
    }

    /// Where a filter is true; false and null do not pass.
    static func passes(_ filter: RowExpression, _ columns: [String: Column], rowCount: Int, feature: String) throws
        -> [Bool]
    {
        let inputs = filter.columns.compactMap { columns[$0] }
        guard inputs.count == filter.columns.count else {
            throw FeatureError.invalidComputation(["Feature \(feature) has a where that does not fit its columns"])
        }
        return try (0..<rowCount).map { row in
            do {
                return try filter.evaluate { inputs[$0].cell(at: row) } == .boolean(true)
            } catch {
                throw FeatureError.overflow(feature: feature)
            }
        }
    }
}
