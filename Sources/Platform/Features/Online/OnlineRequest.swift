package import FeatureEngine
package import MartletDomain
import QueryEngine

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A question to served features: which, for which rows, as of when.
package struct OnlineRequest: Sendable {
    /// `view` for all features of a view, or `view:feature`.
    package var features: [String]
    /// Of the rows that are asked for: keys, and what features are computed from.
    package var columns: [PushedFrame.Column]
    /// Microseconds since 1970; nil for now.
    package var time: Int64?

    /// Rows of one request at most.
    package static let mostRows = 10_000
    /// Names in one request at most.
    package static let mostFeatures = 1_000

    package init(features: [String], columns: [PushedFrame.Column], time: Int64? = nil) {
        (self.features, self.columns, self.time) = (features, columns, time)
    }

    package var rowCount: Int { columns.first?.cells.count ?? 0 }
}

/// What one feature is for one row.
package struct ServedValue: Sendable {
    package var value: CellValue
    package var status: ServedStatus
    /// When the newest row was that the value comes from, microseconds since 1970; nil for none.
    package var eventTime: Int64?
}

/// One feature for all rows of a request, in their order.
package struct ServedColumn: Sendable {
    package var view: String
    package var feature: String
    /// The view's plan by the beginning of its hash.
    package var version: String
    /// Digits after the point of a decimal.
    package var scale: Int
    package var values: [ServedValue]
    /// Why values were refused, by row.
    package var reasons: [Int: String]
}

/// What a request names, found: views with those of their features that are asked for.
package struct OnlineSelection: Sendable {
    struct Part: Sendable {
        var served: ServedFeatures
        /// Places in the view's features that are not hidden.
        var features: [Int]
    }

    var parts: [Part]
}

extension OnlineStore {
    /// Finds what a request names, without waiting; nil when something of it has to be loaded first.
    package func selection(_ names: [String]) throws -> OnlineSelection? {
        var parts: [OnlineSelection.Part] = []
        for name in names {
            let (view, feature) = Self.split(name)
            guard let served = states.ready(view) else { return nil }
            try Self.add(feature, of: served, to: &parts)
        }
        return OnlineSelection(parts: parts)
    }

    /// As ``selection(_:)``, loading what is not in memory.
    package func loadedSelection(_ names: [String]) async throws -> OnlineSelection {
        guard !names.isEmpty, names.count <= OnlineRequest.mostFeatures else {
            throw InvalidRequest("A request names 1 to \(OnlineRequest.mostFeatures) views or features.")
        }
        var parts: [OnlineSelection.Part] = []
        for name in names {
            let (view, feature) = Self.split(name)
            try Self.add(feature, of: try await served(view), to: &parts)
        }
        return OnlineSelection(parts: parts)
    }

    /// `view`, `view:feature`.
    private static func split(_ name: String) -> (view: String, feature: Substring?) {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (name, nil) }
        return (String(name[..<colon]), name[name.index(after: colon)...])
    }

    private static func add(
        _ feature: Substring?, of served: ServedFeatures, to parts: inout [OnlineSelection.Part]
    ) throws {
        let place = parts.firstIndex { $0.served === served }
        var part = place.map { parts[$0] } ?? OnlineSelection.Part(served: served, features: [])
        if let feature {
            guard let index = served.outputs.firstIndex(where: { $0.name == feature }) else {
                throw FeatureError.issues([
                    .init(
                        .unknownFeature,
                        "\(served.record.name) has no feature '\(feature)', but "
                            + served.outputs.map(\.name).joined(separator: ", "))
                ])
            }
            if !part.features.contains(index) { part.features.append(index) }
        } else {
            for index in served.outputs.indices where !part.features.contains(index) { part.features.append(index) }
        }
        if let place { parts[place] = part } else { parts.append(part) }
    }

    /// Answers for every row, in order. Reads memory alone, and waits for nothing.
    ///
    /// - Throws: ``FeatureError/issues(_:)`` with every problem of the request.
    package func answer(_ request: OnlineRequest, _ selection: OnlineSelection) throws -> [ServedColumn] {
        let now = Self.now()
        let time = request.time ?? now
        guard time <= now else {
            throw InvalidRequest("A request is as of now or earlier: what will be is not known.")
        }
        let rows = request.rowCount
        guard rows <= OnlineRequest.mostRows else {
            throw InvalidRequest("A request asks for \(OnlineRequest.mostRows) rows at most, not \(rows).")
        }
        if let odd = request.columns.first(where: { $0.cells.count != rows }) {
            throw FeatureError.issues([
                .init(.invalidDeclaration, "'\(odd.name)' has \(odd.cells.count) values, the first column \(rows)")
            ])
        }
        var columns: [ServedColumn] = []
        for part in selection.parts {
            let served = part.served
            // While a push is on its way nobody can say which of the two came first.
            let isKept =
                request.time == nil && !self.answers.isOff
                && !states.isPushing(to: served.record.source, by: time)
            let answers = try served.answer(request, at: time, part.features)
            let refusals = Dictionary(grouping: answers.refusals, by: \.feature)
            for index in part.features {
                let output = served.outputs[index]
                let reasons = Dictionary(
                    (refusals[output.place] ?? []).map { ($0.row, $0.issue.message) }
                ) { first, _ in first }
                let values = (0..<rows).map { row in
                    ServedValue(
                        value: answers.values[output.place][row],
                        status: answers.statuses[output.place][row].served,
                        eventTime: answers.eventTimes[output.place][row])
                }
                columns.append(
                    ServedColumn(
                        view: served.record.name, feature: output.name, version: served.version, scale: output.scale,
                        values: values, reasons: reasons))
            }
            if isKept { note(answers, request, served, at: time) }
        }
        return columns
    }

    /// Keeps the answers of some keys to be computed again.
    private func note(
        _ answers: OnlineAnswers, _ request: OnlineRequest, _ served: ServedFeatures, at time: Int64
    ) {
        let columns = served.plan.request.compactMap { wanted in
            request.columns.first { $0.name == wanted.name }
        }
        guard columns.count == served.plan.request.count else { return }
        for row in 0..<request.rowCount {
            let keys = columns.map { $0.cells[row] }
            guard self.answers.takes(keys.prefix(served.plan.keyCount)) else { continue }
            self.answers.append(
                .init(
                    view: served.record.name, planHash: served.record.planHash, keys: keys, time: time,
                    values: served.outputs.map { output in
                        let isRefused = answers.statuses[output.place][row] == .refused
                        return (
                            output.name, answers.values[output.place][row].featureCell(scale: output.scale), isRefused
                        )
                    },
                    tableVersion: served.tableVersion ?? -1, pushedThrough: served.through(.both)))
        }
    }

    /// Microseconds since 1970 UTC.
    package static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
    }
}
