import Foundation
import HTTPTypes
import Hummingbird
import MartletDomain
import NIOCore

/// Bodies of MLflow's API, read as its server reads them, with one difference: a field of the wrong type is always
/// refused, where MLflow's server goes on with half of the request when it does not check that field.
extension Request {
    /// - Throws: ``InvalidRequest`` with MLflow's words for what is wrong, ``BodyError/tooLarge(limit:)``.
    func decodeMLflow<Body: Decodable>(_ type: Body.Type, limit: Int) async throws -> Body {
        try requireJSONType()
        let bytes = try await jsonBytes(limit: limit)
        if let type = Body.self as? any JSONReadable.Type, let body = read(type, from: bytes) as? Body { return body }
        return try decodeMLflowJSON(Body.self, from: bytes.orEmptyObject)
    }

    /// A page of another site can post forms and plain text, but not JSON, without asking first.
    private func requireJSONType() throws {
        guard method == .post || method == .put else { return }
        guard let type = headers[.contentType], !type.isEmpty else {
            throw InvalidRequest("Bad Request. Content-Type header is missing.")
        }
        let mediaType = type.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
        guard mediaType.lowercased() == "application/json" else {
            throw InvalidRequest("Bad Request. Content-Type must be one of ['application/json'].")
        }
    }
}

private func read<Body: JSONReadable>(_ type: Body.Type, from buffer: ByteBuffer) -> Body? {
    buffer.withUnsafeReadableBytes { bytes in
        var reader = JSONReader(bytes.assumingMemoryBound(to: UInt8.self))
        guard let body = Body.read(&reader), reader.isAtEnd else { return nil }
        return body
    }
}

/// Reads a request of MLflow's API. Names of fields may come in camel case, as protobuf has it, and the whole may come as
/// JSON within a JSON string, as old clients send it.
func decodeMLflowJSON<Body: Decodable>(_ type: Body.Type, from data: Data, isWithinText: Bool = false) throws -> Body {
    let data = data.holdsCamelCaseName ? try respelled(data) ?? data : data
    do {
        return try decodeLooseJSON(Body.self, from: data)
    } catch let error as DecodingError {
        let json: AnyJSON
        do {
            json = try AnyJSON(parsing: data)
        } catch {
            throw InvalidRequest("The request body is not JSON, so none of it was used: \(error.reason).")
        }
        switch json {
        case .null: return try decodeLooseJSON(Body.self, from: Data("{}".utf8))
        case .text(let text) where !isWithinText:
            return try decodeMLflowJSON(Body.self, from: Data(text.utf8), isWithinText: true)
        case .object: throw json.refusal(error)
        default: throw InvalidRequest("The request body is not a JSON object, but of type '\(json.kind)'.")
        }
    }
}

extension AnyJSON {
    /// What a decoder did not understand, in MLflow's words.
    fileprivate func refusal(_ error: DecodingError) -> InvalidRequest {
        let path: [any CodingKey]
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            path = context.codingPath
        case .keyNotFound(let key, let context): path = context.codingPath + [key]
        @unknown default: path = []
        }
        let name = path.reduce(into: "") { name, key in
            name += key.intValue.map { "[\($0)]" } ?? (name.isEmpty ? "" : ".") + key.stringValue
        }
        return invalid(value(at: path) ?? .null, name)
    }

    /// The same with all names in snake case.
    fileprivate func respelled() throws -> AnyJSON {
        switch self {
        case .list(let elements): return .list(try elements.map { try $0.respelled() })
        case .object(let fields):
            var spelled: [String: AnyJSON] = [:]
            for (name, value) in fields {
                let snake = name.inSnakeCase
                if snake != name, fields[snake] != nil {
                    throw InvalidRequest("Request specifies both '\(snake)' and '\(name)'; provide only one of them.")
                }
                spelled[snake] = try value.respelled()
            }
            return .object(spelled)
        default: return self
        }
    }
}

/// The refusal of a value of the wrong type.
func invalid(_ value: AnyJSON, _ name: String) -> InvalidRequest {
    InvalidRequest(
        "Invalid value \(value.shown) for parameter '\(name)' supplied:  Hint: Value was of type '\(value.kind)'. "
            + "See the API docs for more information about request parameters.")
}

/// Nil when it is not JSON.
private func respelled(_ data: Data) throws -> Data? {
    guard let json = try? AnyJSON(parsing: data) else { return nil }
    return try encodedLoosely(try json.respelled())
}

private func encodedLoosely(_ json: AnyJSON) throws -> Data {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try encoder.encode(json)
}

extension String {
    /// `experimentId` as `experiment_id`.
    fileprivate var inSnakeCase: String {
        unicodeScalars.reduce(into: "") { text, scalar in
            if ("A"..."Z").contains(scalar) {
                text += "_" + String(scalar).lowercased()
            } else {
                text.unicodeScalars.append(scalar)
            }
        }
    }
}

extension Data {
    /// Whether a field's name holds a capital letter; one pass over the bytes, before any is decoded.
    fileprivate var holdsCamelCaseName: Bool {
        withUnsafeBytes { bytes in
            var place = 0
            while place < bytes.count {
                guard bytes[place] == UInt8(ascii: "\"") else {
                    place += 1
                    continue
                }
                place += 1
                var hasCapital = false
                while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
                    if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[place]) { hasCapital = true }
                    place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
                }
                place += 1
                guard hasCapital else { continue }
                while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
                if place < bytes.count, bytes[place] == UInt8(ascii: ":") { return true }
            }
            return false
        }
    }
}
