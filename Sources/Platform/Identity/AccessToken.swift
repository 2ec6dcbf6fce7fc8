import Crypto
import Foundation
import MartletDomain

/// A secret that stands for somebody: 256 random bits, of which only the SHA-256 is kept.
enum AccessToken {
    private static let prefix = "mlt_"

    static func random() -> String { prefix + randomText() }

    /// 256 random bits in the letters that URLs, headers and cookies take as they are.
    static func randomText() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }.base64URL
    }

    /// Whether it could be one, so that megabytes are not hashed for nothing.
    static func isPossible(_ token: String) -> Bool { token.hasPrefix(prefix) && token.utf8.count <= 100 }

    /// 64 lower-case hexadecimal digits.
    static func hash(_ token: String) -> String { SHA256.hash(data: Data(token.utf8)).hexadecimal }

    /// Takes as long for texts that differ early as for those that differ late.
    static func areEqual(_ left: String, _ right: String) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }

    static func areEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
        left.count == right.count && zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

extension Data {
    /// Base64 for URLs (RFC 4648, section 5), without padding.
    var base64URL: String {
        base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// - Returns: Nil for a text with anything but the 64 letters in it.
    init?(base64URL text: String) {
        guard
            text.utf8.allSatisfy({ byte in
                switch byte {
                case 0x2D, 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: true
                default: false
                }
            })
        else { return nil }
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        self.init(base64Encoded: plain + String(repeating: "=", count: (4 - plain.utf8.count % 4) % 4))
    }
}
