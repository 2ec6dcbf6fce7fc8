import Foundation
import MartletDomain

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// An object of an S3-compatible store, replaced only if it is still the one that was read (conditional put).
final class ObjectPlace: CheckpointPush.Place {
    private let url: URL
    private let target: String
    private let signer: RequestSignature
    /// The tag of the object that was read; nil if there was none.
    private let tag = Tag()

    private actor Tag {
        var value: String?
        func set(_ value: String?) { self.value = value }
    }

    /// - Parameter environment: `AWS_ENDPOINT_URL_S3` or `AWS_ENDPOINT_URL`, `AWS_REGION` or `AWS_DEFAULT_REGION`,
    ///   `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`.
    init(bucket: String, prefix: String, environment: [String: String]) throws {
        target = "s3://\(bucket)/\(prefix)"
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        guard let id = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") else {
            throw AuditError.push(
                target: target, reason: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set")
        }
        let region = value("AWS_REGION", "AWS_DEFAULT_REGION") ?? "us-east-1"
        signer = RequestSignature(
            accessKeyID: id, secretAccessKey: secret, sessionToken: value("AWS_SESSION_TOKEN"), region: region)
        let key = prefix.isEmpty ? CheckpointTarget.fileName : "\(prefix)/\(CheckpointTarget.fileName)"
        let path = key.split(separator: "/").map { RequestSignature.encoded(String($0)) }.joined(separator: "/")
        let text =
            if let endpoint = value("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL") {
                "\(endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint)/\(bucket)/\(path)"
            } else if bucket.contains(".") {
                "https://s3.\(region).amazonaws.com/\(bucket)/\(path)"
            } else {
                "https://\(bucket).s3.\(region).amazonaws.com/\(path)"
            }
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme) else {
            throw AuditError.push(target: target, reason: "\(text) is no address")
        }
        self.url = url
    }

    func read() async throws -> String? {
        let (status, headers, body) = try await ask("GET", Data(), [:])
        switch status {
        case 200:
            guard let text = String(data: body, encoding: .utf8), let found = headers["etag"] else {
                throw AuditError.pushAlarm(target: target, reason: "what is there is no text")
            }
            await tag.set(found)
            return text
        case 404 where !String(decoding: body, as: UTF8.self).contains("NoSuchBucket"):
            await tag.set(nil)
            return nil
        default: throw refusal(status, body)
        }
    }

    func replace(_ note: String, size: Int) async throws -> Bool {
        let condition = await tag.value.map { ["if-match": $0] } ?? ["if-none-match": "*"]
        let headers = condition.merging(["content-type": "text/plain; charset=utf-8"]) { first, _ in first }
        let (status, _, body) = try await ask("PUT", Data(note.utf8), headers)
        switch status {
        case 200: return true
        case 409, 412: return false
        default: throw refusal(status, body)
        }
    }

    private func refusal(_ status: Int, _ body: Data) -> AuditError {
        // `<Error><Code>AccessDenied</Code>…`
        let text = String(decoding: body.prefix(4_096), as: UTF8.self)
        let code = text.firstRange(of: "<Code>").flatMap { start in
            text[start.upperBound...].firstRange(of: "</Code>").map { String(text[start.upperBound..<$0.lowerBound]) }
        }
        return .push(target: target, reason: "the object store answered \(status)" + (code.map { " \($0)" } ?? ""))
    }

    private func ask(
        _ method: String, _ body: Data, _ headers: [String: String]
    ) async throws -> (status: Int, headers: [String: String], body: Data) {
        var request = URLRequest(url: url, timeoutInterval: 60)
        request.httpMethod = method
        if method == "PUT" { request.httpBody = body }
        let signed = signer.headers(
            method: method, url: url, headers: headers, body: [UInt8](body), at: WallClock.system.now)
        for (name, value) in headers.merging(signed, uniquingKeysWith: { first, _ in first }) {
            request.setValue(value, forHTTPHeaderField: name)
        }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let unreachable = AuditError.push(
            target: target, reason: "\(url.host ?? "the object store") can't be reached, or does not answer in HTTP")
        return try await withCheckedThrowingContinuation { continuation in
            session.dataTask(with: request) { data, response, _ in
                guard let answer = response as? HTTPURLResponse else {
                    return continuation.resume(throwing: unreachable)
                }
                var found: [String: String] = [:]
                for (name, value) in answer.allHeaderFields { found["\(name)".lowercased()] = "\(value)" }
                continuation.resume(returning: (answer.statusCode, found, data ?? Data()))
            }.resume()
        }
    }
}
