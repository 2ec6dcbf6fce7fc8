import MartletDomain
import QueryEngine

extension FittedSteps {
    /// The rows as the model sees them: each column that a step names, in its place, as the steps leave it.
    /// - Throws: ``ModelStepProblem`` for a value that the model was not trained on.
    func apply(to rows: RecordBatch) throws -> RecordBatch {
        var columns = rows.columns
        for step in steps {
            guard let index = columns.firstIndex(where: { $0.name == step.column }) else {
                throw ModelStepProblem("The rows lack \(step.column), which a step of the model needs.")
            }
            let column = columns[index]
            guard let type = FeatureValueType(column.type) else {
                throw ModelStepProblem("\(column.name) is \(column.type), which no step takes.")
            }
            let one = FittedSteps([step])
            let found = try one.apply(to: [(column.name, column.featureValues)])
            let types = one.outputTypes(of: [(column.name, type)])
            columns.replaceSubrange(
                index...index,
                with: try zip(found, types).map { try Column($0.name, $0.values, as: $1.type) })
        }
        return RecordBatch(columns: columns, rowCount: rows.rowCount)
    }
}

extension Column {
    /// The values as expressions and steps see them; bytes are not seen.
    var featureValues: [FeatureValue] {
        func each<Value>(_ values: [Value], _ body: (Value) -> FeatureValue) -> [FeatureValue] {
            values.indices.map { isNull(at: $0) ? .null : body(values[$0]) }
        }
        return switch values {
        case .boolean(let values): each(values) { .boolean($0) }
        case .byte(let values): each(values) { .long(Int64($0)) }
        case .short(let values): each(values) { .long(Int64($0)) }
        case .integer(let values): each(values) { .long(Int64($0)) }
        case .long(let values): each(values) { .long($0) }
        case .float(let values): each(values) { .double(Double($0)) }
        case .double(let values): each(values) { .double($0) }
        case .decimal(let values, _, let scale): each(values) { .decimal($0, scale: scale) }
        case .string(let values): each(values) { .string($0) }
        case .binary(let values): each(values) { _ in .null }
        case .date(let values): each(values) { .date($0) }
        case .timestamp(let values): each(values) { .timestamp($0) }
        }
    }

    /// - Throws: ``ModelStepProblem`` when a value is not of the type.
    fileprivate init(_ name: String, _ values: [FeatureValue], as type: FeatureValueType) throws {
        func each<Value>(_ none: Value, _ read: (FeatureValue) -> Value?) throws -> [Value] {
            try values.map { value in
                if value.isNull { return none }
                guard let found = read(value) else {
                    throw ModelStepProblem("A step of \(name) gives a value that is no \(type.rawValue).")
                }
                return found
            }
        }
        let cells: Values =
            switch type {
            case .boolean: .boolean(try each(false) { if case .boolean(let value) = $0 { value } else { nil } })
            case .long:
                .long(
                    try each(0) {
                        switch $0 {
                        case .long(let value): value
                        case .boolean(let value): value ? 1 : 0
                        default: nil
                        }
                    })
            case .double:
                .double(
                    try each(0) {
                        switch $0 {
                        case .double(let value): value
                        case .long(let value): Double(value)
                        case .boolean(let value): value ? 1 : 0
                        default: nil
                        }
                    })
            case .string: .string(try each("") { if case .string(let value) = $0 { value } else { nil } })
            case .date: .date(try each(0) { if case .date(let value) = $0 { value } else { nil } })
            case .timestamp: .timestamp(try each(0) { if case .timestamp(let value) = $0 { value } else { nil } })
            }
        let validity = values.contains(where: \.isNull) ? values.map { !$0.isNull } : nil
        self.init(name, cells, validity: validity)
    }
}

extension QuerySession {
    /// Puts rows that are in memory into a temporary table, in their order; each column's name behind `prefix`.
    func hold(_ rows: RecordBatch, as table: String, prefix: String = "") throws {
        let columns = rows.columns.map { "\(quotedIdentifier(prefix + $0.name)) \($0.type.sqlName)" }
        try execute("CREATE TEMP TABLE \(table) (\(columns.joined(separator: ", ")))")
        try append(rows, to: table)
    }
}
