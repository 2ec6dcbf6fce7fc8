extension FittedSteps {
    /// Most categories that a step may have.
    public static let categoryLimit = 100_000

    /// Fits steps on the columns of a training set, each on what the ones before it gave.
    ///
    /// Parameters are functions of the multiset of a column's values: the order of rows changes no bit. Null and NaN are
    /// passed over, except that null is a category.
    ///
    /// - Parameters:
    ///   - columns: Those that steps name, of equal length.
    ///   - names: Of all columns of the training set.
    /// - Throws: ``ModelStepProblem`` for a missing column, one of the wrong type, one without any value to fit on, and
    ///   categories that would give two columns one name.
    public static func fit(
        _ steps: [ModelStep], to columns: [(name: String, values: [FeatureValue])], among names: [String] = []
    ) throws(ModelStepProblem) -> FittedSteps {
        var columns = columns
        var fitted: [FittedStep] = []
        for step in steps {
            for name in step.columns {
                guard let index = columns.firstIndex(where: { $0.name == name }) else {
                    throw ModelStepProblem("The training set has no column \(name), which a step names.")
                }
                let own = FittedStep(name, try step.action(fittedTo: columns[index].values, name))
                fitted.append(own)
                let outputs = try own.apply(to: columns[index].values)
                let others = Set(columns.map(\.name)).subtracting([name]).union(names)
                if let twice = outputs.first(where: { others.contains($0.name) && $0.name != name })
                    ?? outputs.first(where: { output in outputs.count { $0.name == output.name } > 1 })
                {
                    throw ModelStepProblem(
                        "A step of \(name) would make a second column \(twice.name); rename the column, or its values.")
                }
                columns.replaceSubrange(index...index, with: outputs)
            }
        }
        return FittedSteps(fitted)
    }

    /// All columns at once. - Throws: As ``apply(to:columns:)``.
    public func apply(
        to columns: [(name: String, values: [FeatureValue])]
    ) throws(ModelStepProblem) -> [(name: String, values: [FeatureValue])] {
        var columns = columns
        for step in steps {
            guard let index = columns.firstIndex(where: { $0.name == step.column }) else {
                throw ModelStepProblem("The rows lack \(step.column), which a step of the model needs.")
            }
            columns.replaceSubrange(index...index, with: try step.apply(to: columns[index].values))
        }
        return columns
    }
}

extension FittedStep {
    fileprivate func apply(
        to values: [FeatureValue]
    ) throws(ModelStepProblem) -> [(name: String, values: [FeatureValue])] {
        var names = [column]
        if case .oneHot(let categories, _) = action { names = categories.map(output) }
        var results: [(name: String, values: [FeatureValue])] = names.map { ($0, []) }
        for value in values {
            for (index, result) in try apply(to: value).enumerated() { results[index].values.append(result) }
        }
        return results
    }
}

extension ModelStep {
    fileprivate func action(fittedTo values: [FeatureValue], _ name: String) throws(ModelStepProblem)
        -> FittedStep.Action
    {
        switch method {
        case .imputeConstant(let value): return .fill(value)
        case .imputeMostFrequent: return .fill(try mostFrequent(values, name))
        case .imputeMean: return .fill(.double(try NumberSummary(values, name).mean))
        case .imputeMedian: return .fill(.double(try NumberSummary(values, name).median))
        case .scaleStandard:
            let summary = try NumberSummary(values, name)
            return .scale(shift: summary.mean, divisor: summary.deviation)
        case .scaleMinMax:
            let summary = try NumberSummary(values, name)
            let range = summary.greatest - summary.least
            return .scale(shift: summary.least, divisor: range > 0 && range.isFinite ? range : 1)
        case .encodeOneHot(let unknown): return .oneHot(try categories(values, name), unknown: unknown)
        case .encodeOrdinal(let unknown): return .ordinal(try categories(values, name), unknown: unknown)
        }
    }

    /// The least of the values that are there most often.
    private func mostFrequent(_ values: [FeatureValue], _ name: String) throws(ModelStepProblem) -> FeatureValue {
        let sorted = values.filter { !$0.isMissing }.sorted(by: FeatureValue.precedes)
        guard var best = sorted.first else { throw ModelStepProblem("\(name) has no value to fit a step on.") }
        var (bestCount, start) = (0, 0)
        for index in sorted.indices {
            if FeatureValue.precedes(sorted[start], sorted[index]) { start = index }
            if index - start + 1 > bestCount { (best, bestCount) = (sorted[start], index - start + 1) }
        }
        return best
    }

    private func categories(_ values: [FeatureValue], _ name: String) throws(ModelStepProblem) -> [FeatureValue] {
        var categories: [FeatureValue] = []
        for value in values.map({ $0.isMissing ? .null : $0 }).sorted(by: FeatureValue.precedes)
        where categories.last.map({ FeatureValue.precedes($0, value) }) ?? true {
            categories.append(value)
        }
        guard !categories.isEmpty else { throw ModelStepProblem("\(name) has no value to fit a step on.") }
        guard categories.count <= FittedSteps.categoryLimit else {
            throw ModelStepProblem(
                "\(name) has \(categories.count) different values, and a step takes \(FittedSteps.categoryLimit).")
        }
        return categories
    }
}

/// What scaling and imputing need to know of a column of numbers.
///
/// Values are added in their own order, ascending, in twice the precision of a double, so that the sums depend on which
/// values there are and not on where they stand.
private struct NumberSummary {
    let sorted: [Double]
    let mean: Double

    init(_ values: [FeatureValue], _ name: String) throws(ModelStepProblem) {
        var numbers: [Double] = []
        for value in values where !value.isMissing {
            guard let number = value.number, number.isFinite else {
                throw ModelStepProblem(
                    "\(name) holds '\(value.plainText)', which a step of numbers cannot be fitted on.")
            }
            numbers.append(number)
        }
        guard !numbers.isEmpty else { throw ModelStepProblem("\(name) has no value to fit a step on.") }
        numbers.sort()
        sorted = numbers
        mean = Self.sum(numbers) / Double(numbers.count)
    }

    var least: Double { sorted[0] }
    var greatest: Double { sorted[sorted.count - 1] }

    var median: Double {
        let middle = sorted.count / 2
        if sorted.count % 2 == 1 { return sorted[middle] }
        // Halves first, so that the sum of two large ones stays finite.
        return sorted[middle - 1] / 2 + sorted[middle] / 2
    }

    /// The population's standard deviation; 1 for a column that is constant but for rounding.
    var deviation: Double {
        let (count, epsilon) = (Double(sorted.count), Double.ulpOfOne)
        let squares = Self.sum(sorted.map { ($0 - mean) * ($0 - mean) }.sorted())
        // The mean is rounded; what the differences add up to says by how much.
        let rest = Self.sum(sorted.map { $0 - mean })
        let variance = max(0, (squares - rest * rest / count) / count)
        let noise = count * mean * epsilon
        guard variance.isFinite, variance > count * epsilon * variance + noise * noise else { return 1 }
        return variance.squareRoot()
    }

    /// With the error of each addition carried along (Møller and Knuth's two-sum).
    private static func sum(_ values: [Double]) -> Double {
        var (high, low) = (0.0, 0.0)
        for value in values {
            let total = high + value
            let part = total - high
            low += (high - (total - part)) + (value - part)
            high = total
        }
        let sum = high + low
        return sum.isNaN ? high : sum
    }
}
