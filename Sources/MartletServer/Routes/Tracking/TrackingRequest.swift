import Foundation
import Hummingbird
import MartletDomain

extension Request {
    /// What stands after the question mark.
    var queryItems: QueryItems { QueryItems(uri.query ?? "") }
}

/// The names and values of a query, decoded as forms are: a plus is a space.
struct QueryItems {
    private let items: [(name: String, value: String)]

    init(_ query: String) {
        items = query.utf8.split(separator: UInt8(ascii: "&")).prefix(20_000).map { item in
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
            ).map { part in
                let text = String(decoding: part, as: UTF8.self).replacingOccurrences(of: "+", with: " ")
                return text.removingPercentEncoding ?? text
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    subscript(name: String) -> String? { items.last { $0.name == name }?.value }
    func all(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    /// - Throws: ``InvalidRequest`` when it is there and not a whole number.
    func integer(_ name: String) throws -> Int? {
        guard let text = self[name] else { return nil }
        guard let number = Int(text) else {
            throw InvalidRequest("Invalid value \"\(text)\" for parameter '\(name)' supplied: expected a whole number")
        }
        return number
    }
}

/// - Throws: ``InvalidRequest`` when `value` is absent or empty.
func required(_ value: String?, _ name: String) throws -> String {
    guard let value, !value.isEmpty else { throw missing(name) }
    return value
}

func missing(_ name: String) -> InvalidRequest {
    InvalidRequest(
        "Missing value for required parameter '\(name)'. See the API docs for more information about request parameters."
    )
}

/// A value of an enumeration by its word, or by its place in `numbers`, the first being 1.
func enumerated<Value: RawRepresentable<String>>(
    _ text: String?, _ name: String, numbers: [Value]
) throws -> Value? {
    guard let text else { return nil }
    if let value = Value(rawValue: text) { return value }
    if let number = Int(text), number >= 1, number <= numbers.count { return numbers[number - 1] }
    let known = numbers.map(\.rawValue).joined(separator: ", ")
    throw InvalidRequest("Invalid value \"\(text)\" for parameter '\(name)' supplied: expected one of \(known)")
}

extension RouterGroup where Context == MartletContext {
    /// Answers a JSON body with a JSON body.
    func answer<Body: Decodable & Sendable, Answer: Encodable & Sendable>(
        _ method: HTTPRequest.Method, _ path: RouterPath, _ type: Body.Type, limit: Int = BodyLimit.json,
        _ answer: @escaping @Sendable (Body, MartletContext) async throws -> Answer
    ) {
        on(path, method: method) { request, context in
            let body = try await request.decode(Body.self, limit: limit)
            return try jsonResponse(try await answer(body, context))
        }
    }

    /// Answers a query with a JSON body.
    func answer<Answer: Encodable & Sendable>(
        _ path: RouterPath, _ answer: @escaping @Sendable (QueryItems, MartletContext) async throws -> Answer
    ) {
        get(path) { request, context in try jsonResponse(try await answer(request.queryItems, context)) }
    }
}
