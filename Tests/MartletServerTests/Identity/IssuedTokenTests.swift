import Crypto
import CryptoExtras
import Foundation
import HTTPTypes
import MartletDomain
import Metadata
import Platform
import TestKit
import Testing

/// Tokens that somebody else signs: the good ones are taken, and nothing else is.
struct IssuedTokenTests {
    private static let issuer = "https://login.example.org/"
    private let edwards = Curve25519.Signing.PrivateKey()
    private let elliptic = P256.Signing.PrivateKey()
    private let clock = SettableClock()

    private func base64(_ data: some Sequence<UInt8>) -> String {
        Data(data).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    private func keys(_ more: [[String: String]] = []) throws -> Data {
        let point = Data(elliptic.publicKey.rawRepresentation)
        let keys: [[String: String]] =
            [
                ["kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(edwards.publicKey.rawRepresentation)],
                [
                    "kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "x": base64(point.prefix(32)),
                    "y": base64(point.suffix(32)),
                ],
            ] + more
        return try JSONSerialization.data(withJSONObject: ["keys": keys])
    }

    private func withIssuer(
        more: [[String: String]] = [], _ body: (TestServer, URL) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "jwks.json")
            try keys(more).write(to: file)
            let workspace = Workspace(folder.appending(path: "workspace"))
            try FileManager.default.createDirectory(at: workspace.folder, withIntermediateDirectories: true)
            var configuration = WorkspaceConfiguration(workspace: "test", policy: .governed)
            configuration.authentication.oidc = [
                .init(
                    issuer: Self.issuer, audience: "martlet", jwks: file.path, groups: ["idp-risk": "risk"])
            ]
            try configuration.write(workspace)
            let platform = try await Platform.open(workspace, durability: .normal, clock: clock.wall)
            let server = TestServer(platform: platform)
            _ = try await server.token(.contributor, named: "bo")
            try await platform.identity.createGroup("risk", by: .setup)
            try await platform.identity.grant(RoleBinding(.group("risk"), "reviewer"), by: .setup)
            do {
                try await body(server, file)
            } catch {
                try await platform.close()
                throw error
            }
            try await platform.close()
        }
    }

    private var claims: [String: Any] {
        let now = clock.now / 1_000
        return [
            "iss": Self.issuer, "aud": ["other", "martlet"], "exp": now + 300, "nbf": now - 10, "iat": now - 10,
            "preferred_username": "bo", "groups": ["idp-risk", "everybody"],
        ]
    }

    private func token(
        _ header: [String: Any] = ["alg": "EdDSA", "kid": "ed"], _ changes: [String: Any] = [:],
        sign: ((Data) throws -> Data)? = nil
    ) throws -> String {
        let body = claims.merging(changes) { _, new in new }.filter { !($0.value is NSNull) }
        let head = base64(try JSONSerialization.data(withJSONObject: header))
        let text = head + "." + base64(try JSONSerialization.data(withJSONObject: body))
        let signature = try (sign ?? { try edwards.signature(for: $0) })(Data(text.utf8))
        return text + "." + base64(signature)
    }

    private func user(_ server: TestServer, _ token: String) async throws -> JSON? {
        let answer = try await server.martlet("identity/me", [:], token: token)
        return answer.status == 200 ? answer.json : nil
    }

