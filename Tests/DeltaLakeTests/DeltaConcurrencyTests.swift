import DeltaLake
import Foundation
import MartletDomain
import QueryEngine
import Testing

@Suite struct DeltaConcurrencyTests {
    @Test func `Appends at the same moment all land, each once, in versions without gaps`() async throws {
        try await TemporaryTable.with { place in
            let table = place.table
            let versions = try await withThrowingTaskGroup(of: Int64.self) { group in
                for n in 0..<40 {
                    group.addTask {
                        try await table.append(selecting: "SELECT CAST(? AS BIGINT) AS n", [.long(Int64(n))]).version
                    }
                }
                var versions: [Int64] = []
                for try await version in group { versions.append(version) }
                return versions.sorted()
            }
            #expect(versions == Array(0..<40))
            let rows = try await place.rows("SELECT n FROM {} ORDER BY n")
            #expect(rows == (0..<40).map { ["\($0)"] })
            #expect(try place.fileNames().filter { $0.hasPrefix(".") }.isEmpty)
            let log = try FileManager.default.contentsOfDirectory(atPath: place.location.path + "/_delta_log")
            #expect(log.count == 40)
            #expect(try place.table.history().filter { $0.rows != 1 }.isEmpty)
        }
    }

    @Test func `Of overwrites at the same moment each that succeeds leaves a version of only its own row`() async throws
    {
        try await TemporaryTable.with { place in
            let table = place.table
            try await table.create(schema: TableSchema([.init("n", .long)]))
            let landed = await withTaskGroup(of: (Int64, Int64)?.self) { group in
                for n in 0..<Int64(12) {
                    group.addTask {
                        let sql = "SELECT CAST(? AS BIGINT) AS n"
                        return (try? await table.overwrite(selecting: sql, [.long(n)])).map { ($0.version, n) }
                    }
                }
                var landed: [(Int64, Int64)] = []
                for await result in group { if let result { landed.append(result) } }
                return landed
            }
            #expect(!landed.isEmpty)
            for (version, n) in landed {
                #expect(try await place.rows(at: .version(version)) == [["\(n)"]])
            }
            #expect(try await place.table.snapshot().version == Int64(landed.count))
            // The files of those that were refused are gone.
            let files = try place.fileNames().filter { $0.hasSuffix(".parquet") }
            #expect(files.count == landed.count)
        }
    }

    @Test func `Of tables made at the same moment in one place one is made`() async throws {
        try await TemporaryTable.with { place in
            let table = place.table
            let made = await withTaskGroup(of: Bool.self) { group in
                for n in 0..<16 {
                    group.addTask {
                        (try? await table.create(schema: TableSchema([.init("c\(n)", .long)]))) != nil
                    }
                }
                var made = 0
                for await one in group where one { made += 1 }
                return made
            }
            #expect(made == 1)
            let schema = try await place.table.snapshot().schema
            #expect(schema.fields.count == 1)
        }
    }
}
