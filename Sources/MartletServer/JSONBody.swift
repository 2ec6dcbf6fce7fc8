package import Foundation
package import Hummingbird
package import MartletDomain
import NIOCore

/// How large a body may be, in bytes.
package enum BodyLimit {
    /// A JSON request: MLflow's own client keeps a batch below this.
    package static let json = 1 << 20
    /// A file to import.
    package static let upload: Int64 = 16 << 30
}

extension Request {
    /// Reads the body as one JSON object.
    ///
    /// - Throws: ``BodyError`` when it is too large or not JSON, ``InvalidRequest`` when a field has the wrong type.
    package func decode<Body: Decodable>(_ type: Body.Type, limit: Int = BodyLimit.json) async throws -> Body {
        try decodeJSON(Body.self, from: (try await jsonBytes(limit: limit)).orEmptyObject)
    }

    /// A page of another site can post forms, plain text and what says nothing of itself without asking first, but not JSON.
    /// - Throws: ``InvalidRequest``.
    func requireJSONTypeOrNoBody() throws {
        let type = headers[.contentType] ?? ""
        let isEmpty = (headers[.contentLength] ?? "0") == "0" && headers[.transferEncoding] == nil
        guard !isJSON(type), !type.isEmpty || !isEmpty else { return }
        throw InvalidRequest(
            "A request of Martlet's own API is JSON and says so, and this one came as '\(type.prefix(100))'. Send it with the "
                + "header Content-Type: application/json.")
    }

    /// The body as it came.
    /// - Throws: ``BodyError/tooLarge(limit:)``.
    func jsonBytes(limit: Int) async throws -> ByteBuffer {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit {
            throw BodyError.tooLarge(limit: limit)
        }
        do {
            return try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw BodyError.tooLarge(limit: limit)
        }
    }
}

extension ByteBuffer {
    /// The bytes; an empty JSON object when there are none.
    var orEmptyObject: Data { readableBytes == 0 ? Data("{}".utf8) : Data(readableBytesView) }
}

/// Decodes JSON in which NaN and the infinities come as MLflow's clients spell them: as strings, or bare.
/// - Throws: `DecodingError`, or ``BodyError`` for what is no text.
func decodeLooseJSON<Body: Decodable>(_ type: Body.Type, from data: Data) throws -> Body {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    // Foundation's reader takes it for granted that bytes are text.
    guard String(validating: data, as: UTF8.self) != nil else { throw BodyError.malformed("it is not UTF-8") }
    return try decoder.decode(Body.self, from: data.quotingBareNumberWords)
}

/// As ``decodeLooseJSON(_:from:)``, with refusals that a client can be told.
package func decodeJSON<Body: Decodable>(_ type: Body.Type, from data: Data) throws -> Body {
    do {
        return try decodeLooseJSON(Body.self, from: data)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
        throw InvalidRequest("Invalid value for '\(context.path)': \(context.debugDescription)")
    } catch DecodingError.keyNotFound(let key, let context) {
        let path = (context.codingPath + [key]).map(\.stringValue).joined(separator: ".")
        throw InvalidRequest("Missing value for required parameter '\(path)'.")
    } catch DecodingError.dataCorrupted(let context) {
        if context.codingPath.isEmpty { throw BodyError.malformed(context.debugDescription) }
        throw InvalidRequest("Invalid value for '\(context.path)': \(context.debugDescription)")
    }
}

extension Data {
    /// With quotes around NaN, Infinity and -Infinity where they stand bare, as Python's encoder writes them.
    fileprivate var quotingBareNumberWords: Data {
        let words = ["NaN", "-Infinity", "Infinity"].map { Data($0.utf8) }
        guard range(of: words[0]) != nil || range(of: words[2]) != nil else { return self }
        var quoted = Data(capacity: count + 64)
        var (place, isInString) = (startIndex, false)
        while place < endIndex {
            let byte = self[place]
            if isInString, byte == UInt8(ascii: "\\"), place + 1 < endIndex {
                quoted.append(self[place...(place + 1)])
                place += 2
                continue
            }
            if byte == UInt8(ascii: "\"") { isInString.toggle() }
            if !isInString, let word = words.first(where: { self[place...].starts(with: $0) }) {
                quoted.append(UInt8(ascii: "\""))
                quoted.append(word)
                quoted.append(UInt8(ascii: "\""))
                place += word.count
            } else {
                quoted.append(byte)
                place += 1
            }
        }
        return quoted
    }
}

extension DecodingError.Context {
    fileprivate var path: String {
        codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
}

package enum BodyError: MartletError, Equatable {
    case tooLarge(limit: Int)
    case malformed(String)

    /// What is wrong with the body.
    var reason: String {
        switch self {
        case .tooLarge(let limit): "it is larger than \(limit) bytes"
        case .malformed(let reason): reason
        }
    }

    package var code: ErrorCode {
        switch self {
        case .tooLarge: .requestLimitExceeded
        case .malformed: .malformedRequest
        }
    }

    package var message: String {
        switch self {
        case .tooLarge(let limit):
            "The request body is larger than \(limit) bytes, so none of it was used. Send it in smaller batches, or files as artifacts."
        case .malformed(let reason): "The request body is not JSON: \(reason)"
        }
    }
}

/// A JSON answer. Absent optionals are left out; NaN and the infinities are spelled as MLflow spells them.
package func jsonResponse(_ body: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
    jsonResponse(bytes: try encodeJSON(body), status: status)
}

func jsonResponse(bytes: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
    Response(
        status: status, headers: [.contentType: "application/json", .contentLength: "\(bytes.readableBytes)"],
        body: ResponseBody(byteBuffer: bytes))
}

/// The JSON of an answer, as ``jsonResponse(_:status:)`` has it.
func encodeJSON(_ body: some Encodable) throws -> ByteBuffer {
    if let writable = body as? any JSONWritable {
        var writer = JSONWriter()
        writable.write(to: &writer)
        return ByteBuffer(bytes: writer.bytes)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return ByteBuffer(bytes: try encoder.encode(body))
}
