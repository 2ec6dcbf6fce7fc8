import Foundation
import HTTPTypes
import MartletDomain
import Platform

/// Digests of files in headers: `Repr-Digest` and `Content-Digest` of RFC 9530, and `Content-MD5`.
enum ContentDigest {
    /// The digests of SHA-256, SHA-512 and MD5 that a sender announced; others are not looked at.
    /// - Throws: ``ArtifactError/badDigest(header:)`` when one of these cannot be read.
    static func announced(_ headers: HTTPFields) throws -> AnnouncedDigests {
        var digests = AnnouncedDigests()
        for name in [HTTPField.Name.contentDigest, .reprDigest] {
            for member in (headers[values: name].joined(separator: ",")).split(separator: ",") {
                let text = member.trimmingCharacters(in: .whitespaces)
                guard let equals = text.firstIndex(of: "=") else { continue }
                let value = text[text.index(after: equals)...].prefix { $0 != ";" }
                switch text[..<equals] {
                case "sha-256": digests.sha256 = try bytes(value, count: 32, name)
                case "sha-512": digests.sha512 = try bytes(value, count: 64, name)
                default: break
                }
            }
        }
        if let md5 = headers[.contentMD5] { digests.md5 = try bytes(":\(md5):", count: 16, .contentMD5) }
        return digests
    }

    /// As a header has it.
    static func text(sha256: String) -> String? {
        [UInt8](hexadecimal: sha256).map { "sha-256=:\(Data($0).base64EncodedString()):" }
    }

    private static func bytes(_ value: some StringProtocol, count: Int, _ name: HTTPField.Name) throws -> Data {
        guard value.count > 2, value.hasPrefix(":"), value.hasSuffix(":"),
            let data = Data(base64Encoded: String(value.dropFirst().dropLast())), data.count == count
        else { throw ArtifactError.badDigest(header: name.rawName) }
        return data
    }
}

extension HTTPField.Name {
    static let contentDigest = HTTPField.Name("Content-Digest") ?? .via
    static let reprDigest = HTTPField.Name("Repr-Digest") ?? .via
    static let contentMD5 = HTTPField.Name("Content-MD5") ?? .via
}
