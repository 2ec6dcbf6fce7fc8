import Foundation
import MartletDomain
import Platform
import QueryEngine
import Testing

/// Golden cases that feature views can say, through the whole computation: DuckDB reads the CSV, Swift computes. All cases
/// run through the command line in `Tests/Python/test_point_in_time.py`.
struct GoldenFeatureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Golden/point-in-time/golden/golden_public")
    static let names = [
        "agg_composite_a", "agg_empty_a", "agg_filter_a", "agg_functions_a", "agg_late_as_known_a",
        "agg_late_event_time_a", "agg_months_a", "agg_on_time_rate_skew_a", "agg_precision_a", "agg_window_edges_a",
        "agg_windows_many_a", "basic_a", "before_history_a", "composite_keys_a", "duplicate_base_rows_a",
        "empty_spine_a", "epoch_edges_a", "err_duplicate_static", "err_time_type", "exact_boundary_a",
        "fuzz_avail_lookback_a", "late_arriving_as_known_a", "late_arriving_event_time_a", "lookback_a",
        "lookback_zero_a", "missing_keys_a", "null_keys_a", "null_timestamps_a", "static_table_a",
        "ties_created_at_a", "unicode_strings_a", "unsorted_a", "whole_row_nulls_a",
    ]

    @Test(arguments: names) func `A golden case gives the expected table`(_ name: String) async throws {
        let folder = Self.folder.appending(path: name)
        let golden = try JSONDecoder().decode(
            GoldenCase.self, from: Data(contentsOf: folder.appending(path: "case.json")))
        let engine = try DuckDBEngine()
        let relation = { @Sendable (path: String, schema: [[String]]) in
            let columns = schema.map { "'\($0[0])': '\(GoldenCase.sqlType($0[1]))'" }.joined(separator: ", ")
            return "read_csv('\(folder.path)/\(path)', header = true, nullstr = '\\N', columns = {\(columns)})"
        }
        let sources = golden.tables.reduce(into: [String: String]()) {
            $0[$1.key] = relation("tables/\($1.key).csv", $1.value.schema)
        }
        let spine = try await engine.withSession { [golden] in
            try $0.collect("SELECT * FROM \(relation("spine.csv", golden.spine.schema))")
        }
        let computation = FeatureComputation(views: try golden.views)
        let compute = { (spine: RecordBatch) in
            try await computation.compute(spine: spine, time: golden.time, sources: sources, engine: engine)
        }
        guard golden.expected.error == nil, let columns = golden.expected.columns else {
            let refusal = await #expect(throws: FeatureError.self) { try await compute(spine) }
            #expect(refusal?.issues.map(\.code.rawValue) == golden.expected.error.map { [$0] })
            await engine.close()
            return
        }
        let expected = try await engine.withSession {
            try $0.collect("SELECT * FROM \(relation("expected.csv", columns))")
        }
        let found = try await compute(spine)
        #expect(found.rowCount == expected.rowCount)
        // Cases may leave out columns of the rows themselves, and views with defaults come in another order.
        let own = Set(spine.columns.map(\.name))
        #expect(
            found.columns.map(\.name).filter { !own.contains($0) }.sorted()
                == columns.map { $0[0] }.filter { !own.contains($0) }.sorted())
        for column in found.columns {
            guard let wanted = expected[column.name] else { continue }
            #expect(column.type == wanted.type, "\(column.name)")
            for row in 0..<found.rowCount {
                let (value, other) = (column.value(at: row), wanted.value(at: row))
                #expect(
                    GoldenCase.same(value, other, ulps: golden.kind == "aggregate" ? 4 : 0),
                    "\(column.name) of row \(row)")
            }
        }
        // Each row by itself, as a request would ask: the same bits.
        for row in stride(from: 0, to: spine.rowCount, by: max(1, spine.rowCount / 3)) {
            let alone = try await compute(spine.rows(row..<row + 1))
            for (one, all) in zip(alone.columns, found.columns) {
                let (value, other) = (one.value(at: 0), all.value(at: row))
                #expect(GoldenCase.same(value, other), "\(one.name) of row \(row) alone")
            }
        }
        await engine.close()
    }
}

struct GoldenCase: Decodable {
    struct Table: Decodable {
        var schema: [[String]]
        var timeseries_key: String?
        var tie_break: String?
        var availability: String?
        var primary_keys: [String]
    }
    struct Spine: Decodable { var schema: [[String]] }
    struct Lookup: Decodable {
        var table: String
        var lookup_key: [String]
        var timestamp_lookup_key: String?
        var features: [String]
        var lookback_us: Int64?
        var defaults: [String: Double]?
        var rename: [String: String]?
    }
    struct Window: Decodable {
        var type: String
        var duration_us: Int64?
        var months: Int?
        var lifetime: Bool?
    }
    struct Filter: Decodable {
        var column: String
        var op: String
        var value: DeclarationNode
    }
    struct Aggregate: Decodable {
        var name: String
        var source: String
        var lookup_key: [String]
        var entity: [String]
        var timestamp_lookup_key: String
        var ts: String
        var function: String
        var window: Window
        var input: String?
        var bounds: String?
        var filter: Filter?
    }
    struct Derived: Decodable {
        var name: String
        var ratio: [String]?
    }
    struct Expected: Decodable {
        var columns: [[String]]?
        var error: String?
    }

