import MartletDomain

extension PlanBuilder {
    /// Refuses steps that cannot be fitted whatever the rows are: on columns that are not there, or of a type that they do
    /// not take. Columns that a one-hot step makes are known by their rows only.
    mutating func checkSteps(_ output: [Relation.Column]) {
        var kinds = Dictionary(output.map { ($0.name, $0.kind) }) { first, _ in first }
        var replaced: Set<String> = []
        for step in specification.steps {
            for name in step.columns {
                if replaced.contains(name) {
                    report(
                        .invalidDeclaration, "a step names \(name), which a step before made columns of its values of")
                    continue
                }
                guard let kind = kinds[name] else {
                    // `column=value` is made by one-hot, of values that are not known yet.
                    if !replaced.contains(where: { name.hasPrefix($0 + "=") }) {
                        report(
                            .missingColumn,
                            "a step names \(name), which is no column of the training set; there are "
                                + output.map(\.name).joined(separator: ", "))
                    }
                    continue
                }
                if !step.method.takes(kind) {
                    report(.typeMismatch, "a step of \(name) does not take \(kind)")
                    continue
                }
                switch step.method {
                case .scaleStandard, .scaleMinMax, .encodeOrdinal, .imputeMean, .imputeMedian: kinds[name] = .double
                case .encodeOneHot: replaced.insert(name)
                case .imputeMostFrequent, .imputeConstant: break
                }
            }
        }
    }
}

extension ModelStep.Method {
    fileprivate func takes(_ kind: ColumnKind) -> Bool {
        guard let type = kind.valueType else { return false }
        switch self {
        case .imputeMean, .imputeMedian, .scaleStandard, .scaleMinMax: return type.isNumeric || type == .boolean
        case .imputeMostFrequent, .encodeOneHot, .encodeOrdinal: return true
        case .imputeConstant(let value):
            switch value {
            case .null: return false
            case .boolean: return type == .boolean
            case .long: return type.isNumeric || type == .boolean
            case .double: return type.isNumeric
            case .string: return type == .string
            case .date: return type == .date
            case .timestamp: return type == .timestamp
            }
        }
    }
}
