/// One tree of a model file, walked from its root before the library walks it.
struct TreeCheck {
    private let check: Check
    private let featureCount: Int
    private let left, right, parents, features: [Int64]
    private let conditions: [Double]

    init(_ tree: ModelDocument, _ check: Check, featureCount: Int) throws(ModelError) {
        (self.check, self.featureCount) = (check, featureCount)
        let parameters = try check.member(tree, "tree_param")
        let count = try check.number(parameters, "num_nodes", 1...Int(Int32.max))
        // Trees carry the number of features again; the library sizes its rows by the learner's.
        let features = try check.number(parameters, "num_feature", 0...featureCount)
        guard features == featureCount || features == 0 else { throw check.fail("a tree has \(features) features") }
        guard try check.number(parameters, "size_leaf_vector", 0...1_000_000) <= 1 else {
            throw .unsupported(what: check.name, reason: "its leaves hold several numbers")
        }
        func integers(_ key: String) throws(ModelError) -> [Int64] {
            guard let list = try check.member(tree, key).integers, list.count == count else {
                throw check.fail("a tree's '\(key)' is no list of \(count) numbers")
            }
            return list
        }
        left = try integers("left_children")
        right = try integers("right_children")
        parents = try integers("parents")
        self.features = try integers("split_indices")
        guard let conditions = try check.member(tree, "split_conditions").reals, conditions.count == count else {
            throw check.fail("a tree's 'split_conditions' is no list of \(count) numbers")
        }
        self.conditions = conditions
        for key in ["base_weights", "default_left", "loss_changes", "sum_hessian"] {
            guard try check.member(tree, key).count == count else {
                throw check.fail("a tree's '\(key)' is no list of \(count) numbers")
            }
        }
        if let types = tree["split_type"] {
            guard let types = types.integers, types.count == count else { throw check.fail("'split_type' is wrong") }
            guard types.allSatisfy({ $0 == 0 }), (tree["categories_nodes"]?.count ?? 0) == 0 else {
                throw .unsupported(what: check.name, reason: "it has categorical splits; encode such features first")
            }
        }
    }

    /// Follows every branch once. A node that is met twice is a cycle or a shared branch.
    func walk() throws(ModelError) {
        var met = [Bool](repeating: false, count: left.count)
        var open = [0]
        met[0] = true
        while let node = open.popLast() {
            if left[node] == -1 {
                guard right[node] == -1, conditions[node].isFinite else { throw check.fail("leaf \(node) is wrong") }
                continue
            }
            guard (0..<Int64(featureCount)).contains(features[node]) else {
                throw check.fail("node \(node) splits on feature \(features[node]) of \(featureCount)")
            }
            for child in [left[node], right[node]] {
                guard (1..<Int64(left.count)).contains(child), !met[Int(child)], parents[Int(child)] == Int64(node)
                else {
                    throw check.fail("node \(node) has no node \(child) below it")
                }
                met[Int(child)] = true
                open.append(Int(child))
            }
        }
    }
}
