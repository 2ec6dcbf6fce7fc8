import MartletDomain

/// What a search for runs means, read off MLflow's documentation and evaluated run by run.
struct PlainSearch {
    private let filter: SearchFilter
    private let orders: [SearchOrder]

    init(filter: String, orders: [String]) throws {
        self.filter = try SearchFilter(parsing: filter, as: .runs)
        self.orders = try SearchOrder.all(parsing: orders, as: .runs)
    }

    func find(in runs: [Run]) -> [Run] {
        runs.filter { run in filter.comparisons.allSatisfy { holds($0, of: run) } }.sorted(by: isBefore)
    }

    private enum Value {
        case number(Double)
        case text(String)
    }

    private func value(_ entity: SearchEntity, _ key: String, of run: Run) -> Value? {
        switch entity {
        case .metric: run.metrics.first { $0.key == key }.map { .number($0.isNaN ? .nan : $0.storedValue) }
        case .param: run.params.first { $0.key == key }.map { .text($0.value) }
        case .tag: run.tags.first { $0.key == key }.map { .text($0.value) }
        default:
            switch key {
            case "start_time": .number(Double(run.info.startTime))
            case "end_time": run.info.endTime.map { .number(Double($0)) }
            case "run_name": .text(run.info.name)
            case "status": .text(run.info.status.rawValue)
            default: .text(run.info.id)
            }
        }
    }

    private func holds(_ comparison: SearchFilter.Comparison, of run: Run) -> Bool {
        let value = value(comparison.entity, comparison.key, of: run)
        switch (comparison.comparator, value, comparison.value) {
        case (.isNull, _, _): return value == nil
        case (.isNotNull, _, _): return value != nil
        case (let comparator, .number(let left)?, .number(let right)):
            switch comparator {
            case .greater: return left > right
            case .greaterOrEqual: return left >= right
            case .less: return left < right
            case .lessOrEqual: return left <= right
            case .equal: return left == right
            default: return left != right
            }
        case (let comparator, .text(let left)?, .text(let right)):
            switch comparator {
            case .equal: return left == right
            case .notEqual: return left != right
            case .like: return matches(Array(left)[...], Array(right)[...])
            default: return matches(Array(left.lowercased())[...], Array(right.lowercased())[...])
            }
        default: return false
        }
    }

    private func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
        guard let sign = pattern.first else { return text.isEmpty }
        if sign == "%" {
            return matches(text, pattern.dropFirst()) || (!text.isEmpty && matches(text.dropFirst(), pattern))
        }
        guard let first = text.first, sign == "_" || sign == first else { return false }
        return matches(text.dropFirst(), pattern.dropFirst())
    }

    /// Values, then NaN, then nothing, whatever the direction; then the newest; then by id.
    private func isBefore(_ left: Run, _ right: Run) -> Bool {
        for order in orders {
            let pair = (value(order.entity, order.key, of: left), value(order.entity, order.key, of: right))
            let ranks = (rank(pair.0), rank(pair.1))
            if ranks.0 != ranks.1 { return ranks.0 < ranks.1 }
            switch pair {
            case (.number(let one)?, .number(let other)?) where one != other && ranks.0 == 0:
                return (one < other) == order.isAscending
            case (.text(let one)?, .text(let other)?) where one != other:
                return one.utf8.lexicographicallyPrecedes(other.utf8) == order.isAscending
            default: continue
            }
        }
        if left.info.startTime != right.info.startTime { return left.info.startTime > right.info.startTime }
        return left.info.id < right.info.id
    }

    private func rank(_ value: Value?) -> Int {
        guard let value else { return 2 }
        if case .number(let number) = value, number.isNaN { return 1 }
        return 0
    }
}
