import Crypto
import CryptoExtras
import Foundation

/// Passwords as they are kept: PBKDF2 with HMAC-SHA256 (RFC 8018), 600,000 rounds and 16 random bytes of salt, as OWASP
/// has it.
enum Password {
    static let rounds = 600_000
    /// Bytes of a password at most.
    static let longest = 1_024
    private static let scheme = "pbkdf2-sha256"

    /// `pbkdf2-sha256$600000$SALT$KEY`, the last two in base64. Takes a good part of a second, and blocks.
    static func digest(_ password: String) throws -> String {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Data($0) }
        let key = try derive(password, salt, rounds)
        return "\(scheme)$\(rounds)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    /// Whether `password` is the one that `digest` is of. Takes as long for no digest as for one that is not its.
    static func matches(_ password: String, _ digest: String?) -> Bool {
        let parts = (digest ?? "").split(separator: "$").map(String.init)
        guard parts.count == 4, parts[0] == scheme, let rounds = Int(parts[1]), (1_000...10_000_000).contains(rounds),
            let salt = Data(base64Encoded: parts[2]), let kept = Data(base64Encoded: parts[3])
        else {
            _ = try? derive(password, Data(count: 16), Self.rounds)
            return false
        }
        guard let key = try? derive(password, salt, rounds) else { return false }
        return AccessToken.areEqual(key, kept)
    }

    private static func derive(_ password: String, _ salt: Data, _ rounds: Int) throws -> Data {
        // Letters that look the same are the same, however a keyboard composes them (RFC 8265).
        let text = Data(password.precomposedStringWithCanonicalMapping.utf8)
        return try KDF.Insecure.PBKDF2.deriveKey(
            from: text, salt: salt, using: .sha256, outputByteCount: 32, rounds: rounds
        ).withUnsafeBytes { Data($0) }
    }

    /// What is wrong with a new password; empty if nothing is.
    static func problems(_ password: String, of user: String) -> [String] {
        var problems: [String] = []
        if password.count < 12 || password.utf8.count > longest {
            problems.append("A password has 12 letters or more, and at most 1024 bytes.")
        }
        if password.lowercased() == user.lowercased() { problems.append("A password is not the user's name.") }
        if password.utf8.contains(0) || password.hasPrefix("mlt_") {
            problems.append("A password does not begin as tokens do, and holds no zero byte.")
        }
        return problems
    }
}
