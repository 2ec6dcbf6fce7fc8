import MartletDomain
import QueryEngine

/// What is asked of one column, in SQL, and what the answer says.
///
/// Within a statement `x` and the column's number stand for its values, `f` and the number for their places on an axis:
/// finite numbers, days or microseconds since 1970.
struct ProfiledColumn {
    enum Kind { case number, moment, text, truth, bytes }

    let field: TableSchema.Field

    init(_ field: TableSchema.Field) { self.field = field }

    var kind: Kind {
        switch field.type {
        case .byte, .short, .integer, .long, .float, .double, .decimal: .number
        case .date, .timestamp: .moment
        case .string: .text
        case .boolean: .truth
        case .binary: .bytes
        }
    }

    var isFloating: Bool { field.type == .float || field.type == .double }

    var isWhole: Bool {
        switch field.type {
        case .byte, .short, .integer, .long, .date: true
        case .decimal(_, let scale): scale == 0
        default: false
        }
    }

    var hasLevels: Bool { kind == .text || kind == .truth }

    private static let (lowest, highest) = (0.001, 0.999)
    /// A sum of doubles times this is finite however many and large they are; exact, being a power of two.
    private static let scale = "5.421010862427522e-20::DOUBLE"
    static let inverseScale = 18_446_744_073_709_551_616.0

    /// The values' places on an axis, null for those that have none; nil for a column that has no axis.
    static func place(_ name: String, _ type: DataType) -> String? {
        switch type {
        case .float, .double: "CASE WHEN isfinite(\(name)) THEN CAST(\(name) AS DOUBLE) END"
        case .byte, .short, .integer, .long, .decimal: "CAST(\(name) AS DOUBLE)"
        case .date: "CASE WHEN isfinite(\(name)) THEN CAST(\(name) - DATE '1970-01-01' AS BIGINT) END"
        case .timestamp: "CASE WHEN isfinite(\(name)) THEN epoch_us(\(name)) END"
        case .boolean, .string, .binary: nil
        }
    }

    func projection(_ i: String) -> [String] {
        let name = quotedIdentifier(field.name)
        return ["\(name) AS x\(i)"] + (Self.place(name, field.type).map { ["\($0) AS f\(i)"] } ?? [])
    }

    /// The first look.
    func moments(_ i: String, countsDistinct: Bool, exactQuantiles: Bool) -> [String] {
        var asked = ["count(x\(i)) AS n\(i)"]
        asked.append(countsDistinct ? "count(DISTINCT x\(i)) AS d\(i)" : "approx_count_distinct(x\(i)) AS d\(i)")
        if kind == .number || kind == .moment {
            let shares = ([Self.lowest] + ProfileQuantile.shares + [Self.highest]).map { "\($0)" }
            let function = exactQuantiles ? kind == .number ? "quantile_cont" : "quantile_disc" : "approx_quantile"
            let end = field.type == .timestamp ? "f\(i)" : "x\(i)"
            asked += [
                "CAST(min(\(end)) FILTER (WHERE f\(i) IS NOT NULL) AS VARCHAR) AS least\(i)",
                "CAST(max(\(end)) FILTER (WHERE f\(i) IS NOT NULL) AS VARCHAR) AS greatest\(i)",
                "CAST(min(f\(i)) AS DOUBLE) AS low\(i)", "CAST(max(f\(i)) AS DOUBLE) AS high\(i)",
                "CAST(\(function)(f\(i), [\(shares.joined(separator: ", "))]) AS VARCHAR) AS q\(i)",
                "count(f\(i)) AS f\(i)",
            ]
        }
        switch kind {
        case .number:
            asked.append("favg(f\(i) * \(Self.scale)) AS mean\(i)")
            if isFloating { asked.append("CAST(count_if(isnan(x\(i))) AS BIGINT) AS nan\(i)") }
        case .text:
            asked += ["\(shortText("min(x\(i))")) AS least\(i)", "\(shortText("max(x\(i))")) AS greatest\(i)"]
            asked += lengths(i, "length")
        case .bytes: asked += lengths(i, "octet_length")
        case .moment, .truth: break
        }
        return asked
    }

    private func lengths(_ i: String, _ function: String) -> [String] {
        [
            "CAST(min(\(function)(x\(i))) AS BIGINT) AS short\(i)", "avg(\(function)(x\(i))) AS length\(i)",
            "CAST(max(\(function)(x\(i))) AS BIGINT) AS long\(i)",
        ]
    }

    func profile(_ found: RecordBatch, _ i: String, rows: Int64, isCounted: Bool) -> ColumnProfile {
        let count = found.whole("n\(i)") ?? 0
        var profile = ColumnProfile(
            field.name, field.type, nulls: rows - count, distinct: found.whole("d\(i)") ?? 0,
            distinctIsExact: isCounted)
        (profile.least, profile.greatest) = (end(found.text("least\(i)")), end(found.text("greatest\(i)")))
        if isFloating {
            profile.notANumber = found.whole("nan\(i)") ?? 0
            profile.infinite = count - profile.notANumber - (found.whole("f\(i)") ?? 0)
        }
        if let mean = found.number("mean\(i)"), let low = found.number("low\(i)"), let high = found.number("high\(i)") {
            profile.mean = min(max(mean * Self.inverseScale, low), high)
        }
        let quantiles = found.numbers("q\(i)").dropFirst().dropLast()
        profile.quantiles = zip(ProfileQuantile.shares, quantiles.sorted()).map {
            ProfileQuantile($0, ProfileValue($1, of: field.type))
        }
        if let least = found.whole("short\(i)"), let mean = found.number("length\(i)"),
            let greatest = found.whole("long\(i)")
        {
            profile.lengths = ProfileLengths(least: least, mean: mean, greatest: greatest)
        }
        return profile
    }

    private func end(_ text: String?) -> ProfileValue? {
        guard let text else { return nil }
        switch field.type {
        case .byte, .short, .integer, .long: return Int64(text).map { .whole($0) }
        case .float, .double: return Double(text).map { ProfileValue($0) }
        case .timestamp: return Int64(text).map { .text(Instant(microseconds: $0).description) }
        default: return .text(text)
        }
    }

    /// The second look, now that the first is known.
    func spread(_ profile: ColumnProfile, _ found: RecordBatch, _ i: String, rows: Int64) -> ProfileSpread {
        var spread = ProfileSpread()
        if !profile.distinctIsExact, profile.distinct > 0 {
            spread.countDistinct(i, isFew: profile.distinct < 100_000)
        }
        guard let least = found.number("low\(i)"), let greatest = found.number("high\(i)") else { return spread }
        let ends = found.numbers("q\(i)")
        let isMany = (found.whole("f\(i)") ?? 0) > 1_000
        let low = isMany ? max(least, ends.min() ?? least) : least
        let high = isMany ? min(greatest, ends.max() ?? greatest) : greatest
        spread.count(i, in: ProfileHistogram.edges(from: low, to: high, areWhole: isWhole))
        if let mean = profile.mean { spread.measure(i, around: mean, from: least, to: greatest) }
        return spread
    }
}
