extension CanonicalJSON {
    /// Reads bytes that are canonical already. Anything else, even a space, is refused.
    ///
    /// Numbers without point and exponent become ``integer(_:)``, others ``number(_:)``.
    ///
    /// - Throws: ``AuditLogError/notCanonical(_:)``, with the offset of the first byte that does not fit.
    package init(canonical bytes: [UInt8]) throws(AuditLogError) {
        guard String(validating: bytes, as: UTF8.self) != nil else { throw .notCanonical("the text is not UTF-8") }
        var reader = CanonicalReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        guard reader.offset == bytes.count else { throw reader.refusal("bytes after the value") }
        let again = try value.encoded()
        guard again == bytes else {
            let offset = zip(again, bytes).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? again.count
            throw .notCanonical("at byte \(offset): not the canonical spelling")
        }
        self = value
    }
}

/// A recursive-descent reader of JSON without spaces. Its caller has checked that the bytes are UTF-8.
private struct CanonicalReader {
    let bytes: [UInt8]
    var offset = 0

    func refusal(_ why: String) -> AuditLogError { .notCanonical("at byte \(offset): \(why)") }

    mutating func next() throws(AuditLogError) -> UInt8 {
        guard offset < bytes.count else { throw refusal("the text ends too early") }
        defer { offset += 1 }
        return bytes[offset]
    }

    mutating func skip(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    mutating func expect(_ text: StaticString) throws(AuditLogError) {
        for index in 0..<text.utf8CodeUnitCount where try next() != text.utf8Start[index] {
            throw refusal("expected \(text)")
        }
    }

    mutating func value(depth: Int) throws(AuditLogError) -> CanonicalJSON {
        guard depth <= CanonicalJSON.maximumDepth else { throw refusal("nested too deep") }
        guard offset < bytes.count else { throw refusal("the text ends too early") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object(try members(depth: depth))
        case UInt8(ascii: "["): return .array(try elements(depth: depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    private mutating func elements(depth: Int) throws(AuditLogError) -> [CanonicalJSON] {
        try expect("[")
        var values: [CanonicalJSON] = []
        if skip(UInt8(ascii: "]")) { return values }
        repeat { values.append(try value(depth: depth + 1)) } while skip(UInt8(ascii: ","))
        try expect("]")
        return values
    }

    private mutating func members(depth: Int) throws(AuditLogError) -> [String: CanonicalJSON] {
        try expect("{")
        var members: [String: CanonicalJSON] = [:]
        if skip(UInt8(ascii: "}")) { return members }
        repeat {
            let key = try string()
            try expect(":")
            guard members.updateValue(try value(depth: depth + 1), forKey: key) == nil else {
                throw refusal("the key \(key) stands twice")
            }
        } while skip(UInt8(ascii: ","))
        try expect("}")
        return members
    }

    private mutating func number() throws(AuditLogError) -> CanonicalJSON {
        let start = offset
        while offset < bytes.count, "+-.eE0123456789".utf8.contains(bytes[offset]) { offset += 1 }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if let integer = Int(text), integer.magnitude <= CanonicalJSON.largestInteger { return .integer(integer) }
        guard text.utf8.count <= 32, let number = Double(text), number.isFinite else { throw refusal("no value") }
        return .number(number)
    }

    private mutating func string() throws(AuditLogError) -> String {
        try expect("\"")
        var text: [UInt8] = []
        while true {
            let byte = try next()
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
            case 0..<0x20: throw refusal("a control character in a string")
            case UInt8(ascii: "\\"): text.append(try escaped())
            default: text.append(byte)
            }
        }
    }

    /// Canonical text escapes only quotation mark, reverse solidus and control characters.
    private mutating func escaped() throws(AuditLogError) -> UInt8 {
        switch try next() {
        case UInt8(ascii: "\""): return 0x22
        case UInt8(ascii: "\\"): return 0x5C
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "u"):
            try expect("00")
            let digits = [try next(), try next()]
            guard let code = AuditLog.bytes(hexadecimal: String(decoding: digits, as: UTF8.self))?.first, code < 0x20
            else { throw refusal("an escape that canonical JSON does not use") }
            return code
        default: throw refusal("an escape that canonical JSON does not use")
        }
    }
}
