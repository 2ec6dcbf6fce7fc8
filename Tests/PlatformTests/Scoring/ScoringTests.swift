import AuditLog
import DeltaLake
import Foundation
import MartletDomain
import Metadata
import ModelRuntime
import Platform
import QueryEngine
import TestKit
import Testing

struct ScoringTests {
    /// Puts the version in front of callers and scores by it.
    private func score(
        _ platform: Platform, _ version: Int = 1, because reason: String? = nil
    ) async throws -> ScoringRun {
        _ = try await platform.registry.transition(
            Deliveries.model, "\(version)", to: .production, archiveExisting: true, by: .anyone)
        return try await platform.scoring.scoreBatch(
            "models:/\(Deliveries.model)/Production", in: Deliveries.window(Deliveries.served),
            into: TableName(Deliveries.predictions), driftReason: reason, by: .anyone)
    }

    @Test func `The same span scored twice is scored once`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            let first = try await score(platform)
            #expect(try await score(platform) == first)
            #expect(try await platform.datasets.history(TableName(Deliveries.predictions)).count == 1)
            let counts = try await platform.query(
                Deliveries.predictions,
                "SELECT count(*) AS n, count(DISTINCT prediction_id) AS ids, count(DISTINCT id) AS keys FROM rows")
            for name in ["n", "ids", "keys"] { #expect(counts[name]?.longs == [first.rowCount], "\(name)") }
        }
    }

    @Test func `A run that ended before it was recorded appends nothing when it is asked for again`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            let first = try await score(platform)
            try await platform.identity.store.change(AuditAction("test", "forget", [:]), by: .anyone) { db in
                _ = try db.execute("DELETE FROM scoring_runs", [])
            }
            // What is known since does not change what was appended.
            try await platform.importText(Deliveries.carriersCSV(), as: Deliveries.carriers)
            let again = try await score(platform)
            #expect(again.predictions == first.predictions && again.sources == first.sources)
            #expect(try await platform.datasets.history(TableName(Deliveries.predictions)).count == 1)
        }
    }

    @Test func `Many who ask for the same span at once get one batch of predictions`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            let first = try await score(platform)
            let window = try Deliveries.window(("2024-06-01", "2024-07-01"))
            let before = try await platform.datasets.history(TableName(Deliveries.predictions)).count
            let uri = "models:/\(Deliveries.model)/Production"
            let again = try Deliveries.window(("2024-05-10", "2024-05-20"))
            let runs = try await withThrowingTaskGroup(of: ScoringRun.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await platform.scoring.scoreBatch(
                            uri, in: again, into: TableName(Deliveries.predictions), by: .anyone)
                    }
                }
                var runs: [ScoringRun] = []
                for try await run in group { runs.append(run) }
                return runs
            }
            #expect(Set(runs).count == 1 && runs.first?.id != first.id)
            #expect(try await platform.datasets.history(TableName(Deliveries.predictions)).count == before + 1)
            await #expect(throws: ScoringError.self) {
                try await platform.scoring.scoreBatch(
                    uri, in: window, into: TableName(Deliveries.predictions), by: .anyone)
            }
        }
    }

    @Test func `A bare version number scores nothing, for it would walk around the gates`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            for uri in [
                "models:/\(Deliveries.model)/1", "models:/\(Deliveries.model)/latest",
                "models:/\(Deliveries.model)/None", "models:/\(Deliveries.model)@latest",
            ] {
                await #expect(throws: ScoringError.notInService(uri)) {
                    try await platform.scoring.scoreBatch(
                        uri, in: Deliveries.window(Deliveries.served), into: TableName(Deliveries.predictions),
                        by: .anyone)
                }
            }
        }
    }

    @Test func `An alias that the policy asks nothing for scores nothing`() async throws {
        var policy = Policy.open
        policy.aliases = [.init(NamePattern("dev-*"), .unstaged)]
        try await withWorkspace(policy: policy) { platform in
            _ = try await Deliveries.train(platform)
            for alias in ["dev-x", "champion"] {
                try await platform.registry.setAlias(alias, of: Deliveries.model, to: "1", by: .anyone)
            }
            func score(_ alias: String) async throws {
                _ = try await platform.scoring.scoreBatch(
                    "models:/\(Deliveries.model)@\(alias)", in: Deliveries.window(Deliveries.served),
                    into: TableName(Deliveries.predictions), by: .anyone)
            }
            try await score("champion")
            await #expect(throws: ScoringError.notInService("models:/\(Deliveries.model)@dev-x")) {
                try await score("dev-x")
            }
        }
    }

    @Test func `A version by its number is scored where history is meant`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            let run = try await platform.scoring.scoreBatch(
                "models:/\(Deliveries.model)/1", in: Deliveries.window(Deliveries.served),
                into: TableName(Deliveries.predictions), history: true, by: .anyone)
            #expect(run.modelURI == "models:/\(Deliveries.model)/1" && run.modelVersion == "1")
            let latest = "models:/\(Deliveries.model)/latest"
            await #expect(throws: ScoringError.notInService(latest)) {
                try await platform.scoring.scoreBatch(
                    latest, in: Deliveries.window(Deliveries.served), into: TableName(Deliveries.predictions),
                    history: true, by: .anyone)
            }
        }
    }

    @Test func `A table of other columns is no predictions table, and says so`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("prediction_id,as_of,score\nx,2013-01-01,high\n", as: "shop.odd")
            await #expect(throws: InvalidRequest.self) {
                try await platform.scoring.predictions(
                    in: TableName("shop.odd"), Deliveries.window(("2013-01-01", "2014-01-01")), limit: 5)
            }
        }
    }

    @Test func `One row in is one row out, whatever the features find`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            // A carrier that nobody knows, none at all, and two rows of one instant.
            try await platform.importText(
                """
                id,carrier,ordered_at,known_at,distance,delay,late_number,late
                90001,Z,2024-05-10 10:00:00,2024-05-10 18:00:00,5,0,0,false
                90002,,2024-05-10 10:00:00,,7,,,
                90003,A,2024-05-10 10:00:00,,,,,

                """, as: Deliveries.deliveries, .append)
            let run = try await score(platform)
            let window = "ordered_at >= '2024-05-01 00:00:00+00' AND ordered_at < '2024-06-01 00:00:00+00'"
            let rows = try await platform.query(
                Deliveries.deliveries, "SELECT count(*) AS n FROM rows WHERE \(window)")
            #expect(rows["n"]?.longs == [run.rowCount])
            let odd = try await platform.query(
                Deliveries.predictions,
                "SELECT id, carrier_age_years, carrier_deliveries_all, distance, score FROM rows "
                    + "WHERE id > 90000 ORDER BY id")
            #expect(odd["id"]?.longs == [90001, 90002, 90003])
            #expect((0..<3).map { odd["carrier_age_years"]?.isNull(at: $0) } == [true, true, false])
            #expect(odd["distance"]?.isNull(at: 2) == true)
            #expect(odd["score"]?.doubles?.allSatisfy { (0...1).contains($0) } == true)
        }
    }

    @Test func `A model whose files changed on disk scores nothing until they are as they were`() async throws {
        try await withWorkspace { platform in
            let (_, holdout, id) = try await Deliveries.train(platform)
            let path = try #require(try await platform.registry.version(id).artifactPath)
            let folder = try platform.artifacts.localURL(path)
            let file = folder.appending(path: "model.ubj")
            let whole = try Data(contentsOf: file)
            let manifest = try Data(contentsOf: folder.appending(path: "MLmodel"))
            // Opened once, so that a remembered model would be found.
            _ = try await platform.models.evaluateGate(id, on: holdout, minimumAreaUnderROC: 0.5, by: .anyone)
            var flipped = whole
            flipped[whole.count / 2] ^= 1
            for damaged in [flipped, whole.prefix(whole.count / 2), Data()] {
                try damaged.write(to: file)
                let error = await #expect(throws: SealBroken.self) { try await score(platform) }
                guard case .changed(path: "model.ubj", _, _) = error?.differences.first else {
                    Issue.record("\(String(describing: error))")
                    continue
                }
                let gate = try await platform.models.evaluateGate(
                    id, on: holdout, minimumAreaUnderROC: 0.5, by: .anyone)
                #expect(gate.outcome == .couldNotBeEvaluated && gate.reason?.contains("model.ubj was changed") == true)
            }
            try whole.write(to: file)
            try Data("more".utf8).write(to: folder.appending(path: "more"))
            await #expect(throws: SealBroken(subject: "\(id)", differences: [.added(path: "more")])) {
                try await score(platform)
            }
            try FileManager.default.removeItem(at: folder.appending(path: "more"))
            try FileManager.default.removeItem(at: folder.appending(path: "MLmodel"))
            await #expect(throws: SealBroken(subject: "\(id)", differences: [.missing(path: "MLmodel")])) {
                try await score(platform)
            }
            try manifest.write(to: folder.appending(path: "MLmodel"))
            #expect(try await platform.datasets.names().contains(TableName(Deliveries.predictions)) == false)
            #expect(try await score(platform).rowCount > 300)
        }
    }

    @Test func `A model file that was registered cut in half is refused and scores nothing`() async throws {
        try await withWorkspace { platform in
            let (_, _, id) = try await Deliveries.train(platform)
            let path = try #require(try await platform.registry.version(id).artifactPath)
            try await withTemporaryFolder { folder in
                let copy = folder.appending(path: "copy")
                try FileManager.default.copyItem(at: platform.artifacts.localURL(path), to: copy)
                let file = copy.appending(path: "model.ubj")
                let whole = try Data(contentsOf: file)
                try whole.prefix(whole.count / 2).write(to: file)
                try await platform.artifacts.write(folder: copy, to: "1/models/half/artifacts", by: .anyone)
            }
            _ = try await platform.registry.createVersion(
                of: Deliveries.model, source: "mlflow-artifacts:/1/models/half/artifacts", by: .anyone)
            let error = await #expect(throws: (any Error).self) { try await score(platform, 2) }
            #expect((error as? any MartletError)?.message.contains("model.ubj") == true, "\(String(describing: error))")
            #expect(try await platform.datasets.names().contains(TableName(Deliveries.predictions)) == false)
        }
    }

    @Test func `A model is scored by the features it was trained on, or not at all`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            // The name means something else from now on; the model does not go by the name.
            let other = Deliveries.features.replacing("P30D", with: "P7D").replacing("version: 1", with: "version: 2")
            let changed = try await platform.features.apply(other, named: "deliveries", by: .anyone)
            let error = await #expect(throws: PackedFeaturesError.self) { try await score(platform) }
            guard case .viewsChanged(_, _, let drift) = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            await #expect(throws: PackedFeaturesError.reasonMissing) { try await score(platform, because: " ") }
            let run = try await score(platform, because: "the new views are not signed yet")
            #expect(run.recipe.featureSet != changed.hash)
            #expect(run.drift == drift && run.driftReason == "the new views are not signed yet")
            let entries = try await platform.audit.entries(from: 0, limit: 1_000).map { $0.entry }
                .filter { $0.actionName == "score_batch" }
            #expect(entries.map { $0.response.statusCode < 400 } == [false, true])
            // Somebody rewrites the kept declaration under its old hash.
            let hash = run.recipe.featureSet
            try await platform.identity.store.change(AuditAction("test", "tamper", [:]), by: .anyone) { db in
                _ = try db.execute(
                    "UPDATE feature_sets SET definition = ? WHERE hash = ?", [.text(other), .text(hash)])
            }
            let tampered = await #expect(throws: ScoringError.self) {
                try await platform.scoring.scoreBatch(
                    "models:/\(Deliveries.model)/Production", in: Deliveries.window(("2024-05-01", "2024-05-02")),
                    into: TableName(Deliveries.predictions), by: .anyone)
            }
            #expect(tampered == .otherFeatures(model: "\(Deliveries.model)/1", expected: hash, found: changed.hash))
            #expect(try await platform.datasets.history(TableName(Deliveries.predictions)).count == 1)
        }
    }

    @Test func `A span without rows and a prediction that nobody made are said to be so`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            _ = try await score(platform)
            await #expect(throws: ScoringError.self) {
                try await platform.scoring.scoreBatch(
                    "models:/\(Deliveries.model)/Production", in: Deliveries.window(("2030-01-01", "2030-02-01")),
                    into: TableName(Deliveries.predictions), by: .anyone)
            }
            for id in ["", "x", "0123456789ab-0123456789abcdef", "' OR 1=1 --", String(repeating: "a", count: 5_000)] {
                await #expect(throws: ScoringError.unknownPrediction(id)) { try await platform.scoring.explain(id) }
            }
        }
    }

    @Test func `What was known later does not change why a prediction was made`() async throws {
        try await withWorkspace { platform in
            _ = try await Deliveries.train(platform)
            _ = try await score(platform)
            let window = try Deliveries.window(Deliveries.served)
            let table = try TableName(Deliveries.predictions)
            let surest = try #require(try await platform.scoring.predictions(in: table, window, limit: 1).first)
            // All the history that the features came from is replaced, and the other table too.
            try await platform.importText(Deliveries.deliveriesCSV(seed: 1), as: Deliveries.deliveries)
            try await platform.importText("carrier,founded\nA,1000\n", as: Deliveries.carriers)
            let why = try await platform.scoring.explain(surest.id)
            #expect(why.isReplayed && why.score == surest.score && why.asOf == surest.asOf)
        }
    }
}