    @Test func `A token that its issuer signed stands for the account and the groups that it names`() async throws {
        try await withIssuer { server, _ in
            let found = try #require(try await user(server, try token()))
            #expect(found["name"] == "bo" && found["groups"] == ["risk"])
            #expect(Set(found["roles"].elements.map(\.text)) == ["contributor", "reviewer"])
            let elliptic = try token(["alg": "ES256", "kid": "ec"]) {
                try self.elliptic.signature(for: $0).rawRepresentation
            }
            #expect(try await user(server, elliptic)?["name"] == "bo")
            // Nobody here by that name, but somebody in a group of ours.
            let guest = try #require(
                try await user(server, try token(["alg": "EdDSA"], ["preferred_username": "guest"])))
            #expect(guest["roles"].elements.map(\.text) == ["reviewer"])
            let stranger = try token(["alg": "EdDSA"], ["preferred_username": "guest", "groups": ["everybody"]])
            #expect(try await user(server, stranger) == nil)
            try await server.platform.identity.deactivate("bo", by: .setup)
            #expect(try await user(server, token()) == nil)
        }
    }

    @Test func `RSA tokens are taken with keys of 2048 bits, and not with shorter ones`() async throws {
        let (good, weak) = (
            try _RSA.Signing.PrivateKey(keySize: .bits2048),
            try _RSA.Signing.PrivateKey(unsafeKeySize: .init(bitCount: 1_024))
        )
        func key(_ id: String, _ key: _RSA.Signing.PrivateKey) throws -> [String: String] {
            let parts = try key.publicKey.getKeyPrimitives()
            return ["kty": "RSA", "kid": id, "n": base64(parts.modulus), "e": base64(parts.publicExponent)]
        }
        try await withIssuer(more: [try key("rsa", good), try key("weak", weak)]) { server, _ in
            func signed(_ id: String, _ key: _RSA.Signing.PrivateKey) throws -> String {
                try token(["alg": "RS256", "kid": id]) {
                    try key.signature(for: SHA256.hash(data: $0), padding: .insecurePKCS1v1_5).rawRepresentation
                }
            }
            let taken = try await user(server, signed("rsa", good))
            #expect(taken?["name"] == "bo")
            for id in ["weak", "rsa"] {
                let refused = try await user(server, signed(id, weak))
                #expect(refused == nil, "\(id)")
            }
        }
    }

    @Test func `Forged tokens are refused`() async throws {
        try await withIssuer { server, _ in
            let (foreign, good) = (Curve25519.Signing.PrivateKey(), try token())
            let parts = good.split(separator: ".").map(String.init)
            let publicKey = Data(edwards.publicKey.rawRepresentation)
            func hmac(_ data: Data) -> Data {
                Data(HMAC<SHA256>.authenticationCode(for: data, using: SymmetricKey(data: publicKey)))
            }
            let admin = base64(
                try JSONSerialization.data(
                    withJSONObject: claims.merging(["preferred_username": "root"]) { _, new in new }))
            let attacks: [(String, String)] = [
                ("alg none", try token(["alg": "none"]) { _ in Data() }),
                ("alg none with a signature", try token(["alg": "none", "kid": "ed"])),
                ("alg nOnE", try token(["alg": "nOnE", "kid": "ed"])),
                ("no signature", parts[0] + "." + parts[1] + "."), ("two parts", parts[0] + "." + parts[1]),
                ("HS256 with the public key", try token(["alg": "HS256", "kid": "ed"]) { hmac($0) }),
                ("HMAC under EdDSA's name", try token(["alg": "EdDSA", "kid": "ed"]) { hmac($0) }),
                ("another's key", try token { try foreign.signature(for: $0) }),
                ("an unknown kid", try token(["alg": "EdDSA", "kid": "other"])),
                ("another key's kid", try token(["alg": "EdDSA", "kid": "ec"])),
                ("ES256 by an Edwards key", try token(["alg": "ES256", "kid": "ed"])),
                (
                    "its own key in the header",
                    try token([
                        "alg": "EdDSA",
                        "jwk": ["kty": "OKP", "crv": "Ed25519", "x": base64(foreign.publicKey.rawRepresentation)],
                    ]) { try foreign.signature(for: $0) }
                ),
                (
                    "an extension that must be understood",
                    try token(["alg": "EdDSA", "kid": "ed", "crit": ["b64"], "b64": false])
                ),
                ("other claims under the signature", parts[0] + "." + admin + "." + parts[2]),
                ("another issuer", try token(["alg": "EdDSA"], ["iss": "https://evil.example/"])),
                ("the issuer without its slash", try token(["alg": "EdDSA"], ["iss": String(Self.issuer.dropLast())])),
                ("another audience", try token(["alg": "EdDSA"], ["aud": "other"])),
                ("no audience", try token(["alg": "EdDSA"], ["aud": NSNull()])),
                ("no end", try token(["alg": "EdDSA"], ["exp": NSNull()])),
                ("an end in words", try token(["alg": "EdDSA"], ["exp": "never"])),
                ("over", try token(["alg": "EdDSA"], ["exp": clock.now / 1_000 - 61])),
                ("not yet", try token(["alg": "EdDSA"], ["nbf": clock.now / 1_000 + 61])),
                ("made tomorrow", try token(["alg": "EdDSA"], ["iat": clock.now / 1_000 + 86_400])),
                ("nobody's", try token(["alg": "EdDSA"], ["preferred_username": NSNull()])),
                ("a reserved name", try token(["alg": "EdDSA"], ["preferred_username": "martlet"])),
                ("padding", parts.joined(separator: ".") + "="), ("a blank", "." + good),
                ("too long", try token(["alg": "EdDSA"], ["x": String(repeating: "x", count: 20_000)])),
            ]
            for (name, attack) in attacks {
                #expect(try await user(server, attack) == nil, "\(name)")
            }
            #expect(try await user(server, good) != nil)
        }
    }

    @Test func `A token ends with its time and the leeway`() async throws {
        try await withIssuer { server, _ in
            let text = try token()
            clock.advance(by: 359_000)
            #expect(try await user(server, text) != nil)
            clock.advance(by: 1_000)
            #expect(try await user(server, text) == nil)
        }
    }

    @Test func `It is said of an issuer that its keys cannot be read`() async throws {
        try await withIssuer { server, file in
            let identity = server.platform.identity
            #expect(await identity.refreshIssuers().isEmpty)
            try FileManager.default.removeItem(at: file)
            // They are good for ten minutes.
            #expect(await identity.refreshIssuers().isEmpty)
            clock.advance(by: 600_000)
            let problems = await identity.refreshIssuers()
            #expect(problems.count == 1 && problems.first?.contains(file.path) == true, "\(problems)")
        }
    }

    @Test func `A key that its issuer takes up is found, and one that it gave up is not`() async throws {
        try await withIssuer { server, file in
            #expect(try await user(server, token()) != nil)
            let next = Curve25519.Signing.PrivateKey()
            let key = ["kty": "OKP", "crv": "Ed25519", "kid": "next", "x": base64(next.publicKey.rawRepresentation)]
            try JSONSerialization.data(withJSONObject: ["keys": [key]]).write(to: file)
            let rotated = { try self.token(["alg": "EdDSA", "kid": "next"]) { try next.signature(for: $0) } }
            // Whoever makes up names of keys does not make us ask the issuer each time.
            #expect(try await user(server, rotated()) == nil)
            clock.advance(by: 30_000)
            #expect(try await user(server, rotated()) != nil)
            #expect(try await user(server, token()) == nil)
        }
    }
}
