import Foundation
package import MartletDomain
import Metadata

extension Tracking {
    /// A page is held in memory; whoever wants more at once streams it (``measurements(run:key:behind:most:)``).
    private static let longestHistoryPage = 100_000

    /// Measurements of one metric, by time, then step, then value; none for a run that does not exist.
    ///
    /// - Parameters:
    ///   - size: How many to a page: at most, and when nil, ``longestHistoryPage``.
    ///   - token: Where an earlier page ended.
    package func metricHistory(
        run id: String, key: String, size: Int? = nil, token: String? = nil
    ) async throws -> Page<Metric> {
        if let size, size <= 0 {
            throw InvalidRequest(
                "Invalid value \(size) for parameter 'max_results' supplied. It must be a positive integer.")
        }
        let size = min(size ?? Self.longestHistoryPage, Self.longestHistoryPage)
        let metrics = try await measurements(
            run: id, key: key, behind: try HistoryPlace(token: token)?.metric(key), most: size + 1)
        var page = Page(metrics, size: size, offset: 0)
        page.nextToken = metrics.count > size ? page.elements.last.flatMap { HistoryPlace($0).token } : nil
        return page
    }

    /// Some measurements of one metric in the order of its history: those behind `last`, or the first.
    package func measurements(
        run id: String, key: String, behind last: Metric? = nil, most: Int
    ) async throws -> [Metric] {
        try await store.read { db in
            var query = SearchSQL(
                sql: "SELECT timestamp, step, value, is_nan FROM metric_history "
                    + "WHERE run = (SELECT number FROM runs WHERE run_id = ?) AND metric = ? ",
                arguments: [.text(id), .integer(try db.number(of: key, in: .metric))])
            if let last {
                query =
                    query
                    + SearchSQL(
                        sql: "AND (timestamp, step, value, is_nan) > (?, ?, ?, ?) ",
                        arguments: [
                            .integer(last.timestamp), .integer(last.step), .real(last.storedValue),
                            SQLValue(last.isNaN),
                        ])
            }
            var metrics: [Metric] = []
            try db.forEach(
                query.sql + "ORDER BY timestamp, step, value, is_nan LIMIT ?", query.arguments + [SQLValue(most)]
            ) { metrics.append(try $0.metric(key)) }
            return metrics
        }
    }
}

/// Where a page of a metric's history ended.
private struct HistoryPlace: Codable {
    var timestamp: Int64
    var step: Int64
    /// The bits of the value, because its digits may round.
    var value: UInt64

    init(_ metric: Metric) {
        (timestamp, step, value) = (metric.timestamp, metric.step, metric.value.bitPattern)
    }

    init?(token: String?) throws(InvalidRequest) {
        guard let token, !token.isEmpty else { return nil }
        guard let data = Data(base64Encoded: token) else {
            throw InvalidRequest("Invalid page token, could not base64-decode")
        }
        guard let place = try? JSONDecoder().decode(Self.self, from: data) else {
            throw InvalidRequest(
                "Invalid page token, decoded value=\(String(decoding: data.prefix(200), as: UTF8.self))")
        }
        self = place
    }

    func metric(_ key: String) -> Metric {
        Metric(key, Double(bitPattern: value), timestamp: timestamp, step: step)
    }

    var token: String? { try? JSONEncoder().encode(self).base64EncodedString() }
}
