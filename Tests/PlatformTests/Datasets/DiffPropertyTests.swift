import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

/// The diff against one that walks over all rows.
struct DiffPropertyTests {
    private struct Row: Hashable {
        var id: Int64
        var part: String
        var x: Double?
        var name: String?
        var flag: Bool?

        /// NaN as a value that equals itself.
        var values: [String] {
            [x.map { "\($0)" } ?? "null", name.map { "'" + $0 } ?? "null", flag.map { "\($0)" } ?? "null"]
        }
        var key: String { "\(id)|\(part)" }
        var whole: String { ([key] + values).joined(separator: "|") }
    }

    private func rows(_ random: inout SplitMix, isKeyed: Bool) -> [Row] {
        var seen: Set<String> = []
        let rows = (0..<Int.random(in: 0...60, using: &random)).map { _ in
            Row(
                id: .random(in: 0...15, using: &random), part: ["a", "b", "ü|"].randomElement(using: &random) ?? "",
                x: [nil, .nan, .infinity, 0.5, 1.5].randomElement(using: &random) ?? nil,
                name: [nil, "", "null", "x"].randomElement(using: &random) ?? nil,
                flag: [nil, true, false].randomElement(using: &random) ?? nil)
        }
        return isKeyed ? rows.filter { seen.insert($0.key).inserted } : rows
    }

    private func batch(_ rows: [Row]) -> RecordBatch {
        RecordBatch(
            columns: [
                Column("id", .long(rows.map(\.id))), Column("part", .string(rows.map(\.part))),
                Column("x", .double(rows.map { $0.x ?? 0 }), validity: rows.map { $0.x != nil }),
                Column("name", .string(rows.map { $0.name ?? "" }), validity: rows.map { $0.name != nil }),
                Column("flag", .boolean(rows.map { $0.flag ?? false }), validity: rows.map { $0.flag != nil }),
            ], rowCount: rows.count)
    }

    @Test func `Counts by key and by whole rows are those of a walk over all rows`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("diff property test: seed \(seed)")
        var random = SplitMix(seed: seed)
        try await withWorkspace { platform in
            let name = try TableName("shop.random")
            for round in 0..<12 {
                let isKeyed = round % 2 == 0
                let (before, after) = (rows(&random, isKeyed: isKeyed), rows(&random, isKeyed: isKeyed))
                for version in [before, after] {
                    _ = try await platform.datasets.write(
                        name, .overwrite, batch(version), operation: .derived, inputs: [], source: nil, by: .anyone)
                }
                let found = try await platform.datasets.diff(name, key: isKeyed ? ["id", "part"] : [])
                if isKeyed { check(found, before, after) } else { checkMultisets(found, before, after) }
            }
        }
    }

    private func check(_ found: DatasetDiff, _ before: [Row], _ after: [Row]) {
        let old = Dictionary(before.map { ($0.key, $0) }) { first, _ in first }
        let new = Dictionary(after.map { ($0.key, $0) }) { first, _ in first }
        let both = old.keys.filter { new[$0] != nil }
        let changed = both.filter { old[$0]?.values != new[$0]?.values }
        #expect(found.addedRows == Int64(new.count - both.count) && found.removedRows == Int64(old.count - both.count))
        #expect(found.changedRows == Int64(changed.count))
        for (place, column) in ["x", "name", "flag"].enumerated() {
            let expected = changed.count { old[$0]?.values[place] != new[$0]?.values[place] }
            #expect((found.changedColumns.first { $0.name == column }?.rows ?? 0) == Int64(expected))
        }
        #expect(found.changed.count == min(20, changed.count))
        for row in found.changed {
            let key = row.key.compactMap(\.value).joined(separator: "|")
            let expected = zip(["x", "name", "flag"], zip(old[key]?.values ?? [], new[key]?.values ?? []))
                .filter { $1.0 != $1.1 }.map(\.0)
            #expect(Set(row.changes.map(\.column)) == Set(expected), "\(key)")
        }
    }

    private func checkMultisets(_ found: DatasetDiff, _ before: [Row], _ after: [Row]) {
        var balance: [String: Int64] = [:]
        for row in after { balance[row.whole, default: 0] += 1 }
        for row in before { balance[row.whole, default: 0] -= 1 }
        #expect(found.addedRows == balance.values.reduce(0) { $0 + max(0, $1) })
        #expect(found.removedRows == balance.values.reduce(0) { $0 + max(0, -$1) })
        #expect(found.added.count == min(20, balance.values.count { $0 > 0 }))
    }
}
