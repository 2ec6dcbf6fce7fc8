/// Base 85 in the alphabet Z85: five characters for four bytes, the highest digit first.
///
/// Source: ZeroMQ RFC 32; delta-io/delta, PROTOCOL.md, "Deletion Vector Descriptor Schema".
enum Z85 {
    /// The bytes of a text; nil when its length is no multiple of five, a character is not of the alphabet, or five
    /// of them say more than 32 bits hold.
    static func decode(_ text: some StringProtocol) -> [UInt8]? {
        let characters = text.utf8
        guard characters.count.isMultiple(of: 5) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 5 * 4)
        var (word, digits): (UInt64, Int) = (0, 0)
        for character in characters {
            let digit = values[Int(character)]
            guard digit < 85 else { return nil }
            (word, digits) = (word * 85 + UInt64(digit), digits + 1)
            guard digits == 5 else { continue }
            guard let whole = UInt32(exactly: word) else { return nil }
            for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: whole >> UInt32(shift))) }
            (word, digits) = (0, 0)
        }
        return bytes
    }

    /// The digit of each byte; 255 for those that are none.
    private static let values: [UInt8] = {
        let alphabet =
            "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" + ".-:+=^!/*?&<>()[]{}@%$#"
        var values = [UInt8](repeating: 255, count: 256)
        for (digit, character) in alphabet.utf8.enumerated() { values[Int(character)] = UInt8(digit) }
        return values
    }()
}
