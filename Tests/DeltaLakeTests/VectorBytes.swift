import Foundation

/// Deletion vectors made by hand, from PROTOCOL.md and RoaringFormatSpec.
enum VectorBytes {
    enum Kind: CaseIterable { case smallest, runs }

    static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    static func big(_ number: UInt32) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

    /// The portable format of ascending rows below 2^32.
    static func portable(_ rows: [Int], _ kind: Kind = .smallest) -> [UInt8] {
        little(UInt32(1_681_511_377)) + little(UInt64(1)) + little(UInt32(0)) + bitmap(rows, kind)
    }

    static func bitmap(_ rows: [Int], _ kind: Kind = .smallest) -> [UInt8] {
        let groups = Dictionary(grouping: rows) { $0 >> 16 }.sorted { $0.key < $1.key }
        var header = little(UInt32(12_346)) + little(UInt32(groups.count))
        if kind == .runs {
            header = little(UInt32(12_347 | (groups.count - 1) << 16))
            header += (0..<((groups.count + 7) / 8)).map { _ in 255 }
        }
        for (key, values) in groups { header += little(UInt16(key)) + little(UInt16(values.count - 1)) }
        let blocks = groups.map { container($0.value.map { $0 & 0xFFFF }, kind) }
        if kind == .smallest || groups.count >= 4 {
            var place = header.count + 4 * groups.count
            for block in blocks {
                header += little(UInt32(place))
                place += block.count
            }
        }
        return header + blocks.flatMap { $0 }
    }

    private static func container(_ values: [Int], _ kind: Kind) -> [UInt8] {
        if kind == .runs {
            var runs: [(Int, Int)] = []
            for value in values {
                if let last = runs.last, last.1 + 1 == value {
                    runs[runs.count - 1].1 = value
                } else {
                    runs.append((value, value))
                }
            }
            return little(UInt16(runs.count)) + runs.flatMap { little(UInt16($0.0)) + little(UInt16($0.1 - $0.0)) }
        }
        if values.count <= 4096 { return values.flatMap { little(UInt16($0)) } }
        var bits = [UInt8](repeating: 0, count: 8192)
        for value in values { bits[value >> 3] |= 1 << UInt8(value & 7) }
        return bits
    }

    /// One vector with its length and checksum, as a whole file.
    static func file(_ data: [UInt8]) -> [UInt8] { [1] + big(UInt32(data.count)) + data + big(checksum(data)) }

    static func checksum(_ data: [UInt8]) -> UInt32 {
        var remainder = UInt32.max
        for byte in data {
            for bit in 0..<8 {
                let out = (remainder ^ UInt32(byte) >> UInt32(bit)) & 1
                remainder = remainder >> 1 ^ (out == 1 ? 0xEDB8_8320 : 0)
            }
        }
        return ~remainder
    }

    static func z85(_ data: [UInt8]) -> String {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#")
        var text = ""
        let filled = data + Array(repeating: 0, count: (4 - data.count % 4) % 4)
        for start in stride(from: 0, to: filled.count, by: 4) {
            var word = filled[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
            var digits: [Character] = []
            for _ in 0..<5 {
                digits.append(alphabet[word % 85])
                word /= 85
            }
            text += String(digits.reversed())
        }
        return text
    }
}
