import Crypto
import Foundation
package import MartletDomain

/// What lets whoever has it read one file, for a while, without saying who they are.
package struct ArtifactLink: Sendable, Hashable {
    package var path: ArtifactPath
    /// Milliseconds since 1970 UTC.
    package var expiresAt: Int64
    /// HMAC-SHA-256 of path and time under a key of this process, in hexadecimal.
    package var signature: String

    package init(path: ArtifactPath, expiresAt: Int64, signature: String) {
        (self.path, self.expiresAt, self.signature) = (path, expiresAt, signature)
    }
}

extension Artifacts {
    /// How long a link to a file is valid, in milliseconds: as long as MLflow's are.
    package static let linkLifetime: Int64 = 300_000

    /// A link to a file.
    package func link(to path: ArtifactPath) -> ArtifactLink {
        let expiresAt = Self.now + Self.linkLifetime
        return ArtifactLink(
            path: path, expiresAt: expiresAt,
            signature: HMAC<SHA256>.authenticationCode(for: Self.text(path, expiresAt), using: linkKey).hexadecimal)
    }

    /// - Throws: ``ArtifactError/linkRefused``: it is none of ours, or has expired.
    package func verify(_ link: ArtifactLink) throws(ArtifactError) {
        guard let signature = [UInt8](hexadecimal: link.signature), link.expiresAt > Self.now,
            HMAC<SHA256>.isValidAuthenticationCode(
                signature, authenticating: Self.text(link.path, link.expiresAt), using: linkKey)
        else { throw .linkRefused }
    }

    private static func text(_ path: ArtifactPath, _ expiresAt: Int64) -> Data { Data("\(expiresAt) \(path)".utf8) }

    /// Milliseconds since 1970 UTC.
    static var now: Int64 { Int64((Date().timeIntervalSince1970 * 1_000).rounded(.down)) }
}
