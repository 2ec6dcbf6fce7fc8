import Foundation

/// Where the next page of a search for logged models begins, and of which search: another search does not take it.
public struct LoggedModelPageToken: Codable, Sendable, Hashable {
    public var experimentIDs: [String]
    public var filter: String
    /// Field, direction and dataset of each order, in their order.
    public var orders: [String]
    /// The number of models before the page.
    public var offset: Int

    public init(experimentIDs: [String], filter: String, orders: [SearchOrder], offset: Int = 0) {
        (self.experimentIDs, self.filter, self.offset) = (experimentIDs, filter, offset)
        self.orders = orders.map {
            "\($0.entity).\($0.key) \($0.isAscending) \($0.datasetName ?? "") \($0.datasetDigest ?? "")"
        }
    }

    /// The token's text, opaque to clients.
    public func text() throws -> String { try JSONEncoder().encode(self).base64EncodedString() }

    /// The page that `text` asks for in this search; the first page without a text.
    /// - Throws: ``InvalidRequest`` when the text is none of ours, or is of another search.
    public func place(of text: String?) throws(InvalidRequest) -> Int {
        guard let text, !text.isEmpty else { return 0 }
        guard let data = Data(base64Encoded: text), let token = try? JSONDecoder().decode(Self.self, from: data),
            (0...(1 << 53)).contains(token.offset)
        else { throw InvalidRequest("Invalid page token: \(text.prefix(200))") }
        guard token.experimentIDs == experimentIDs else {
            throw InvalidRequest("Experiment IDs in the page token do not match the requested experiment IDs.")
        }
        guard token.filter == filter else {
            throw InvalidRequest("Filter string in the page token does not match the requested filter string.")
        }
        guard token.orders == orders else {
            throw InvalidRequest("Order by in the page token does not match the requested order by.")
        }
        return token.offset
    }
}
