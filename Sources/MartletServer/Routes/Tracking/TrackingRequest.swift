import Foundation
import Hummingbird
import MartletAPI
import MartletDomain

extension Request {
    /// What stands after the question mark.
    var queryItems: QueryItems { QueryItems(uri.query ?? "") }
}

/// The names and values of a query, decoded as forms are: a plus is a space. Of a name that comes twice the first counts.
struct QueryItems {
    private let items: [(name: String, value: String)]

    /// The fields of a JSON object that came as the body of a GET without a query, as MLflow's server takes it.
    fileprivate init(_ body: AnyJSON) {
        guard case .object(let fields) = body else {
            items = []
            return
        }
        items = fields.flatMap { name, value -> [(name: String, value: String)] in
            switch value {
            case .list(let elements): elements.compactMap { element in element.word.map { (name, $0) } }
            default: value.word.map { [(name, $0)] } ?? []
            }
        }
    }

    init(_ query: String) {
        items = query.utf8.split(separator: UInt8(ascii: "&")).prefix(20_000).map { item in
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
            ).map { part in
                let text = String(
                    decoding: part.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
                return part.contains(UInt8(ascii: "%")) ? text.removingPercentEncoding ?? text : text
            }
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
    }

    subscript(name: String) -> String? { items.first { $0.name == name }?.value }
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

/// An id, which is a text, and not empty.
/// - Throws: ``InvalidRequest`` when `id` is absent, empty or a number.
func identifier(_ id: WireText?, _ name: String) throws -> String {
    if let id, id.isNumber { throw invalid(.whole(Int64(id.value) ?? 0), name) }
    return try required(id?.value, name)
}

/// The id of a run by its name of today or by the old one.
func runID(_ id: String?, _ uuid: String? = nil) throws -> String { try required(id.unlessEmpty ?? uuid, "run_id") }

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

extension Request {
    func items() async throws -> QueryItems {
        guard (uri.query ?? "").isEmpty else { return queryItems }
        let body = try await jsonBytes(limit: BodyLimit.json)
        guard body.readableBytes > 2 else { return queryItems }
        return QueryItems(try AnyJSON(parsing: body.orEmptyObject))
    }
}

extension AnyJSON {
    /// As a query would have it.
    fileprivate var word: String? {
        switch self {
        case .text(let text): text
        case .whole, .number, .bool: shown
        default: nil
        }
    }
}
