import Crypto
package import Foundation
import MartletDomain

/// Signs requests to an object store with AWS Signature Version 4, in headers.
///
/// Protocol: "Authenticating Requests: Using the Authorization Header", Amazon S3 API Reference.
package struct RequestSignature: Sendable {
    private let accessKeyID: String
    private let secretAccessKey: String
    private let sessionToken: String?
    private let region: String

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, region: String) {
        (self.accessKeyID, self.secretAccessKey) = (accessKeyID, secretAccessKey)
        (self.sessionToken, self.region) = (sessionToken, region)
    }

    /// The headers to add.
    ///
    /// - Parameters:
    ///   - url: With a path that is percent-encoded as ``encoded(_:)`` does, and no query.
    ///   - headers: The request's own, names in lower case; all of them are signed.
    ///   - now: Milliseconds since 1970 UTC.
    package func headers(
        method: String, url: URL, headers: [String: String], body: [UInt8], at now: Int64
    ) -> [String: String] {
        let time = Self.time(now)
        let digest = SHA256.hash(data: body).hexadecimal
        var signed = headers
        signed["host"] = (url.host ?? "") + (url.port.map { ":\($0)" } ?? "")
        signed["x-amz-content-sha256"] = digest
        signed["x-amz-date"] = time
        signed["x-amz-security-token"] = sessionToken
        let names = signed.keys.sorted()
        let lines = names.map { "\($0):\((signed[$0] ?? "").trimmingCharacters(in: .whitespaces))\n" }.joined()
        let path = url.path(percentEncoded: true)
        let request = [
            method, path.isEmpty ? "/" : path, "", lines, names.joined(separator: ";"), digest,
        ].joined(separator: "\n")
        let day = String(time.prefix(8))
        let scope = "\(day)/\(region)/s3/aws4_request"
        let text = "AWS4-HMAC-SHA256\n\(time)\n\(scope)\n" + SHA256.hash(data: Data(request.utf8)).hexadecimal
        var key = SymmetricKey(data: Data("AWS4\(secretAccessKey)".utf8))
        for part in [day, region, "s3", "aws4_request"] {
            key = SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Data(part.utf8), using: key))
        }
        let signature = HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key).hexadecimal
        var added = [
            "x-amz-content-sha256": digest, "x-amz-date": time,
            "authorization": "AWS4-HMAC-SHA256 Credential=\(accessKeyID)/\(scope),"
                + "SignedHeaders=\(names.joined(separator: ";")),Signature=\(signature)",
        ]
        added["x-amz-security-token"] = sessionToken
        return added
    }

    /// Percent-encodes all but letters, digits and `-._~`.
    package static func encoded(_ text: String) -> String {
        let plain = CharacterSet(
            charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? text
    }

    /// `20130524T000000Z`.
    private static func time(_ milliseconds: Int64) -> String {
        let text = Date(timeIntervalSince1970: Double(milliseconds / 1_000)).formatted(.iso8601)
        return text.filter { $0 != "-" && $0 != ":" }
    }
}
