/// What a model file says of itself, after everything that the library takes on trust was checked: that lists have the
/// lengths they claim, that children are nodes, that no node has two parents, that splits name features that exist.
struct ModelFacts {
    var featureCount: Int
    var featureNames: [String]?
    var objective: String
    var treeCount: Int
    /// Whether the bytes are UBJSON, not JSON.
    var isBinary: Bool

    /// Objectives with one prediction a row.
    static let objectives: Set<String> = [
        "binary:logistic", "binary:logitraw", "binary:hinge", "count:poisson", "reg:absoluteerror", "reg:gamma",
        "reg:logistic", "reg:pseudohubererror", "reg:squarederror", "reg:squaredlogerror", "reg:tweedie",
    ]

    init(checking bytes: [UInt8], named name: String) throws(ModelError) {
        isBinary = bytes.count > 1 && bytes[1] == UInt8(ascii: "L")
        let document: ModelDocument
        do {
            document = try isBinary ? UBJSONReader.read(bytes) : JSONModelReader.read(bytes)
        } catch {
            throw .damaged(what: name, reason: "\(error.reason), at byte \(error.offset) of \(bytes.count)")
        }
        let check = Check(name: name)
        let learner = try check.member(document, "learner")
        let parameters = try check.member(learner, "learner_model_param")
        let count = try check.number(parameters, "num_feature", 1...1_000_000)
        featureCount = count
        try check.one(parameters, "num_class", allowing: 0...1)
        try check.one(parameters, "num_target", allowing: 1...1)
        try check.baseScore(parameters)
        objective = try check.text(try check.member(learner, "objective"), "name")
        guard Self.objectives.contains(objective) else {
            throw .unsupported(what: name, reason: "its objective '\(objective)' is none with one prediction a row")
        }
        featureNames = try check.names(learner, count: count)
        try check.types(learner, count: count)
        let gradientBooster = try check.member(learner, "gradient_booster")
        let kind = try check.text(gradientBooster, "name")
        guard kind == "gbtree" else {
            throw .unsupported(what: name, reason: "it is a '\(kind)' model and not of trees (gbtree)")
        }
        let model = try check.member(gradientBooster, "model")
        treeCount = try check.forest(model)
        for tree in model["trees"]?.items ?? [] { try TreeCheck(tree, check, featureCount: count).walk() }
    }
}

/// Reads members of a model document, or says which is wrong.
struct Check {
    var name: String

    func fail(_ reason: String) -> ModelError { .damaged(what: name, reason: reason) }

    func member(_ document: ModelDocument, _ key: String) throws(ModelError) -> ModelDocument {
        guard let member = document[key] else { throw fail("it has no '\(key)'") }
        return member
    }

    func text(_ document: ModelDocument, _ key: String) throws(ModelError) -> String {
        guard let text = try member(document, key).text else { throw fail("'\(key)' is no text") }
        return text
    }

    /// XGBoost writes the numbers of its parameters as texts.
    func number(_ document: ModelDocument, _ key: String, _ range: ClosedRange<Int>) throws(ModelError) -> Int {
        let word = try text(document, key)
        guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(word), range.contains(number)
        else {
            throw fail("'\(key)' is '\(word)'")
        }
        return number
    }

    func one(_ parameters: ModelDocument, _ key: String, allowing range: ClosedRange<Int>) throws(ModelError) {
        guard parameters[key] != nil else { return }
        let number = try number(parameters, key, 0...1_000_000)
        guard range.contains(number) else {
            throw .unsupported(what: name, reason: "it predicts \(number) numbers a row ('\(key)')")
        }
    }

    func baseScore(_ parameters: ModelDocument) throws(ModelError) {
        var word = Substring(try text(parameters, "base_score"))
        if word.hasPrefix("["), word.hasSuffix("]") { word = word.dropFirst().dropLast() }
        guard let score = Float(word), score.isFinite else { throw fail("'base_score' is '\(word)'") }
    }

    func names(_ learner: ModelDocument, count: Int) throws(ModelError) -> [String]? {
        guard let names = learner["feature_names"], names.count != 0 else { return nil }
        let words = (names.items ?? []).compactMap(\.text)
        guard words.count == count, Set(words).count == count else {
            throw fail("it names \(words.count) of \(count) features, or one of them twice")
        }
        return words
    }

    func types(_ learner: ModelDocument, count: Int) throws(ModelError) {
        guard let types = learner["feature_types"], types.count != 0 else { return }
        let words = (types.items ?? []).compactMap(\.text)
        guard words.count == count else { throw fail("it has \(words.count) types for \(count) features") }
        guard !words.contains(where: { $0 == "c" || $0.hasPrefix("categor") }) else {
            throw .unsupported(what: name, reason: "it has categorical features; encode them before training")
        }
    }

    /// The number of trees, once the lists beside them agree.
    func forest(_ model: ModelDocument) throws(ModelError) -> Int {
        let parameters = try member(model, "gbtree_model_param")
        let count = try number(parameters, "num_trees", 1...1_000_000)
        if parameters["num_parallel_tree"] != nil { _ = try number(parameters, "num_parallel_tree", 0...1_000_000) }
        guard try member(model, "trees").items?.count == count else { throw fail("it has not \(count) trees") }
        guard try member(model, "tree_info").integers == [Int64](repeating: 0, count: count) else {
            throw fail("'tree_info' does not fit its trees")
        }
        if let starts = model["iteration_indptr"] {
            guard let starts = starts.integers, starts.first == 0, starts.last == Int64(count),
                zip(starts, starts.dropFirst()).allSatisfy({ $0 < $1 })
            else { throw fail("'iteration_indptr' does not fit its trees") }
        }
        for key in ["enc", "feature_segments", "sorted_idx"] {
            guard (model["cats"]?[key]?.count ?? 0) == 0 else {
                throw .unsupported(what: name, reason: "it has categorical features; encode them before training")
            }
        }
        return count
    }
}
