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
        try decodeJSON(Body.self, from: try await jsonBytes(limit: limit))
    }

    /// The body, or an empty object when there is none.
    /// - Throws: ``BodyError/tooLarge(limit:)``.
    func jsonBytes(limit: Int) async throws -> Data {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit {
            throw BodyError.tooLarge(limit: limit)
        }
        let buffer: ByteBuffer
        do {
            buffer = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw BodyError.tooLarge(limit: limit)
        }
        return buffer.readableBytes == 0 ? Data("{}".utf8) : Data(buffer.readableBytesView)
    }
}

/// Decodes JSON in which NaN and the infinities come as MLflow's clients spell them: as strings, or bare.
/// - Throws: `DecodingError`.
func decodeLooseJSON<Body: Decodable>(_ type: Body.Type, from data: Data) throws -> Body {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
        return try decoder.decode(Body.self, from: data)
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty && data.holdsBareNumberWords {
        // JSON5 is slower and looser, so only what JSON refuses is read by it.
        decoder.allowsJSON5 = true
        return try decoder.decode(Body.self, from: data)
    }
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
    fileprivate var holdsBareNumberWords: Bool {
        range(of: Data("NaN".utf8)) != nil || range(of: Data("Infinity".utf8)) != nil
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
        positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    let data = try encoder.encode(body)
    return Response(
        status: status, headers: [.contentType: "application/json", .contentLength: "\(data.count)"],
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
}
