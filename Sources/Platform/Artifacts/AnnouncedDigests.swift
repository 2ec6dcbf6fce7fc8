import Crypto
package import Foundation

/// Digests of a file that its sender announced, to be compared with those of the bytes that arrive.
package struct AnnouncedDigests: Sendable, Hashable {
    package var sha256: Data?
    package var sha512: Data?
    package var md5: Data?

    package init(sha256: Data? = nil, sha512: Data? = nil, md5: Data? = nil) {
        (self.sha256, self.sha512, self.md5) = (sha256, sha512, md5)
    }
}

/// Computes what was announced and is not computed anyway.
struct DigestCheck {
    private let announced: AnnouncedDigests
    private var sha512: SHA512?
    private var md5: Insecure.MD5?

    init(_ announced: AnnouncedDigests) {
        self.announced = announced
        sha512 = announced.sha512.map { _ in SHA512() }
        md5 = announced.md5.map { _ in Insecure.MD5() }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha512?.update(bufferPointer: bytes)
        md5?.update(bufferPointer: bytes)
    }

    /// The name of the first digest that is another than announced.
    func mismatch(sha256: SHA256Digest) -> String? {
        if let expected = announced.sha256, expected != Data(sha256) { return "SHA-256" }
        if let expected = announced.sha512, expected != (sha512?.finalize()).map({ Data($0) }) { return "SHA-512" }
        if let expected = announced.md5, expected != (md5?.finalize()).map({ Data($0) }) { return "MD5" }
        return nil
    }
}
