/// Writes JSON (RFC 8259) straight into bytes: for answers that are long or frequent, where an encoder's containers cost
/// more than the query behind them.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the next member or element is the first of its object or list.
    private var isFirst = true

    init(capacity: Int = 0) { bytes.reserveCapacity(capacity) }

    mutating func object(_ members: (inout JSONWriter) -> Void) {
        between(UInt8(ascii: "{"), UInt8(ascii: "}"), members)
    }

    mutating func list<Elements: Sequence>(
        _ elements: Elements, _ write: (inout JSONWriter, Elements.Element) -> Void
    ) {
        between(UInt8(ascii: "["), UInt8(ascii: "]")) { writer in
            for element in elements {
                writer.separate()
                write(&writer, element)
            }
        }
    }

    /// A list whose elements `body` writes, each after a call of ``separate()``.
    mutating func array(_ body: (inout JSONWriter) -> Void) {
        between(UInt8(ascii: "["), UInt8(ascii: "]"), body)
    }

    /// A member's name; its value is written next.
    mutating func name(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// As ``name(_:)-(StaticString)``, for a name that may need escapes.
    mutating func name(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func member(_ key: StaticString, _ text: String?) {
        guard let text else { return }
        name(key)
        string(text)
    }

    mutating func member(_ key: StaticString, _ number: Int64?) {
        guard let number else { return }
        name(key)
        integer(number)
    }

    /// Left out when it is nil or empty, as MLflow leaves lists out.
    mutating func member<Element>(
        _ key: StaticString, _ elements: [Element]?, _ write: (inout JSONWriter, Element) -> Void
    ) {
        guard let elements, !elements.isEmpty else { return }
        name(key)
        list(elements, write)
    }

    mutating func integer(_ number: Int64) { bytes.append(contentsOf: String(number).utf8) }

    /// The shortest digits that are read as the same number; NaN and the infinities as MLflow spells them.
    mutating func number(_ number: Double) {
        switch number {
        case .infinity: string("Infinity")
        case -.infinity: string("-Infinity")
        case _ where number.isNaN: string("NaN")
        default: bytes.append(contentsOf: number.description.utf8)
        }
    }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) {
                bytes.append(contentsOf: utf8)
            } else {
                for byte in utf8 { escaped(byte) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Text that is JSON already.
    mutating func raw(_ json: StaticString) { json.withUTF8Buffer { bytes.append(contentsOf: $0) } }

    /// Bytes that are JSON already.
    mutating func raw(_ json: [UInt8]) { bytes.append(contentsOf: json) }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x0A: bytes += Array("\\n".utf8)
        case 0x0D: bytes += Array("\\r".utf8)
        case 0x09: bytes += Array("\\t".utf8)
        case 0..<0x20:
            let digits = Array("0123456789abcdef".utf8)
            bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        default: bytes.append(byte)
        }
    }

    /// A comma, but before the first.
    mutating func separate() {
        if isFirst { isFirst = false } else { bytes.append(UInt8(ascii: ",")) }
    }

    private mutating func between(_ open: UInt8, _ close: UInt8, _ body: (inout JSONWriter) -> Void) {
        bytes.append(open)
        isFirst = true
        body(&self)
        isFirst = false
        bytes.append(close)
    }
}

/// An answer that writes itself.
protocol JSONWritable {
    func write(to writer: inout JSONWriter)
}
