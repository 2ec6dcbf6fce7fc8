/// The event with the smallest rank of any stretch of events, of those that were filled in.
///
/// A tree over the positions; ties go to the earlier position.
struct RankTree {
    private var nodes: [Int32] = []
    private var ranks: [Int64] = []
    private var leaves = 1

    /// Empty again, for the events whose ranks these are.
    mutating func start(_ ranks: [Int64]) {
        self.ranks = ranks
        leaves = 1
        while leaves < ranks.count { leaves *= 2 }
        nodes.removeAll(keepingCapacity: true)
        nodes.append(contentsOf: repeatElement(-1, count: 2 * leaves))
    }

    mutating func fill(_ position: Int) {
        var node = position + leaves
        nodes[node] = Int32(truncatingIfNeeded: position)
        while node > 1 {
            node /= 2
            let best = better(nodes[2 * node], nodes[2 * node + 1])
            if nodes[node] == best { return }
            nodes[node] = best
        }
    }

    private func better(_ left: Int32, _ right: Int32) -> Int32 {
        if left < 0 { return right }
        if right < 0 { return left }
        let (first, second) = (ranks[Int(left)], ranks[Int(right)])
        return first < second || (first == second && left < right) ? left : right
    }

    /// Nil if none of them was filled in.
    func best(_ start: Int, _ end: Int) -> Int? {
        var (low, high) = (start + leaves, min(end, ranks.count) + leaves)
        var best: Int32 = -1
        while low < high {
            if low & 1 == 1 {
                best = better(best, nodes[low])
                low += 1
            }
            if high & 1 == 1 {
                high -= 1
                best = better(best, nodes[high])
            }
            low /= 2
            high /= 2
        }
        return best < 0 ? nil : Int(best)
    }
}
