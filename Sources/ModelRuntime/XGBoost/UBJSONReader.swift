/// Reads the part of Universal Binary JSON that XGBoost writes: lengths are always `L` (64 bits, big endian), objects are
/// `{ key value … }`, arrays are `[#L n …`, `[$T#L n …` or `[ … ]`. Every length is checked against what is left.
///
/// Source of the format: ubjson.org (draft 12), narrowed to XGBoost's writer.
struct UBJSONReader {
    private let bytes: [UInt8]
    private var place = 0

    static func read(_ bytes: [UInt8]) throws(ModelDocument.Damage) -> ModelDocument {
        var reader = UBJSONReader(bytes: bytes)
        let document = try reader.value(depth: 0)
        guard reader.place == bytes.count else { throw reader.damage("bytes follow its end") }
        return document
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func damage(_ reason: String) -> ModelDocument.Damage { .init(reason: reason, offset: place) }

    private mutating func byte() throws(ModelDocument.Damage) -> UInt8 {
        guard place < bytes.count else { throw damage("it ends early") }
        defer { place += 1 }
        return bytes[place]
    }

    private mutating func expect(_ letter: Unicode.Scalar) throws(ModelDocument.Damage) {
        guard try byte() == UInt8(ascii: letter) else { throw damage("'\(letter)' was expected") }
    }

    private mutating func number(_ width: Int) throws(ModelDocument.Damage) -> UInt64 {
        guard width <= bytes.count - place else { throw damage("it ends early") }
        var number: UInt64 = 0
        for _ in 0..<width {
            number = number << 8 | UInt64(bytes[place])
            place += 1
        }
        return number
    }

    /// A count of things that take at least `width` bytes each.
    private mutating func length(width: Int) throws(ModelDocument.Damage) -> Int {
        try expect("L")
        let length = Int64(bitPattern: try number(8))
        guard length >= 0, length <= Int64((bytes.count - place) / width) else {
            throw damage("it ends early, or the length \(length) is wrong")
        }
        return Int(length)
    }

    private mutating func text() throws(ModelDocument.Damage) -> String {
        let length = try length(width: 1)
        guard let text = String(validating: bytes[place..<place + length], as: UTF8.self), !text.utf8.contains(0) else {
            throw damage("a text is not UTF-8")
        }
        place += length
        return text
    }

    private mutating func value(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        guard depth < ModelDocument.depthLimit else { throw damage("it is nested too deeply") }
        let marker = Unicode.Scalar(try byte())
        switch marker {
        case "{": return try object(depth: depth)
        case "[": return try list(depth: depth)
        case "S": return .text(try text())
        case "Z": return .null
        case "T": return .boolean(true)
        case "F": return .boolean(false)
        default:
            if let width = Self.integerWidth(marker) { return .integer(try integer(marker, width)) }
            if let width = Self.realWidth(marker) { return .real(try real(width)) }
            throw damage("the mark \(marker.value) is unknown")
        }
    }

    private static func integerWidth(_ marker: Unicode.Scalar) -> Int? {
        switch marker {
        case "i", "U": 1
        case "I": 2
        case "l": 4
        case "L": 8
        default: nil
        }
    }

    private static func realWidth(_ marker: Unicode.Scalar) -> Int? {
        switch marker {
        case "d": 4
        case "D": 8
        default: nil
        }
    }

    private mutating func integer(_ marker: Unicode.Scalar, _ width: Int) throws(ModelDocument.Damage) -> Int64 {
        let raw = try number(width)
        return switch marker {
        case "i": Int64(Int8(truncatingIfNeeded: raw))
        case "I": Int64(Int16(truncatingIfNeeded: raw))
        case "l": Int64(Int32(truncatingIfNeeded: raw))
        default: Int64(bitPattern: raw)
        }
    }

    private mutating func real(_ width: Int) throws(ModelDocument.Damage) -> Double {
        let raw = try number(width)
        return width == 4 ? Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw))) : Double(bitPattern: raw)
    }

    private mutating func object(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        var members: [String: ModelDocument] = [:]
        while place < bytes.count, bytes[place] != UInt8(ascii: "}") {
            let key = try text()
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else { throw damage("'\(key)' stands twice") }
        }
        try expect("}")
        return .object(members)
    }

    private mutating func list(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        guard place < bytes.count else { throw damage("it ends early") }
        switch Unicode.Scalar(bytes[place]) {
        case "$":
            place += 1
            return try typedList(Unicode.Scalar(try byte()))
        case "#":
            place += 1
            var items: [ModelDocument] = []
            for _ in 0..<(try length(width: 1)) { items.append(try value(depth: depth + 1)) }
            return .list(items)
        default:
            var items: [ModelDocument] = []
            while place < bytes.count, bytes[place] != UInt8(ascii: "]") {
                items.append(try value(depth: depth + 1))
            }
            try expect("]")
            return .list(items)
        }
    }

    private mutating func typedList(_ marker: Unicode.Scalar) throws(ModelDocument.Damage) -> ModelDocument {
        try expect("#")
        if let width = Self.integerWidth(marker) {
            let count = try length(width: width)
            var numbers: [Int64] = []
            numbers.reserveCapacity(count)
            for _ in 0..<count { numbers.append(try integer(marker, width)) }
            return .integers(numbers)
        }
        guard let width = Self.realWidth(marker) else { throw damage("a list of the mark \(marker.value)") }
        let count = try length(width: width)
        var numbers: [Double] = []
        numbers.reserveCapacity(count)
        for _ in 0..<count { numbers.append(try real(width)) }
        return .reals(numbers)
    }
}
