import Foundation

/// What a server answered.
struct Answer: Sendable {
    var status: Int
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func decoded<Body: Decodable>(_ type: Body.Type) throws -> Body {
        do {
            return try JSONDecoder().decode(Body.self, from: Data(body))
        } catch {
            throw WrongAnswer("not what was asked for (\(error)): \(text.prefix(300))")
        }
    }

    /// Throws unless it is a success.
    func expectSuccess() throws -> Self {
        guard status == 200 else { throw WrongAnswer("status \(status): \(text.prefix(300))") }
        return self
    }
}

/// An answer that says something else than it must: what was measured would be worthless.
struct WrongAnswer: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

enum ConnectionError: Error, CustomStringConvertible {
    case notOpened(Int32)
    /// The server ended the connection, or let us wait too long, after so many bytes of an answer.
    case closed(received: Int)
    case notHTTP(String)

    var description: String {
        switch self {
        case .notOpened(let number): "no connection: \(String(cString: strerror(number)))"
        case .closed(let received): "the connection ended after \(received) bytes of the answer"
        case .notHTTP(let line): "not an answer in HTTP/1.1: \(line)"
        }
    }
}
