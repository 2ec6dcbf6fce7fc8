import Foundation

/// Where the next page of an answer begins. Opaque to clients.
public enum PageToken {
    /// The token for the page that starts after `offset` results.
    public static func token(offset: Int) -> String { Data("{\"offset\": \(offset)}".utf8).base64EncodedString() }

    /// The number of results before the page; zero without a token.
    /// - Throws: ``InvalidRequest`` when `token` is none of ours.
    public static func offset(of token: String?) throws(InvalidRequest) -> Int {
        guard let token, !token.isEmpty else { return 0 }
        struct Content: Decodable { var offset: Int }
        guard let data = Data(base64Encoded: token) else {
            throw InvalidRequest("Invalid page token, could not base64-decode")
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: data),
            (0...(1 << 53)).contains(content.offset)
        else {
            throw InvalidRequest(
                "Invalid page token, decoded value=\(String(decoding: data.prefix(200), as: UTF8.self))")
        }
        return content.offset
    }
}
