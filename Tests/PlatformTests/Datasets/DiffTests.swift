import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

struct DiffTests {
    /// Writes each SELECT as the next version of one table and lends it.
    private func withVersions<Result>(
        _ versions: [String], _ body: (Datasets, TableName) async throws -> Result
    ) async throws -> Result {
        try await withWorkspace { platform in
            let name = try TableName("shop.sales")
            for sql in versions {
                _ = try await platform.datasets.write(
                    name, .overwrite, selecting: sql, operation: .derived, by: .anyone)
            }
            return try await body(platform.datasets, name)
        }
    }

    private func diff(_ before: String, _ after: String, key: [String] = []) async throws -> DatasetDiff {
        try await withVersions([before, after]) { datasets, name in
            let diff = try await datasets.diff(name, key: key)
            #expect(try JSONDecoder().decode(DatasetDiff.self, from: JSONEncoder().encode(diff)) == diff)
            return diff
        }
    }

    @Test func `Rows are added, removed and changed by key, with what changed in them`() async throws {
        let found = try await diff(
            "SELECT * FROM (VALUES (1, 'a', 1.5), (2, 'b', NULL), (3, NULL, 'nan'::DOUBLE)) AS t(id, name, x)",
            "SELECT * FROM (VALUES (2, 'b', 2.5), (3, NULL, 'nan'::DOUBLE), (4, 'd', 0)) AS t(id, name, x)",
            key: ["id"])
        #expect((found.addedRows, found.removedRows, found.changedRows) == (1, 1, 1))
        #expect((found.from.version, found.to.version, found.fromRows, found.toRows) == (0, 1, 3, 3))
        #expect(found.added.map { $0.values.map(\.value) } == [["4", "d", "0.0"]])
        #expect(found.removed.map { $0.values.map(\.value) } == [["1", "a", "1.5"]])
        #expect(
            found.changed == [
                RowChange(key: [ColumnText("id", "2")], changes: [.init("x", from: nil, to: "2.5")])
            ])
        #expect(found.changedColumns == [ChangedColumn("x", rows: 1)] && !found.isSame)
    }

    @Test func `Columns that came, went or took another type are told, and compared as far as both sides have them`()
        async throws
    {
        let found = try await diff(
            "SELECT 1 AS id, 5 AS n, 1.5::DOUBLE AS x, 'old' AS gone, '7' AS word",
            "SELECT 1 AS id, 5::BIGINT AS n, 1.5::DECIMAL(4, 2) AS x, 'new' AS came, 7 AS word", key: ["id"])
        #expect(found.addedColumns.map(\.name) == ["came"] && found.removedColumns.map(\.name) == ["gone"])
        #expect(found.retypedColumns.map(\.name) == ["n", "x", "word"])
        #expect((found.addedRows, found.removedRows, found.changedRows) == (0, 0, 0) && !found.isSame)
    }

    @Test func `Without a key rows are counted as often as they occur`() async throws {
        let found = try await diff(
            "SELECT unnest(['a', 'a', 'b', NULL, 'c']) AS x, unnest(['nan', '1', '2', 'nan', '3']::DOUBLE[]) AS y",
            "SELECT unnest(['a', 'a', 'a', NULL, 'c']) AS x, unnest(['nan', 'nan', 'nan', 'nan', '3']::DOUBLE[]) AS y")
        #expect((found.addedRows, found.removedRows, found.changedRows) == (2, 2, 0))
        #expect(found.added == [RowExample([ColumnText("x", "a"), ColumnText("y", "nan")], count: 2)])
        #expect(found.removed.map { $0.values.map(\.value) } == [["a", "1.0"], ["b", "2.0"]])
    }

    @Test func `Equal versions, empty ones and such without a common column are compared`() async throws {
        for key in [[], ["a"]] {
            let same = try await diff(
                "SELECT 1 AS a, NULL::VARCHAR AS b", "SELECT 1 AS a, NULL::VARCHAR AS b", key: key)
            #expect(same.isSame && same.added.isEmpty && same.changed.isEmpty)
            let empty = try await diff("SELECT 1 AS a WHERE false", "SELECT 1 AS a WHERE false", key: key)
            #expect(empty.isSame && empty.distributions.isEmpty)
            let filled = try await diff("SELECT 1 AS a WHERE false", "SELECT 1 AS a", key: key)
            #expect(filled.addedRows == 1 && filled.removedRows == 0)
        }
        let strange = try await diff("SELECT 1 AS a", "SELECT 2 AS b FROM range(3)")
        #expect((strange.addedRows, strange.removedRows) == (3, 1))
    }

    @Test func `A key that is null or occurs twice is refused with examples of both sides`() async throws {
        let error = await #expect(throws: UnusableKey.self) {
            try await diff(
                "SELECT unnest([1, 1, 2, NULL]) AS id, 'a' AS part", "SELECT unnest([3, 3, 3]) AS id, 'ü' AS part",
                key: ["id", "part"])
        }
        let words = error?.message ?? ""
        #expect(words.contains("shop.sales@0: 1 row has a null in it, as (id = null, part = a)"), "\(words)")
        #expect(words.contains("shop.sales@0: 1 key occurs more than once, as (id = 1, part = a) 2 times"), "\(words)")
        #expect(words.contains("shop.sales@1: 1 key occurs more than once, as (id = 3, part = ü) 3 times"), "\(words)")
        await #expect(throws: DatasetError.self) { try await diff("SELECT 1 AS a", "SELECT 1 AS a", key: ["b"]) }
        await #expect(throws: UnusableKey.self) { try await diff("SELECT 1 AS a", "SELECT '1' AS a", key: ["a"]) }
        await #expect(throws: UnusableKey.self) { try await diff("SELECT 1 AS a", "SELECT 1 AS a", key: ["a", "a"]) }
    }

    @Test func `Twenty examples are shown, the first by key, of however many rows`() async throws {
        let found = try await diff(
            "SELECT i AS id, i AS x FROM range(1000) AS t(i)",
            "SELECT i AS id, i + 1 AS x FROM range(500, 2000) AS t(i)", key: ["id"])
        #expect((found.addedRows, found.removedRows, found.changedRows) == (1_000, 500, 500))
        #expect(found.added.map { $0.values[0].value } == (1_000..<1_020).map { "\($0)" })
        #expect(found.removed.map { $0.values[0].value } == (0..<20).map { "\($0)" })
        #expect(found.changed.map { $0.key[0].value } == (500..<520).map { "\($0)" })
    }

    @Test func `Columns whose distribution moved come first, and ids are left out`() async throws {
        let found = try await diff(
            "SELECT i AS id, i % 100 AS still, (i % 50)::DOUBLE AS moved, 'n' || i AS name FROM range(5000) AS t(i)",
            "SELECT i AS id, i % 100 AS still, 30.0 + i % 50 AS moved, 'n' || i AS name FROM range(5000) AS t(i)",
            key: ["id"])
        #expect(found.distributions.map(\.name) == ["moved", "still", "name"])
        #expect(found.distributions.map(\.isMoved) == [true, false, false] && found.sampledRows == 5_000)
        #expect(found.distributions[2].score == nil && found.distributions[0].bins?.from.reduce(0, +) == 5_000)
    }

    @Test func `Two tables are compared, and versions are named`() async throws {
        try await withVersions(["SELECT 1 AS a", "SELECT 2 AS a", "SELECT 3 AS a"]) { datasets, name in
            let other = try TableName("shop.other")
            _ = try await datasets.write(
                other, .overwrite, selecting: "SELECT 3 AS a", operation: .derived, by: .anyone)
            #expect(try await datasets.diff(name, of: other).isSame)
            let first = try await datasets.diff(name, from: 0, of: other, key: ["a"])
            #expect(first.from.description == "shop.sales@0" && first.to.description == "shop.other@0")
            #expect((first.addedRows, first.removedRows) == (1, 1))
            #expect(try await datasets.diff(name).from.version == 1)
            await #expect(throws: InvalidRequest.self) { try await datasets.diff(name, to: 0) }
            await #expect(throws: (any Error).self) { try await datasets.diff(name, from: 9) }
        }
    }

    @Test func `No text of a table becomes markup on the page`() async throws {
        let found = try await diff(
            "SELECT 1 AS id, '<img src=x>' AS \"<i>\", 'a' AS gone",
            "SELECT 1 AS id, '</script><script>alert(1)</script>' AS \"<i>\", 1 AS \"<u>\"", key: ["id"])
        let page = diffPage(found)
        #expect(!page.contains("<img") && !page.contains("<script>alert") && !page.contains("<i>"))
        #expect(!page.contains("<u>") && page.contains("&lt;img src=x&gt;") && page == diffPage(found))
    }
}
