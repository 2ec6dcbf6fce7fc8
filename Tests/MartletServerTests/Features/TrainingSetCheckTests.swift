import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

/// What is refused before a training set is made, and what is kept of it so that it can be made again.
struct TrainingSetCheckTests {
    private static let vendors = """
        uei,as_of,rating,loaded_at
        A,2024-01-01T00:00:00Z,1.5,2024-01-02T00:00:00Z
        A,2024-02-01T00:00:00Z,2.5,2024-02-20T00:00:00Z

        """
    private static let labels = """
        row,uei,at,late
        1,A,2024-02-10T00:00:00Z,true
        2,B,2024-03-01T00:00:00Z,false

        """
    private static let specification = """
        name: risk
        lookups: [{table: risk.vendors, key: uei, at: at}]
        label: late
        exclude: [row]
        """

    private func register(_ server: TestServer, availableAt: String? = "loaded_at") async throws {
        _ = try await server.client().send(
            RegisterFeatureTable(
                FeatureTableDeclaration(
                    name: "risk.vendors", primaryKeys: ["uei"], timeKeys: ["as_of"], availableAt: availableAt)))
    }

    private func prepare(_ server: TestServer) async throws {
        try await server.platform.importText(Self.vendors, as: "risk.vendors")
        try await server.platform.importText(Self.labels, as: "risk.labels")
        try await register(server)
    }

    private func make(
        _ server: TestServer, _ text: String = specification, strict: Bool = false
    ) async throws -> TrainingSetRecord {
        try await server.client().createTrainingSet(
            TableName("risk.training"), specification: text, spine: TableName("risk.labels"), strict: strict)
    }

    private func issues(_ server: TestServer, _ text: String, strict: Bool = false) async throws -> [FeatureIssue] {
        do {
            _ = try await make(server, text, strict: strict)
            return []
        } catch ClientError.refusedFeatures(_, let issues) {
            return issues
        }
    }

    @Test func `A training set is computed again by the keys and clocks that it was made with`() async throws {
        try await withServer { server in
            try await prepare(server)
            let record = try await make(server)
            #expect(record.keys["risk.vendors"]?.availableAt == "loaded_at")
            _ = try await server.client().send(DropFeatureTable(table: TableName("risk.vendors")))
            try await register(server, availableAt: nil)
            let shown = try await server.client().send(
                ShowTrainingSet(table: record.table.name, version: 0, check: true))
            #expect(shown.check?.recomputed == [])
            #expect(try await server.platform.features.pack(record.table.name).planHash == record.planHash)
            #expect(try await make(server).planHash != record.planHash)
        }
    }

    @Test func `All features of a table are those that it had`() async throws {
        try await withServer { server in
            try await prepare(server)
            let record = try await make(server)
            let packed = try await server.platform.features.pack(record.table.name)
            #expect(try packed.specification(at: "here").lookups.map(\.features) == [["rating"]])
            let named = try await make(
                server, Self.specification.replacing("at: at}", with: "at: at, features: [rating]}"))
            #expect(named.planHash == record.planHash)
        }
    }

    @Test func `Every problem is told at once, and nothing is written`() async throws {
        try await withServer { server in
            try await prepare(server)
            let text = """
                name: risk
                sources:
                  v: {table: risk.vendors, schema: {uei: string, rating: int64}}
                  gone: {table: risk.gone, primary_keys: [k]}
                spine_schema: {uei: string, late: string}
                lookups:
                  - {table: v, key: uei, at: at, features: [rating, nope], rename: {rating: AT}}
                  - {table: risk.vendors, key: uei, at: at, features: [no_such, rating], rename: {rating: row}}
                derived: [{name: twice, sum: [never, never]}]
                label: [late, missing]
                exclude: [late]
                """
            let found = try await issues(server, text)
            let expected: [(FeatureIssue.Code, String)] = [
                (.typeMismatch, "rating is declared int64"), (.unknownTable, "gone"),
                (.typeMismatch, "late is declared string"), (.unknownFeature, "no_such"),
                (.duplicateName, "row has the name of a column"), (.missingColumn, "missing"),
                (.invalidDeclaration, "late is excluded"),
            ]
            for (code, part) in expected {
                #expect(found.contains { $0.code == code && $0.message.contains(part) }, "\(part) in \(found)")
            }
            #expect(Set(found).count == found.count)
        }
    }

    @Test func `Rows of a file are kept only if the training set can be made, and over no other table`() async throws {
        try await withServer { server in
            try await prepare(server)
            let file = FileManager.default.temporaryDirectory.appending(path: "labels-\(UUID().uuidString).csv")
            try Self.labels.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            let table = try TableName("risk.training")
            func make(_ text: String) async throws -> TrainingSetRecord {
                try await server.client().createTrainingSet(table, specification: text, spine: file)
            }
            await #expect(throws: ClientError.self) {
                try await make(
                    Self.specification.replacing("[row]", with: "[row]\nsteps: [{scale: [nope], with: standard}]"))
            }
            let spine = try TableName("risk.training_spine")
            #expect(!FileManager.default.fileExists(atPath: server.platform.datasets.folder(of: spine).path))
            try await server.platform.importText(Self.vendors, as: "risk.training_spine")
            await #expect(throws: ClientError.self) { try await make(Self.specification) }
            #expect(try await server.platform.datasets.history(spine).count == 1)
            let other = try TableName("risk.other")
            for version in Int64(0)...1 {
                let made = try await server.client().createTrainingSet(
                    other, specification: Self.specification, spine: file)
                #expect(made.spine.description == "risk.other_spine@\(version)")
            }
        }
    }

    @Test func `A view that passes over when rows became known is refused`() async throws {
        try await withServer { server in
            try await prepare(server)
            func text(_ clock: String) -> String {
                """
                name: risk
                views:
                  - at: at
                    view:
                      feature_view: v
                      version: 1
                      source: {table: risk.vendors, entity: uei, event_time: as_of\(clock)}
                      features: {newest: {latest: rating}}
                label: late
                """
            }
            let found = try await issues(server, text(""))
            #expect(found.map(\.code) == [.invalidDeclaration])
            #expect(found.first?.message.contains("available_at: loaded_at") == true)
            #expect(try await issues(server, text(", available_at: loaded_at")) == [])
        }
    }

    @Test func `A source that names its keys keeps the clocks of its table`() async throws {
        try await withServer { server in
            try await prepare(server)
            let record = try await make(
                server,
                """
                name: risk
                sources: {v: {table: risk.vendors, primary_keys: [uei]}}
                lookups: [{table: v, key: uei, at: at}]
                label: late
                """)
            let clocks = try #require(record.keys["v"])
            #expect(clocks.timeKey == "as_of" && clocks.availableAt == "loaded_at")
            let rows = try await server.platform.query("risk.training")
            #expect(rows["rating"]?.doubles?.first == 1.5)
        }
    }

    @Test func `What very likely holds the label is found, and refused when that is asked for`() async throws {
        try await withServer { server in
            try await prepare(server)
            let text = Self.specification + "\nlabel_from: {source: risk.vendors, column: rating, known_at: at}"
            let findings = try await server.client().send(LintTrainingSet(specification: text)).findings
            #expect(findings.contains { $0.code == .labelTime && $0.severity == .error })
            #expect(try await make(server, text).warnings.contains { $0.hasPrefix("label_time (error): ") })
            #expect(try await issues(server, text, strict: true).contains { $0.message.hasPrefix("label_time") })
            #expect(try await issues(server, Self.specification, strict: true) == [])
        }
    }
}
