/// A model file as a tree of values, whichever of XGBoost's two formats it came in.
indirect enum ModelDocument: Equatable {
    case object([String: ModelDocument])
    case list([ModelDocument])
    case integers([Int64])
    case reals([Double])
    case text(String)
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case null

    /// Nesting of real models is about eight; deeper ones are refused before anybody recurses.
    static let depthLimit = 24

    /// Why bytes are not a document, and where.
    struct Damage: Error, Equatable {
        var reason: String
        var offset: Int
    }

    subscript(key: String) -> ModelDocument? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var text: String? { if case .text(let text) = self { text } else { nil } }

    var count: Int? {
        switch self {
        case .list(let items): items.count
        case .integers(let items): items.count
        case .reals(let items): items.count
        default: nil
        }
    }

    var items: [ModelDocument]? {
        switch self {
        case .list(let items): items
        case .integers, .reals: count == 0 ? [] : nil
        default: nil
        }
    }

    /// A list of whole numbers.
    var integers: [Int64]? {
        switch self {
        case .integers(let items): return items
        case .list(let items):
            var numbers: [Int64] = []
            for item in items {
                guard case .integer(let number) = item else { return nil }
                numbers.append(number)
            }
            return numbers
        default: return nil
        }
    }

    /// A list of numbers, whole or not.
    var reals: [Double]? {
        switch self {
        case .reals(let items): return items
        case .integers(let items): return items.map(Double.init)
        case .list(let items):
            var numbers: [Double] = []
            for item in items {
                switch item {
                case .real(let number): numbers.append(number)
                case .integer(let number): numbers.append(Double(number))
                default: return nil
                }
            }
            return numbers
        default: return nil
        }
    }
}
