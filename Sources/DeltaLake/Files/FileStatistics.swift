import Foundation
import MartletDomain
import QueryEngine

/// What a commit says about the rows of a data file, so that readers can skip it.
///
/// Some readers lose rows when a bound is missing or not exact, so a file has bounds for every column that has
/// values, or
/// none at all: one NaN, one binary column with values, one decimal that a double does not hold exactly, one date that
/// ISO 8601 does not spell in four digits takes the bounds of the whole file away.
struct FileStatistics {
    var rowCount: Int64
    /// Nulls of each column, in the order of the schema.
    var nullCounts: [(name: String, nulls: Int64)]
    private var bounds: [(name: String, lower: JSONText, upper: JSONText)]?

    /// Reads the file's footer, and of its rows only the columns whose bounds the footer does not tell exactly.
    init(of path: String, _ schema: TableSchema, _ session: any QuerySession) throws {
        let footer = try FooterStatistics(of: path, schema, session)
        var row = footer.row
        let untold = schema.fields.indices.filter { !footer.told.contains($0) }
        if !untold.isEmpty {
            var terms: [String] = []
            for index in untold { terms += Self.terms(index, schema.fields[index]) }
            let sql = "SELECT \(terms.joined(separator: ", ")) FROM read_parquet(\(quotedFile(path)))"
            try session.query(sql, []) { batch in if batch.rowCount > 0 { row += batch.columns } }
        }
        let columns = Dictionary(row.map { ($0.name, $0) }) { first, _ in first }
        func long(_ name: String) -> Int64 {
            if case .long(let values)? = columns[name]?.values { return values.first ?? 0 }
            return 0
        }
        rowCount = long("rows")
        nullCounts = []
        var bounds: [(String, JSONText, JSONText)]? = []
        for (index, field) in schema.fields.enumerated() {
            let present = long("count\(index)")
            nullCounts.append((field.name, rowCount - present))
            guard present > 0 else { continue }
            if case .boolean([true])? = columns["nan\(index)"]?.values { bounds = nil }
            if let lower = columns["min\(index)"].flatMap({ Self.bound($0, upper: false) }),
                let upper = columns["max\(index)"].flatMap({ Self.bound($0, upper: true) })
            {
                bounds?.append((field.name, lower, upper))
            } else {
                bounds = nil
            }
        }
        self.bounds = bounds
    }

    /// What is asked of a column's values.
    private static func terms(_ index: Int, _ field: TableSchema.Field) -> [String] {
        let name = quotedIdentifier(field.name)
        var terms = ["count(\(name)) AS count\(index)"]
        switch field.type {
        case .binary: break
        case .string:
            // One more than is kept, to know whether it was cut.
            terms.append("left(min(\(name)), \(textLimit + 1)) AS min\(index)")
            terms.append("left(max(\(name)), \(textLimit + 1)) AS max\(index)")
        case .float, .double:
            terms.append("coalesce(bool_or(isnan(\(name))), false) AS nan\(index)")
            fallthrough
        default:
            terms.append("min(\(name)) AS min\(index)")
            terms.append("max(\(name)) AS max\(index)")
        }
        return terms
    }

    /// The statistics as the log keeps them: JSON in a string.
    var text: String {
        var members: [(String, JSONText)] = [("numRecords", .integer(rowCount))]
        if let bounds {
            members.append(("minValues", .object(bounds.map { ($0.name, $0.lower) })))
            members.append(("maxValues", .object(bounds.map { ($0.name, $0.upper) })))
        }
        members.append(("nullCount", .object(nullCounts.map { ($0.name, .integer($0.nulls)) })))
        return JSONText.object(members).text
    }

    static let textLimit = 32

    /// The one value of `column` as a bound that no row exceeds; nil when it cannot be written so.
    private static func bound(_ column: Column, upper: Bool) -> JSONText? {
        guard column.count == 1, !column.isNull(at: 0) else { return nil }
        switch column.values {
        case .boolean(let values): return .boolean(values[0])
        case .byte(let values): return .integer(Int64(values[0]))
        case .short(let values): return .integer(Int64(values[0]))
        case .integer(let values): return .integer(Int64(values[0]))
        case .long(let values): return .integer(values[0])
        case .float(let values): return number(Double(values[0]), upper)
        case .double(let values): return number(values[0], upper)
        case .decimal(let values, _, let scale): return decimal(values[0], scale)
        case .string(let values): return text(values[0], upper)
        case .binary: return nil
        case .date(let values): return ISOTime.date(Int64(values[0])).map { .string($0) }
        case .timestamp(let values): return ISOTime.timestamp(values[0], roundingUp: upper).map { .string($0) }
        }
    }

    private static func number(_ value: Double, _ upper: Bool) -> JSONText? {
        guard value.isFinite else { return nil }
        // Zeros of both signs are equal, but not to every reader: the bounds take in both.
        return .double(value == 0 ? (upper ? 0.0 : -0.0) : value)
    }

    /// A decimal as a number of JSON, which readers take for a double: only when the double is exactly it.
    private static func decimal(_ unscaled: Int128, _ scale: Int) -> JSONText? {
        var digits = String(unscaled.magnitude)
        digits = String(repeating: "0", count: max(0, scale + 1 - digits.count)) + digits
        let plain = scale > 0 ? "\(digits.dropLast(scale)).\(digits.suffix(scale))" : digits
        guard let value = Double(plain), case let text = value.description, !text.contains("e"),
            significant(text) == significant(plain)
        else { return nil }
        return .double(unscaled < 0 ? -value : value)
    }

    /// A number without the zeros that mean nothing, all of it with a point.
    private static func significant(_ text: String) -> Substring {
        var number = Substring(text)
        while number.contains("."), number.last == "0" { number.removeLast() }
        if number.last == "." { number.removeLast() }
        return number
    }

    /// The first characters of a text; an upper bound that was cut gets the last character of all behind it.
    private static func text(_ value: String, _ upper: Bool) -> JSONText? {
        let scalars = value.unicodeScalars
        guard scalars.count > textLimit else { return .string(value) }
        let kept = String(String.UnicodeScalarView(scalars.prefix(textLimit)))
        guard upper else { return .string(kept) }
        guard scalars.dropFirst(textLimit).first != "\u{10FFFF}" else { return nil }
        return .string(kept + "\u{10FFFF}")
    }
}
