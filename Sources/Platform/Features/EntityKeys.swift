import MartletDomain
import QueryEngine

/// The distinct entity keys of the caller's rows, numbered from 0 in order of first appearance.
///
/// Keys of several columns are compared column by column, strings byte by byte. A null in any column matches nothing.
struct EntityKeys: Sendable {
    /// The key number of each caller's row; below zero for none.
    let ids: [Int32]
    private(set) var count = 0
    /// A row of the caller for each key number.
    private(set) var examples: [Int] = []

    private var columns: [Codes] = []
    private var pairs: [[UInt64: Int32]] = []

    /// Text compared by its bytes, not by what Unicode holds to be equivalent.
    private struct Text: Hashable {
        let text: String

        static func == (left: Self, right: Self) -> Bool { left.text.utf8.elementsEqual(right.text.utf8) }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private enum Codes {
        case integers([Int64: Int32])
        case texts([Text: Int32])
    }

    /// Types that a key column may have.
    static func isKey(_ type: DataType) -> Bool {
        switch type {
        case .boolean, .byte, .short, .integer, .long, .string: true
        case .float, .double, .decimal, .binary, .date, .timestamp: false
        }
    }

    /// - Parameter keys: Columns of one length, of key types.
    init(_ keys: [Column], rowCount: Int) {
        var ids = [Int32](repeating: keys.isEmpty ? -1 : 0, count: rowCount)
        var (columns, pairs): ([Codes], [[UInt64: Int32]]) = ([], [])
        for key in keys {
            var (codes, own) = Self.numbered(key)
            columns.append(codes)
            var pair: [UInt64: Int32] = [:]
            for row in ids.indices {
                guard ids[row] >= 0, own[row] >= 0 else {
                    ids[row] = -1
                    continue
                }
                let joint = Self.joint(ids[row], own[row])
                if let known = pair[joint] {
                    ids[row] = known
                } else {
                    ids[row] = Int32(clamping: pair.count)
                    pair[joint] = ids[row]
                }
            }
            pairs.append(pair)
            own = []
        }
        (self.ids, self.columns, self.pairs) = (ids, columns, pairs)
        count = pairs.last?.count ?? 0
        examples = [Int](repeating: -1, count: count)
        for (row, id) in ids.enumerated() where id >= 0 && examples[Int(id)] < 0 { examples[Int(id)] = row }
    }

    private static func joint(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    private static func numbered(_ column: Column) -> (Codes, [Int32]) {
        var ids = [Int32](repeating: -1, count: column.count)
        if case .string(let values) = column.values {
            var codes: [Text: Int32] = [:]
            for (row, value) in values.enumerated() where !column.isNull(at: row) {
                let next = Int32(clamping: codes.count)
                ids[row] = codes[Text(text: value), default: next]
                if ids[row] == next { codes[Text(text: value)] = next }
            }
            return (.texts(codes), ids)
        }
        var codes: [Int64: Int32] = [:]
        for (row, value) in (column.ranks() ?? []).enumerated() where !column.isNull(at: row) {
            let next = Int32(clamping: codes.count)
            ids[row] = codes[value, default: next]
            if ids[row] == next { codes[value] = next }
        }
        return (.integers(codes), ids)
    }

    /// The key numbers of other rows, whose columns have the same types; below zero where the key is not among these.
    func lookUp(_ keys: [Column], rowCount: Int) -> [Int32] {
        var ids = [Int32](repeating: keys.isEmpty ? -1 : 0, count: rowCount)
        for ((key, codes), pair) in zip(zip(keys, columns), pairs) {
            let own = Self.codes(of: key, in: codes)
            for row in ids.indices where ids[row] >= 0 {
                ids[row] = own[row] < 0 ? -1 : pair[Self.joint(ids[row], own[row])] ?? -1
            }
        }
        return ids
    }

    private static func codes(of column: Column, in codes: Codes) -> [Int32] {
        switch (codes, column.values) {
        case (.texts(let codes), .string(let values)):
            return values.indices.map { column.isNull(at: $0) ? -1 : codes[Text(text: values[$0])] ?? -1 }
        case (.integers(let codes), _):
            guard let values = column.ranks() else { break }
            return values.indices.map { column.isNull(at: $0) ? -1 : codes[values[$0]] ?? -1 }
        default: break
        }
        return Array(repeating: -1, count: column.count)
    }
}
