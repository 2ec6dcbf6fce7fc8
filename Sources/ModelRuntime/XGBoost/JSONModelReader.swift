internal import Foundation

/// Reads a model in XGBoost's JSON, which also writes `NaN` and `Infinity` bare.
struct JSONModelReader {
    private let bytes: [UInt8]
    private var place = 0

    static func read(_ bytes: [UInt8]) throws(ModelDocument.Damage) -> ModelDocument {
        var reader = JSONModelReader(bytes: bytes)
        let document = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.place == bytes.count else { throw reader.damage("bytes follow its end") }
        return document
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func damage(_ reason: String) -> ModelDocument.Damage { .init(reason: reason, offset: place) }

    private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

    private mutating func skipBlanks() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
    }

    private mutating func expect(_ letter: Unicode.Scalar) throws(ModelDocument.Damage) {
        skipBlanks()
        guard let byte = next else { throw damage("it ends early") }
        guard byte == UInt8(ascii: letter) else { throw damage("'\(letter)' was expected") }
        place += 1
    }

    /// Takes the letter if it comes next.
    private mutating func take(_ letter: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: letter) else { return false }
        place += 1
        return true
    }

    private mutating func value(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        guard depth < ModelDocument.depthLimit else { throw damage("it is nested too deeply") }
        skipBlanks()
        guard let byte = next else { throw damage("it ends early") }
        switch Unicode.Scalar(byte) {
        case "{": return try object(depth: depth)
        case "[": return try list(depth: depth)
        case "\"": return .text(try text())
        default: return try word()
        }
    }

    private mutating func object(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        try expect("{")
        var members: [String: ModelDocument] = [:]
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            let key = try text()
            try expect(":")
            let value = try value(depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else { throw damage("'\(key)' stands twice") }
        } while take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func list(depth: Int) throws(ModelDocument.Damage) -> ModelDocument {
        try expect("[")
        var items: [ModelDocument] = []
        if take("]") { return .list(items) }
        repeat { items.append(try value(depth: depth + 1)) } while take(",")
        try expect("]")
        return .list(items)
    }

    /// A text with its escapes; decoded by Foundation once its end is known.
    private mutating func text() throws(ModelDocument.Damage) -> String {
        let start = place
        try expect("\"")
        while let byte = next, byte != UInt8(ascii: "\"") {
            guard byte >= 0x20 else { throw damage("a text holds a control character") }
            place += byte == UInt8(ascii: "\\") ? 2 : 1
        }
        guard next != nil else { throw damage("it ends early") }
        place += 1
        guard let text = try? JSONDecoder().decode(String.self, from: Data(bytes[start..<place])),
            !text.utf8.contains(0)
        else { throw damage("a text is not written as JSON writes it") }
        return text
    }

    private mutating func word() throws(ModelDocument.Damage) -> ModelDocument {
        let start = place
        let ends: [UInt8] = [0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5D, 0x7D]
        while let byte = next, !ends.contains(byte), place - start < 64 { place += 1 }
        let word = String(decoding: bytes[start..<place], as: UTF8.self)
        switch word {
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        case "null": return .null
        case "NaN": return .real(.nan)
        case "Infinity": return .real(.infinity)
        case "-Infinity": return .real(-.infinity)
        default:
            if let number = Int64(word), !word.hasPrefix("+") { return .integer(number) }
            if word.allSatisfy({ "+-.eE0123456789".contains($0) }), let number = Double(word) { return .real(number) }
            throw damage("'\(word)' is no number")
        }
    }
}