    var kind: String
    var spine: Spine
    var tables: [String: Table]
    var lookups: [Lookup]?
    var aggregates: [Aggregate]?
    var derived: [Derived]
    var expected: Expected

    /// The one time column that the case asks by; any timestamp where only static tables are asked.
    var time: String {
        aggregates?.first?.timestamp_lookup_key ?? lookups?.compactMap(\.timestamp_lookup_key).first
            ?? spine.schema.first { $0[1] == "timestamp" }?[0] ?? ""
    }

    var views: [FeatureView] {
        get throws {
            var views: [FeatureView] = []
            for lookup in lookups ?? [] {
                let table = try #require(tables[lookup.table])
                let isTimed = table.timeseries_key != nil
                let features = lookup.features.map { name -> Feature in
                    let defaulted = lookup.defaults?[name] != nil
                    let own = defaulted ? "raw " + name : lookup.rename?[name] ?? name
                    return Feature(
                        own, isTimed ? .latest(name, lookback: lookup.lookback_us) : .lookup(name), isHidden: defaulted)
                }
                views.append(
                    FeatureView(
                        name: lookup.table, version: 1,
                        source: FeatureSource(
                            table: lookup.table, entity: table.primary_keys, eventTime: table.timeseries_key,
                            availableAt: table.availability, tieBreak: table.tie_break),
                        join: lookup.lookup_key, features: features))
                for (name, value) in lookup.defaults ?? [:] {
                    let expression = try RowExpression("coalesce(\"raw \(name)\", \(Int(value)))")
                    views.append(
                        FeatureView(
                            name: "default \(name)", version: 1, source: nil, join: [],
                            features: [Feature(name, .expression(expression))]))
                }
            }
            for (index, aggregate) in (aggregates ?? []).enumerated() {
                let function = try #require(FeatureAggregate(aggregate.function))
                let table = try #require(tables[aggregate.source])
                let window = aggregate.window
                var span: FeatureWindow =
                    window.months.map { .months($0) } ?? window.duration_us.map { .duration($0) } ?? .lifetime
                if aggregate.bounds == "(]" { span = span.includingEnd }
                let filter = try aggregate.filter.map { filter in
                    let text = filter.value.text ?? ""
                    let literal = filter.value.double != nil || filter.value.boolean != nil ? text : "'\(text)'"
                    return try RowExpression("\"\(filter.column)\" \(filter.op) \(literal)")
                }
                let definition = FeatureDefinition.aggregate(
                    function, column: aggregate.input, window: span, filter: filter)
                views.append(
                    FeatureView(
                        name: "v\(index)", version: 1,
                        source: FeatureSource(
                            table: aggregate.source, entity: aggregate.entity, eventTime: aggregate.ts,
                            availableAt: table.availability, tieBreak: table.tie_break),
                        join: aggregate.lookup_key, features: [Feature(aggregate.name, definition)]))
            }
            let ratios = derived.compactMap { derived in
                derived.ratio.map { Feature(derived.name, .ratio($0[0], $0[1])) }
            }
            if !ratios.isEmpty {
                views.append(FeatureView(name: "derived", version: 1, source: nil, join: [], features: ratios))
            }
            return views
        }
    }

    static func sqlType(_ type: String) -> String {
        switch type {
        case "int64": "BIGINT"
        case "int32": "INTEGER"
        case "float64": "DOUBLE"
        case "bool": "BOOLEAN"
        case "string": "VARCHAR"
        case "date": "DATE"
        case "timestamp": "TIMESTAMPTZ"
        default: type.uppercased()
        }
    }

    /// To the last bit, or as near as that: the expected means and deviations were divided and rooted otherwise.
    static func same(_ left: QueryValue, _ right: QueryValue, ulps: Double = 0) -> Bool {
        if case .double(let left) = left, case .double(let right) = right, left.bitPattern != right.bitPattern {
            return left.isNaN && right.isNaN || abs(left - right) <= ulps * max(left.ulp, right.ulp)
        }
        return left == right
    }
}

extension RecordBatch {
    /// Some rows of these.
    func rows(_ range: Range<Int>) -> RecordBatch {
        let columns = columns.map { column in
            var taken = column
            func take<Value>(_ values: [Value]) -> [Value] { Array(values[range]) }
            taken.validity = column.validity.map { Array($0[range]) }
            switch column.values {
            case .boolean(let values): taken.values = .boolean(take(values))
            case .byte(let values): taken.values = .byte(take(values))
            case .short(let values): taken.values = .short(take(values))
            case .integer(let values): taken.values = .integer(take(values))
            case .long(let values): taken.values = .long(take(values))
            case .float(let values): taken.values = .float(take(values))
            case .double(let values): taken.values = .double(take(values))
            case .decimal(let values, let precision, let scale):
                taken.values = .decimal(take(values), precision: precision, scale: scale)
            case .string(let values): taken.values = .string(take(values))
            case .binary(let values): taken.values = .binary(take(values))
            case .date(let values): taken.values = .date(take(values))
            case .timestamp(let values): taken.values = .timestamp(take(values))
            }
            return taken
        }
        return RecordBatch(columns: columns, rowCount: range.count)
    }
}
