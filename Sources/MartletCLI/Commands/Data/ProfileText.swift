import Foundation
import MartletDomain
import TerminalText

/// A profile as lines of text: a line a column, and a block each when there are few of them.
struct ProfileText {
    let profile: DatasetProfile
    let isLong: Bool
    private let isPlain = !TerminalScreen.isTerminal

    init(_ profile: DatasetProfile, isLong: Bool) { (self.profile, self.isLong) = (profile, isLong) }

    var lines: [String] {
        let written = profile.written.map {
            "; written by \(harmless($0.writtenBy)) at \(formatted(milliseconds: $0.writtenAt))"
        }
        let head =
            "\(profile.table): \(profile.rows) \(profile.rows == 1 ? "row" : "rows"), \(profile.fileCount) "
            + "\(profile.fileCount == 1 ? "file" : "files"), \(shortSize(profile.sizeInBytes))\(written ?? "")"
        let table = TextTable(
            [
                .init("COLUMN"), .init("TYPE", .whole), .init("NULLS", .number), .init("DISTINCT", .number),
                .init("DISTRIBUTION", .whole), .init("LEAST"), .init("MEDIAN"), .init("GREATEST"),
                .init("MEAN", .number),
            ], profile.columns.map(row))
        var lines = [head, ""] + table.lines(fitting: TerminalScreen.width)
        if isLong { for column in profile.columns { lines += [""] + block(column) } }
        if profile.columns.contains(where: { !$0.distinctIsExact }) {
            lines += ["", "~ is an estimate, mostly within 3 %."]
        }
        if !profile.quantilesAreExact { lines.append("Quantiles are estimates, best at the ends.") }
        return lines
    }

    private func row(_ column: ColumnProfile) -> [String] {
        func short(_ value: ProfileValue?) -> String { cut(harmless(value?.description ?? ""), to: 24) }
        let drawing =
            column.histogram.map { sparkline($0.counts, isPlain: isPlain) }
            ?? sparkline(column.topValues.map(\.count), isPlain: isPlain)
        return [
            column.name, column.type.description, "\(column.nulls)",
            (column.distinctIsExact ? "" : "~") + "\(column.distinct)", drawing, short(column.least),
            short(column.quantile(0.5)), short(column.greatest), column.mean.map(shortNumber) ?? "",
        ]
    }

    private func block(_ column: ColumnProfile) -> [String] {
        var lines = ["\(harmless(column.name)) (\(column.type))"]
        lines += bars(column)
        if !column.quantiles.isEmpty {
            let list = column.quantiles.map { "\(shortNumber($0.share * 100)) %: \($0.value)" }
            lines.append("  quantiles  " + list.joined(separator: "  "))
        }
        if let mean = column.mean {
            let deviation = column.standardDeviation.map { ", standard deviation \(shortNumber($0))" } ?? ""
            lines.append("  mean \(shortNumber(mean))\(deviation)")
        }
        if let lengths = column.lengths {
            let unit = column.type == .binary ? "bytes" : "characters"
            lines.append(
                "  from \(lengths.least) to \(lengths.greatest) \(unit), \(shortNumber(lengths.mean)) on average")
        }
        if column.notANumber + column.infinite > 0 {
            lines.append("  \(column.notANumber) NaN, \(column.infinite) infinite")
        }
        return lines
    }

    private func bars(_ column: ColumnProfile) -> [String] {
        var rows: [(label: String, count: Int64)] = column.topValues.map { (cut(harmless($0.value), to: 28), $0.count) }
        if let histogram = column.histogram {
            func place(_ edge: Double) -> String { ProfileValue(edge, of: column.type).description }
            let edges = histogram.edges
            rows = histogram.counts.enumerated().map { (column.words(ofBin: $0), $1) }
            if histogram.below > 0, let first = edges.first {
                rows.insert(("below \(place(first))", histogram.below), at: 0)
            }
            if histogram.above > 0, let last = edges.last { rows.append(("above \(place(last))", histogram.above)) }
        }
        let highest = rows.map(\.count).max() ?? 0
        let width = rows.map { displayWidth($0.label) }.max() ?? 0
        let digits = rows.map { "\($0.count)".count }.max() ?? 0
        let room = max(10, min(50, (TerminalScreen.width ?? 80) - width - digits - 6))
        return rows.map { row in
            let label = row.label + String(repeating: " ", count: width - displayWidth(row.label))
            let count = String(repeating: " ", count: digits - "\(row.count)".count) + "\(row.count)"
            let line = "  \(label)  \(count)  \(bar(row.count, of: highest, width: room, isPlain: isPlain))"
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }
}
