extension FittedSteps {
    /// The types of the columns that come of these, whatever values the rows hold: those of the columns that steps name.
    public func outputTypes(of columns: [(name: String, type: FeatureValueType)]) -> [(
        name: String, type: FeatureValueType
    )] {
        var columns = columns
        for step in steps {
            guard let index = columns.firstIndex(where: { $0.name == step.column }) else { continue }
            columns.replaceSubrange(index...index, with: step.outputTypes(of: columns[index].type))
        }
        return columns
    }
}

extension FittedStep {
    fileprivate func outputTypes(of type: FeatureValueType) -> [(name: String, type: FeatureValueType)] {
        switch action {
        case .fill(.double): [(column, type.isNumeric || type == .boolean ? .double : type)]
        case .fill(.long): [(column, type == .boolean ? .long : type)]
        case .fill: [(column, type)]
        case .scale, .ordinal: [(column, .double)]
        case .oneHot(let categories, _): categories.map { (output($0), .double) }
        }
    }
}
