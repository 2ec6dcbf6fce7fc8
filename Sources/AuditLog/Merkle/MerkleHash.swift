/// A SHA-256 hash in the log's tree: 32 bytes held in place, without an allocation.
package struct MerkleHash: Hashable, Sendable {
    package static let byteCount = 32

    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes) }
    }

    /// Nil unless `text` is exactly 64 lower-case hexadecimal digits.
    package init?(hex text: some StringProtocol) {
        guard let bytes = AuditLog.bytes(hexadecimal: text) else { return nil }
        self.init(bytes)
    }

    /// Nil unless `text` is the base64 (RFC 4648 §4, with padding) of 32 bytes.
    package init?(base64 text: String) {
        guard let bytes = AuditLog.bytes(base64: text) else { return nil }
        self.init(bytes)
    }

    /// `source` points at 32 bytes.
    init(unsafe source: UnsafeRawBufferPointer) {
        withUnsafeMutableBytes(of: &words) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(32))) }
    }

    package var bytes: [UInt8] { withUnsafeBytes { Array($0) } }
    package var hex: String { hexadecimal(bytes) }
    package var base64: String { encodedBase64(bytes) }

    func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        Swift.withUnsafeBytes(of: words, body)
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    package func hash(into hasher: inout Hasher) {
        withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension MerkleHash: CustomStringConvertible {
    package var description: String { hex }
}
