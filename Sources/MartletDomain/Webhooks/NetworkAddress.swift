/// An IP address: 4 bytes, or 16.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Nil unless there are 4 or 16 bytes, in network order.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Whether it belongs to everybody: none of this machine, of private and shared networks, of links, of groups, or
    /// kept for documents, tests and the future, also where an IPv6 address carries an IPv4 address.
    ///
    /// Source: IANA's registries of special-purpose addresses (RFC 6890).
    public var isPublic: Bool {
        if bytes.count == 4 { return !Self.special4.contains { $0.holds(bytes) } }
        for (prefix, offset) in Self.carriers where prefix.holds(bytes) {
            return NetworkAddress(Array(bytes[offset..<(offset + 4)]))?.isPublic ?? false
        }
        return !Self.special6.contains { $0.holds(bytes) }
    }

    public var description: String {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2).map {
            String(UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]), radix: 16)
        }.joined(separator: ":")
    }

    private struct Prefix {
        var bytes: [UInt8]
        var bits: Int

        init(_ bits: Int, _ bytes: UInt8...) { (self.bytes, self.bits) = (bytes, bits) }

        func holds(_ address: [UInt8]) -> Bool {
            for bit in 0..<bits {
                let own = bit / 8 < bytes.count ? bytes[bit / 8] : 0
                if (own ^ address[bit / 8]) & (0x80 >> UInt8(bit % 8)) != 0 { return false }
            }
            return true
        }
    }

    private static let special4 = [
        Prefix(8, 0), Prefix(8, 10), Prefix(10, 100, 64), Prefix(8, 127), Prefix(16, 169, 254), Prefix(12, 172, 16),
        Prefix(24, 192, 0, 0), Prefix(24, 192, 0, 2), Prefix(24, 192, 88, 99), Prefix(16, 192, 168),
        Prefix(15, 198, 18), Prefix(24, 198, 51, 100), Prefix(24, 203, 0, 113), Prefix(4, 224), Prefix(4, 240),
    ]

    /// Prefixes of IPv6 addresses that carry an IPv4 address, and the byte at which it starts: mapped, 6to4, NAT64.
    private static let carriers = [
        (Prefix(96, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF), 12), (Prefix(16, 0x20, 0x02), 2),
        (Prefix(96, 0x00, 0x64, 0xFF, 0x9B), 12),
    ]

    /// The first holds `::`, `::1` and the addresses that once carried IPv4 ones.
    private static let special6 = [
        Prefix(96, 0), Prefix(48, 0x00, 0x64, 0xFF, 0x9B, 0x00, 0x01), Prefix(64, 0x01, 0x00),
        Prefix(23, 0x20, 0x01), Prefix(32, 0x20, 0x01, 0x0D, 0xB8), Prefix(20, 0x3F, 0xFF), Prefix(16, 0x5F, 0x00),
        Prefix(7, 0xFC), Prefix(10, 0xFE, 0x80), Prefix(10, 0xFE, 0xC0), Prefix(8, 0xFF),
    ]
}
