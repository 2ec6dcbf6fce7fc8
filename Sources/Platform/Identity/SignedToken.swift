import Crypto
import CryptoExtras
import Foundation

/// A JSON Web Token (RFC 7519) signed by a key that can be looked up (RFC 7515), before anything of it is believed.
///
/// Only RS256, ES256 and EdDSA (Ed25519) are known. Which key is used follows from the key's own type, so that a token
/// can neither be unsigned nor be "signed" with a public key taken for a shared secret.
struct SignedToken {
    enum Algorithm: String { case rs256 = "RS256", es256 = "ES256", edDSA = "EdDSA" }

    let algorithm: Algorithm
    /// Which of the issuer's keys signed.
    let keyID: String?
    let claims: Claims
    private let signed: Data
    private let signature: Data

    /// Bytes of a token at most.
    static let longest = 16 << 10

    /// - Returns: Nil for what is no such token.
    init?(_ text: String) {
        guard text.utf8.count <= Self.longest else { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let head = Data(base64URL: parts[0]), let body = Data(base64URL: parts[1]),
            let signature = Data(base64URL: parts[2]), !signature.isEmpty,
            let header = try? JSONDecoder().decode(Header.self, from: head),
            let algorithm = Algorithm(rawValue: header.alg), header.crit == nil,
            let claims = try? JSONDecoder().decode(Claims.self, from: body)
        else { return nil }
        (self.algorithm, keyID, self.claims, self.signature) = (algorithm, header.kid, claims, signature)
        signed = Data("\(parts[0]).\(parts[1])".utf8)
    }

    /// Whether the token could be one at all, and whose it says it is; nothing is checked by that.
    private struct Header: Decodable {
        var alg: String
        var kid: String?
        /// Extensions that must be understood: none are.
        var crit: [String]?
    }

    /// The key of the set that must have signed; nil if it is not there.
    func key(in keys: [WebKey]) -> WebKey? {
        let fitting = keys.filter { $0.fits(algorithm) }
        guard let keyID else { return fitting.count == 1 ? fitting[0] : nil }
        let named = fitting.filter { $0.kid == keyID }
        return named.count == 1 ? named[0] : nil
    }

    /// Whether that key signed it.
    func isSigned(by key: WebKey) -> Bool {
        guard key.fits(algorithm) else { return false }
        switch algorithm {
        case .rs256:
            guard let n = key.n.flatMap({ Data(base64URL: $0) }), let e = key.e.flatMap({ Data(base64URL: $0) }),
                n.drop(while: { $0 == 0 }).count >= 256, n.count <= 1_024, e.count <= 8,
                let publicKey = try? _RSA.Signing.PublicKey(n: n, e: e)
            else { return false }
            return publicKey.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: SHA256.hash(data: signed),
                padding: .insecurePKCS1v1_5)
        case .es256:
            guard let x = key.x.flatMap({ Data(base64URL: $0) }), let y = key.y.flatMap({ Data(base64URL: $0) }),
                x.count == 32, y.count == 32,
                let publicKey = try? P256.Signing.PublicKey(rawRepresentation: x + y),
                let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature)
            else { return false }
            return publicKey.isValidSignature(signature, for: SHA256.hash(data: signed))
        case .edDSA:
            guard let x = key.x.flatMap({ Data(base64URL: $0) }),
                let publicKey = try? Curve25519.Signing.PublicKey(rawRepresentation: x)
            else { return false }
            return publicKey.isValidSignature(signature, for: signed)
        }
    }

    /// Whether its claims hold for that issuer and audience at that time.
    /// - Parameter seconds: Since 1970.
    func holds(for issuer: AuthenticationSettings.Issuer, at seconds: Double) -> Bool {
        let leeway = Double(issuer.leeway)
        guard claims.iss == issuer.issuer, claims.aud.contains(issuer.audience), let end = claims.exp,
            end.isFinite, seconds < end + leeway
        else { return false }
        if let start = claims.nbf, !(seconds >= start - leeway) { return false }
        if let issued = claims.iat, !(issued <= seconds + leeway) { return false }
        return true
    }

    struct Claims: Decodable {
        var iss: String
        var aud: [String]
        var exp: Double?
        var nbf: Double?
        var iat: Double?
        private var others: [String: [String]] = [:]

        /// The texts of a claim: of one that is a text, itself.
        func texts(_ name: String) -> [String] { others[name] ?? [] }

        private struct Key: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            func texts(_ key: Key) throws -> [String] {
                if let text = try? container.decode(String.self, forKey: key) { return [text] }
                return try container.decode([String].self, forKey: key)
            }
            iss = try container.decode(String.self, forKey: Key(stringValue: "iss"))
            aud = try texts(Key(stringValue: "aud"))
            exp = try container.decodeIfPresent(Double.self, forKey: Key(stringValue: "exp"))
            nbf = try container.decodeIfPresent(Double.self, forKey: Key(stringValue: "nbf"))
            iat = try container.decodeIfPresent(Double.self, forKey: Key(stringValue: "iat"))
            for key in container.allKeys { others[key.stringValue] = try? texts(key) }
        }
    }
}

/// A public key as issuers publish them (RFC 7517).
struct WebKey: Decodable, Sendable {
    var kty: String
    var kid: String?
    var use: String?
    var alg: String?
    var crv: String?
    var n: String?
    var e: String?
    var x: String?
    var y: String?

    func fits(_ algorithm: SignedToken.Algorithm) -> Bool {
        guard use == nil || use == "sig", alg == nil || alg == algorithm.rawValue else { return false }
        return switch algorithm {
        case .rs256: kty == "RSA"
        case .es256: kty == "EC" && crv == "P-256"
        case .edDSA: kty == "OKP" && crv == "Ed25519"
        }
    }

    /// The keys of a set; those of kinds that are not known are left out.
    static func all(in set: Data) throws -> [WebKey] {
        struct Lenient: Decodable {
            var key: WebKey?
            init(from decoder: any Decoder) { key = try? WebKey(from: decoder) }
        }
        struct KeySet: Decodable { var keys: [Lenient] }
        return try JSONDecoder().decode(KeySet.self, from: set).keys.compactMap(\.key)
    }
}
