/// How a tree model is trained. Made by `gradientBoosting(…)` or `randomForest(…)`.
package struct XGBoostParameters: Sendable, Hashable {
    /// What is learned. Raw values are XGBoost's words.
    package enum Objective: String, Sendable, CaseIterable {
        /// Labels 0...1, predictions are probabilities.
        case binaryLogistic = "binary:logistic"
        case squaredError = "reg:squarederror"
    }

    package private(set) var rounds: Int
    package private(set) var treesPerRound: Int
    /// XGBoost's settings by its own names; also what a run should log.
    package private(set) var settings: [String: String]
    package private(set) var objective: Objective
    private var problemsFound: [String]

    /// Trees one after another, each correcting those before it.
    ///
    /// - Parameters:
    ///   - rounds: 1...100,000 trees.
    ///   - depth: 1...24 splits from root to leaf at most.
    ///   - subsample: Share of the rows that a tree sees, above 0, at most 1.
    ///   - columnSample: Share of the columns that a tree sees, above 0, at most 1.
    ///   - threads: A fixed number, not the machine's, so that the same model comes out everywhere.
    package static func gradientBoosting(
        rounds: Int = 100, depth: Int = 6, learningRate: Double = 0.3, subsample: Double = 1, columnSample: Double = 1,
        minimumChildWeight: Double = 1, l2: Double = 1, objective: Objective = .binaryLogistic, maxBins: Int = 256,
        seed: Int = 0, threads: Int = 2
    ) -> XGBoostParameters {
        XGBoostParameters(
            rounds: rounds, treesPerRound: 1, learningRate: learningRate, depth: depth, subsample: subsample,
            columnSample: ("colsample_bytree", columnSample), minimumChildWeight: minimumChildWeight, l2: l2,
            objective: objective, maxBins: maxBins, seed: seed, threads: threads)
    }

    /// Trees side by side, each on its own sample of rows, their mean the prediction. One round, so it cannot be cancelled
    /// half-way.
    ///
    /// - Parameters:
    ///   - trees: 1...100,000 trees.
    ///   - subsample: Share of the rows that a tree sees, above 0, at most 1.
    ///   - columnSample: Share of the columns that a split may choose from, above 0, at most 1.
    package static func randomForest(
        trees: Int = 200, depth: Int = 8, subsample: Double = 0.8, columnSample: Double = 0.5,
        minimumChildWeight: Double = 1, l2: Double = 1, objective: Objective = .binaryLogistic, maxBins: Int = 256,
        seed: Int = 0, threads: Int = 2
    ) -> XGBoostParameters {
        XGBoostParameters(
            rounds: 1, treesPerRound: trees, learningRate: 1, depth: depth, subsample: subsample,
            columnSample: ("colsample_bynode", columnSample), minimumChildWeight: minimumChildWeight, l2: l2,
            objective: objective, maxBins: maxBins, seed: seed, threads: threads)
    }

    private init(
        rounds: Int, treesPerRound: Int, learningRate: Double, depth: Int, subsample: Double,
        columnSample: (name: String, share: Double), minimumChildWeight: Double, l2: Double, objective: Objective,
        maxBins: Int, seed: Int, threads: Int
    ) {
        (self.rounds, self.treesPerRound, self.objective) = (rounds, treesPerRound, objective)
        settings = [
            "objective": objective.rawValue, "tree_method": "hist", "num_parallel_tree": "\(treesPerRound)",
            "max_depth": "\(depth)", "learning_rate": "\(learningRate)", "subsample": "\(subsample)",
            columnSample.name: "\(columnSample.share)", "min_child_weight": "\(minimumChildWeight)",
            "reg_lambda": "\(l2)", "max_bin": "\(maxBins)", "seed": "\(seed)", "nthread": "\(threads)",
        ]
        problemsFound = []
        require((1...100_000).contains(rounds), "rounds", rounds, "from 1 to 100000")
        require((1...100_000).contains(treesPerRound), "trees", treesPerRound, "from 1 to 100000")
        require((1...24).contains(depth), "depth", depth, "from 1 to 24")
        require(learningRate > 0 && learningRate <= 1, "learning rate", learningRate, "above 0 and at most 1")
        require(subsample > 0 && subsample <= 1, "subsample", subsample, "above 0 and at most 1")
        let share = columnSample.share
        require(share > 0 && share <= 1, "column sample", share, "above 0 and at most 1")
        let weight = minimumChildWeight
        require(weight >= 0 && weight.isFinite, "minimum child weight", weight, "0 or more")
        require(l2 >= 0 && l2.isFinite, "l2", l2, "0 or more")
        require((2...65_536).contains(maxBins), "max bins", maxBins, "from 2 to 65536")
        require((0...Int(Int32.max)).contains(seed), "seed", seed, "from 0 to 2147483647")
        require((1...256).contains(threads), "threads", threads, "from 1 to 256")
    }

    private mutating func require(
        _ holds: Bool, _ name: String, _ value: some CustomStringConvertible, _ range: String
    ) {
        if !holds { problemsFound.append("The parameter \(name) is \(value); it must be \(range).") }
    }

    /// What is wrong with the data, the labels and the parameters, all at once; empty if nothing is.
    func problems(with data: FeatureMatrix, labels: [Float]) -> [String] {
        var problems = problemsFound
        if data.rowCount == 0 { problems.append("There are no rows to train on.") }
        if labels.count != data.rowCount {
            problems.append("There are \(data.rowCount) rows and \(labels.count) labels.")
        }
        let isProbability = objective == .binaryLogistic
        let wrong = labels.indices.filter { !labels[$0].isFinite || (isProbability && !(0...1).contains(labels[$0])) }
        if let first = wrong.first {
            let range = isProbability ? "from 0 to 1" : "finite"
            problems.append("\(wrong.count) labels are not \(range), the first in row \(first): \(labels[first]).")
        }
        for (name, row) in data.infiniteColumns.prefix(20) {
            problems.append("The column '\(name)' is infinite, first in row \(row). Use NaN for a missing value.")
        }
        for name in data.columnNames where name.contains(where: { "[]<".contains($0) }) {
            problems.append("The column name '\(name)' holds one of [ ] <, which XGBoost does not take.")
        }
        return problems
    }
}
