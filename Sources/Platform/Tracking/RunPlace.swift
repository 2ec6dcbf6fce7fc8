import Crypto
import Foundation
import MartletDomain
import Metadata

/// Where a page of runs ended: the values that its last run is ordered by.
struct RunPlace {
    var values: [SQLValue]

    private struct Content: Codable {
        /// The order that the values belong to.
        var order: String
        var values: [Value]
    }

    private enum Value: Codable {
        case integer(Int64)
        /// The bits of a number, because its digits may round.
        case real(UInt64)
        case text(String)
    }

    init(values: [SQLValue]) { self.values = values }

    /// - Returns: Nil for no token: the beginning.
    /// - Throws: ``InvalidRequest`` for a token that is none of ours, or of another order.
    init?(token: String?, orders: [SearchOrder]) throws(InvalidRequest) {
        guard let token, !token.isEmpty else { return nil }
        guard let data = Data(base64Encoded: token) else {
            throw InvalidRequest("Invalid page token, could not base64-decode")
        }
        guard let content = try? JSONDecoder().decode(Content.self, from: data) else {
            throw InvalidRequest(
                "Invalid page token, decoded value=\(String(decoding: data.prefix(200), as: UTF8.self))")
        }
        guard content.order == Self.digest(of: orders),
            content.values.count == RunOrder.termCount(of: orders)
        else { throw InvalidRequest("Invalid page token: it belongs to a search with another order_by") }
        // Where a metric comes first, its place begins with its rank: measured, NaN, never logged.
        if orders.first?.entity == .metric {
            guard case .integer(0...2)? = content.values.first else { throw InvalidRequest("Invalid page token") }
        }
        values = content.values.map {
            switch $0 {
            case .integer(let integer): .integer(integer)
            case .real(let bits): .real(Double(bitPattern: bits))
            case .text(let text): .text(text)
            }
        }
    }

    func token(orders: [SearchOrder]) -> String? {
        let values = values.map { value -> Value in
            switch value {
            case .integer(let integer): .integer(integer)
            case .real(let real): .real(real.bitPattern)
            case .text(let text): .text(text)
            case .null, .blob: .integer(0)
            }
        }
        return try? JSONEncoder().encode(Content(order: Self.digest(of: orders), values: values)).base64EncodedString()
    }

    private static func digest(of orders: [SearchOrder]) -> String {
        let text = orders.map { "\($0.entity.rawValue) \($0.key.utf8.count) \($0.key) \($0.isAscending)" }
        return String(SHA256.hash(data: Data(text.joined(separator: "\n").utf8)).hexadecimal.prefix(16))
    }
}
