/// A category. Two levels are the same when their UTF-8 bytes are, unlike `String`, which folds canonical equivalents.
struct Level: Hashable, Comparable, Sendable {
    let text: String

    static func == (left: Level, right: Level) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

    /// Code-point order, which is the order of the UTF-8 bytes.
    static func < (left: Level, right: Level) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    func hash(into hasher: inout Hasher) {
        var text = text
        text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }

    /// Ascending: as numbers when every level reads as a finite number, else in code-point order.
    static func sorted(_ levels: some Sequence<Level>) -> [Level] {
        let ordered = levels.sorted()
        let numbers = ordered.map { Double($0.text) ?? .nan }
        guard numbers.allSatisfy(\.isFinite) else { return ordered }
        return zip(numbers, ordered).enumerated()
            .sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
            .map(\.element.1)
    }
}

/// The levels of both sets, with each row's level as an index into the ascending levels, in row order.
struct CodedLevels: Sendable {
    let counts: PooledCounts<String>
    let referenceCodes: [Int32]
    let currentCodes: [Int32]
    let referenceMissing: Int
    let currentMissing: Int

    init(reference: [String?], current: [String?]) {
        var codes: [Level: Int32] = [:]
        func encode(_ rows: [String?]) -> [Int32] {
            var coded: [Int32] = []
            coded.reserveCapacity(rows.count)
            for case .some(let text) in rows {
                let level = Level(text: text)
                if let code = codes[level] {
                    coded.append(code)
                } else {
                    let code = Int32(truncatingIfNeeded: codes.count)
                    codes[level] = code
                    coded.append(code)
                }
            }
            return coded
        }
        let firstSeenReference = encode(reference)
        let firstSeenCurrent = encode(current)
        let ordered = Level.sorted(codes.keys)
        var rank = [Int32](repeating: 0, count: ordered.count)
        for (position, level) in ordered.enumerated() {
            if let code = codes[level] { rank[Int(code)] = Int32(truncatingIfNeeded: position) }
        }
        let rankedReference = firstSeenReference.map { rank[Int($0)] }
        let rankedCurrent = firstSeenCurrent.map { rank[Int($0)] }
        var inReference = [Int](repeating: 0, count: ordered.count)
        var inCurrent = inReference
        for code in rankedReference { inReference[Int(code)] += 1 }
        for code in rankedCurrent { inCurrent[Int(code)] += 1 }
        var counts = PooledCounts<String>()
        for (position, level) in ordered.enumerated() {
            counts.append(level.text, reference: inReference[position], current: inCurrent[position])
        }
        self.counts = counts
        referenceCodes = rankedReference
        currentCodes = rankedCurrent
        referenceMissing = reference.count - rankedReference.count
        currentMissing = current.count - rankedCurrent.count
    }
}
