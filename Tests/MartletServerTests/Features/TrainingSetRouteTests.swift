import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct TrainingSetRouteTests {
    private static let vendors = """
        uei,as_of,rating,loaded_at
        A,2024-01-01T00:00:00Z,1.5,2024-01-02T00:00:00Z
        A,2024-02-01T00:00:00Z,2.5,2024-02-20T00:00:00Z
        B,2024-01-15T00:00:00Z,,2024-01-15T00:00:00Z

        """
    private static let awards = """
        vendor,ended_at,amount
        A,2024-01-05T00:00:00Z,10
        A,2024-01-25T00:00:00Z,20
        B,2024-02-01T00:00:00Z,30

        """
    private static let labels = """
        row,uei,at,late
        3,A,2024-02-10T00:00:00Z,true
        1,B,2024-03-01T00:00:00Z,false
        2,,2024-03-01T00:00:00Z,
        4,A,2024-01-01T12:00:00Z,true

        """
    private static let specification = """
        version: 1
        kind: training-set
        name: risk
        sources:
          awards: {table: risk.awards, primary_keys: [vendor], time_key: ended_at}
        lookups:
          - {table: risk.vendors, key: uei, at: at, features: [rating]}
        aggregates:
          - {name: amount_30d, source: awards, entity: [vendor], key: [uei], event_time: ended_at, at: at,
             function: sum, input: amount, window: {rolling: P30D}}
        label: late
        exclude: [row]
        """

    private func prepare(_ server: TestServer) async throws {
        try await server.platform.importText(Self.vendors, as: "risk.vendors")
        try await server.platform.importText(Self.awards, as: "risk.awards")
        try await server.platform.importText(Self.labels, as: "risk.labels")
        _ = try await server.client().send(
            RegisterFeatureTable(
                FeatureTableDeclaration(
                    name: "risk.vendors", primaryKeys: ["uei"], timeKeys: ["as_of"], availableAt: "loaded_at")))
    }

    private func make(_ server: TestServer, _ text: String = specification) async throws -> TrainingSetRecord {
        try await server.client().createTrainingSet(
            TableName("risk.training"), specification: text, spine: TableName("risk.labels"))
    }

    /// The data files of all versions of the training set.
    private func files(_ server: TestServer) throws -> [URL] {
        let folder = server.platform.datasets.folder(of: try TableName("risk.training"))
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "parquet" }
    }

    @Test func `Each row of a spine has its features as of its time, in the spine's order`() async throws {
        try await withServer { server in
            try await prepare(server)
            let record = try await make(server)
            let rows = try await server.platform.query("risk.training")
            #expect(rows.columns.map(\.name) == ["uei", "at", "rating", "amount_30d", "late"])
            #expect(rows["uei"]?.strings == ["A", "B", nil, "A"])
            let rating = try #require(rows["rating"])
            // The newer rating of A became known on 20 February; at noon of 1 January none was.
            #expect((0..<4).map { rating.isNull(at: $0) ? nil : rating.doubles?[$0] } == [1.5, nil, nil, nil])
            #expect(rows["amount_30d"]?.longs == [20, 30, nil, nil])
            #expect(record.content.rowCount == 4 && record.label == ["late"] && record.excluded == ["row"])
            #expect(
                record.sources.mapValues(\.description) == [
                    "awards": "risk.awards@0", "risk.vendors": "risk.vendors@0",
                ])
            #expect(record.spine.description == "risk.labels@0")
            let version = try await server.platform.datasets.history(TableName("risk.training"))[0]
            #expect(version.operation == .trainingSet)
            #expect(Set(version.inputs.map(\.description)) == ["risk.awards@0", "risk.labels@0", "risk.vendors@0"])
            let used = try await server.client().send(ShowFeatureTable(table: TableName("risk.vendors"))).usedBy
            #expect(used.map(\.table.description) == ["risk.training@0"])
        }
    }

    @Test func `The same plan over the same versions gives the same bytes`() async throws {
        try await withServer { server in
            try await prepare(server)
            let first = try await make(server)
            // Written otherwise, meaning the same.
            let second = try await make(
                server,
                Self.specification.replacing("key: uei", with: "key: [uei]").replacing("risk\n", with: "other\n"))
            #expect(second.table.version == 1)
            #expect(first.planHash == second.planHash && first.content == second.content)
            let bytes = try files(server).map { try Data(contentsOf: $0) }
            #expect(bytes.count == 2 && bytes.first == bytes.last)
            let third = try await make(server, Self.specification.replacing("P30D", with: "P31D"))
            #expect(third.planHash != first.planHash)
        }
    }

    @Test func `A training set is computed again out of the versions that it was made of`() async throws {
        try await withServer { server in
            try await prepare(server)
            let record = try await make(server)
            let path = try #require(files(server).first).path
            try await server.platform.importText(Self.awards.replacing("20", with: "21"), as: "risk.awards")
            let request = ShowTrainingSet(table: record.table.name, version: 0, check: true)
            let same = try await server.client().send(request)
            #expect(same.check?.stored == [] && same.check?.recomputed == [])
            let later = try await make(server)
            #expect(later.planHash == record.planHash && later.content.hash != record.content.hash)
            #expect(later.content.differences(from: record.content) == ["column 'amount_30d' has other values"])
            #expect(try await server.client().send(ListTrainingSets()).trainingSets.map(\.table.version) == [1, 0])
            // Somebody else's tool puts the same rows in another order.
            try await server.platform.datasets.engine.withSession { session in
                try session.execute("CREATE TEMP TABLE t AS SELECT * FROM read_parquet('\(path)') ORDER BY uei DESC")
                try session.execute("COPY t TO '\(path)' (FORMAT parquet)")
            }
            let changed = try await server.client().send(request)
            #expect(changed.check?.recomputed == [] && changed.check?.stored.isEmpty == false)
        }
    }

    @Test func `A spine that is sent is kept beside the training set`() async throws {
        try await withServer { server in
            try await prepare(server)
            try await withTemporaryFolder { folder in
                let file = folder.appending(path: "labels.csv")
                try Data(Self.labels.utf8).write(to: file)
                let record = try await server.client().createTrainingSet(
                    TableName("risk.training"), specification: Self.specification, spine: file)
                #expect(record.spine.description == "risk.training_spine@0")
                #expect(record.content == (try await make(server)).content)
                let check = try await server.client().send(
                    ShowTrainingSet(table: record.table.name, version: 0, check: true)
                ).check
                #expect(check?.recomputed == [])
            }
        }
    }

    @Test func `All problems of a training set are told, and no table is made`() async throws {
        try await withServer { server in
            try await prepare(server)
            let wrong = """
                version: 1
                kind: training-set
                name: risk
                sources:
                  files: {path: /etc/passwd.csv, primary_keys: [a]}
                  gone: {table: risk.gone, primary_keys: [a]}
                lookups:
                  - {table: risk.awards, key: uei, at: at}
                """
            do {
                _ = try await make(server, wrong)
                Issue.record("made")
            } catch let error as ClientError {
                #expect(error.issues.map(\.code) == [.unknownTable, .unknownTable, .invalidDeclaration])
            }
            let types = """
                version: 1
                kind: training-set
                name: risk
                lookups:
                  - {table: risk.vendors, key: row, at: at, features: [rating, colour]}
                """
            do {
                _ = try await make(server, types)
                Issue.record("made")
            } catch let error as ClientError {
                #expect(Set(error.issues.map(\.code)) == [.typeMismatch, .unknownFeature])
            }
            await #expect(throws: (any Error).self) {
                try await server.platform.datasets.snapshot(TableName("risk.training"))
            }
        }
    }

    @Test func `A view on record is used by its name, and a changed plan takes a new version`() async throws {
        try await withServer { server in
            try await prepare(server)
            let view = """
                feature_view: vendor
                version: 1
                source: {table: risk.awards, entity: [vendor], event_time: ended_at}
                join: [uei]
                features:
                  amount_all: {sum: amount, window: {lifetime: true}}
                """
            let client = server.client()
            _ = try await client.send(ApplyFeatures(name: "vendor", definition: view))
            let text = """
                version: 1
                kind: training-set
                name: risk
                views: [{view: vendor, at: at}]
                label: late
                """
            let record = try await make(server, text)
            #expect(try await server.platform.query("risk.training")["amount_all"]?.longs == [30, 30, nil, nil])
            let shown = try await client.send(ShowFeatureView(name: "vendor"))
            #expect(record.views == [.init(name: "vendor", version: 1, hash: shown.hash)])
            #expect(shown.trainingSets == [record.table] && shown.featureSets == ["vendor"])
            let changed = view.replacing("{lifetime: true}", with: "{rolling: P30D}")
            do {
                _ = try await client.send(ApplyFeatures(name: "vendor", definition: changed))
                Issue.record("applied")
            } catch let error as ClientError {
                #expect(error.issues.map(\.code) == [.invalidDeclaration])
                #expect(error.message.contains("give it version 2"))
            }
            let next = changed.replacing("version: 1", with: "version: 2")
            _ = try await client.send(ApplyFeatures(name: "vendor", definition: next))
            let inSQL = """
                CREATE FEATURE VIEW vendor VERSION 2 ON risk.awards ENTITY (vendor) EVENT TIME ended_at JOIN (uei) AS
                SELECT sum(amount) OVER (ROLLING '30 days') AS amount_all;
                """
            // The same plan: it is on record as version 2 already.
            _ = try await client.send(ApplyFeatures(name: "vendor", definition: inSQL))
            #expect(try await client.send(ListFeatureViews()).views.map(\.view.version) == [2, 1])
            // It names the view without a version, and is computed again by the one that it was made by.
            let check = try await client.send(ShowTrainingSet(table: record.table.name, check: true)).check
            #expect(check?.recomputed == [])
            #expect(try await make(server, text).planHash != record.planHash)
        }
    }
}
