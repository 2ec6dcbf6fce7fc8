import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import TestKit
import Testing

/// Everything that the SDK finds and manages, on the real server within this process.
struct QueryTests {
    @Test func `An experiment is made, found, renamed, tagged, deleted and restored`() async throws {
        try await withServer { server in
            let client = server.client()
            let id = try await client.createExperiment("first", tags: ["a": "1"])
            #expect(try await client.experiment(named: "first").experiment_id == id)
            try await client.renameExperiment(id, to: "second / ünïcode & more")
            #expect(try await client.experiment(named: "second / ünïcode & more").experiment_id == id)
            try await client.setTag("b", "2", ofExperiment: id)
            try await client.deleteTag("a", ofExperiment: id)
            #expect(try await client.experiment(id).tags == [.init(key: "b", value: "2")])
            try await client.deleteExperiment(id)
            #expect(try await client.searchExperiments().first(10).elements.map(\.experiment_id) == ["0"])
            let deleted = try await client.searchExperiments(view: .deletedOnly).first(10)
            #expect(deleted.elements.map(\.experiment_id) == [id] && !deleted.hasMore)
            try await client.restoreExperiment(id)
            #expect(try await client.experiment(id).lifecycle_stage == "active")
            await #expect(throws: ClientError.self) { try await client.createExperiment("Default") }
        }
    }

    @Test func `Pages hold as many as were asked for, and all together hold all`() async throws {
        try await withServer { server in
            let client = server.client()
            for number in 0..<7 { _ = try await client.createExperiment("e\(number)") }
            let found = client.searchExperiments(matching: "name LIKE 'e%'", orderBy: ["name ASC"], pageSize: 3)
            var sizes: [Int] = []
            for try await page in found.pages { sizes.append(page.elements.count) }
            #expect(sizes.filter { $0 > 0 } == [3, 3, 1])
            var names: [String] = []
            for try await experiment in found { names.append(experiment.name) }
            #expect(names == (0..<7).map { "e\($0)" })
            let first = try await found.page()
            let second = try await found.page(after: first.nextToken)
            #expect((first.elements + second.elements).map(\.name) == (0..<6).map { "e\($0)" })
            let (five, hasMore) = try await found.first(5)
            #expect(five.count == 5 && hasMore)
            #expect(try await found.first(7).hasMore == false)
        }
    }

    @Test func `A sequence asks for a page only when it is reached`() async throws {
        try await withServer { server in
            let client = server.client()
            let run = try await client.withRun(experiment: "history") { run in
                for step in 0..<50 { try await run.log(metric: "loss", Double(step), step: step) }
                return run.id
            }
            let watched = WatchedTransport(server.transport)
            let history = Client(transport: watched).metricHistory("loss", ofRun: run, pageSize: 10)
            #expect(watched.requests.isEmpty)
            var steps: [Int64] = []
            for try await metric in history {
                steps.append(metric.step?.value ?? -1)
                if steps.count == 15 { break }
            }
            #expect(watched.requests.count == 2)
            #expect(steps == Array(0..<15))
            steps = []
            for try await metric in history { steps.append(metric.step?.value ?? -1) }
            #expect(steps == Array(0..<50))
        }
    }

    @Test func `Runs are found by filter and order, changed, deleted and restored`() async throws {
        try await withServer { server in
            let client = server.client()
            let experiment = try await client.createExperiment("runs")
            var ids: [String] = []
            for depth in 1...3 {
                ids.append(
                    try await client.withRun(experiment: "runs") { run in
                        try await run.log(param: "depth", depth)
                        try await run.log(metric: "auc", Double(depth) / 10)
                        return run.id
                    })
            }
            let found = client.searchRuns(
                in: [experiment], matching: "metrics.auc > 0.15", orderBy: ["metrics.auc ASC"], pageSize: 1)
            #expect(try await found.first(10).elements.map(\.info.run_id) == [ids[1], ids[2]])
            try await client.setTag("key", "value", ofRun: ids[0])
            #expect(try await client.run(ids[0]).data.tags?.contains(.init(key: "key", value: "value")) == true)
            try await client.deleteTag("key", ofRun: ids[0])
            #expect(try await client.run(ids[0]).data.tags?.contains { $0.key == "key" } == false)
            let info = try await client.updateRun(ids[0], status: .killed, endTime: 5, name: "renamed")
            #expect(info.status == "KILLED" && info.end_time == 5 && info.run_name == "renamed")
            try await client.deleteRun(ids[0])
            #expect(
                try await client.searchRuns(in: [experiment], view: .deletedOnly).first(5).elements.map(\.info.run_id)
                    == [ids[0]])
            try await client.restoreRun(ids[0])
            #expect(try await client.searchRuns(in: [experiment]).first(5).elements.count == 3)
        }
    }

    @Test func `A model and its versions are managed by name, stage and alias`() async throws {
        try await withServer { server in
            let client = server.client()
            let source = try await logModel(client)
            try await client.createRegisteredModel("late", description: "first", tags: ["a": "1"])
            await #expect(throws: ClientError.self) { try await client.createRegisteredModel("late") }
            try await client.updateRegisteredModel("late", description: "second")
            try await client.setTag("b", "2", ofRegisteredModel: "late")
            try await client.deleteTag("a", ofRegisteredModel: "late")
            for _ in 1...2 { _ = try await client.registerModel("late", source: source, tags: ["t": "0"]) }
            try await client.updateModelVersion("late", version: "1", description: "about one")
            try await client.setTag("c", "3", ofModel: "late", version: "1")
            try await client.deleteTag("t", ofModel: "late", version: "1")
            try await client.setAlias("champion", of: "late", toVersion: "1")
            try await client.transitionStage(of: "late", version: "2", to: .staging)

            let model = try await client.registeredModel("late")
            #expect(model.description == "second" && model.tags == [.init(key: "b", value: "2")])
            let one = try await client.modelVersion(at: ModelURI("models:/late@champion"))
            #expect(one.version == "1" && one.description == "about one" && one.tags == [.init(key: "c", value: "3")])
            #expect(try await client.modelVersion(at: ModelURI("models:/late/Staging")).version == "2")
            #expect(try await client.modelVersion(at: ModelURI("models:/late/latest")).version == "2")
            #expect(try await client.modelVersion(at: ModelURI("models:/late/1")).version == "1")
            let missing = await #expect(throws: ClientError.self) {
                try await client.modelVersion(at: ModelURI("models:/late/Production"))
            }
            #expect(missing?.code == .resourceDoesNotExist)
            let versions = client.searchModelVersions(
                matching: "name = 'late'", orderBy: ["version_number DESC"], pageSize: 1)
            #expect(try await versions.first(9).elements.map(\.version) == ["2", "1"])
            #expect(try await client.downloadURI(of: "late", version: "1").hasPrefix("mlflow-artifacts:/"))

            let copy = try await client.copyModelVersion(ModelURI("models:/late@champion"), to: "later")
            #expect(copy.name == "later" && copy.version == "1" && copy.description == "about one")
            #expect(copy.tags == [.init(key: "c", value: "3")] && copy.current_stage == "None")

            try await client.deleteAlias("champion", of: "late")
            await #expect(throws: ClientError.self) { try await client.modelVersion("late", alias: "champion") }
            try await client.deleteModelVersion("late", version: "1")
            try await client.renameRegisteredModel("later", to: "latest-of-all")
            let names = client.searchRegisteredModels(orderBy: ["name DESC"], pageSize: 1)
            #expect(try await names.first(9).elements.map(\.name) == ["latest-of-all", "late"])
            try await client.deleteRegisteredModel("latest-of-all")
            #expect(try await client.searchRegisteredModels().first(9).elements.map(\.name) == ["late"])
        }
    }

    @Test func `Logged models are found, tagged and deleted`() async throws {
        try await withServer { server in
            let client = server.client()
            let id = String(try await logModel(client).dropFirst("models:/".count))
            let experiment = try await client.experimentID(named: "logged")
            try await client.setTags(["one / two": "2", "three": "3"], ofLoggedModel: id)
            try await client.deleteTag("one / two", ofLoggedModel: id)
            #expect(try await client.loggedModel(id).info.tags == [.init(key: "three", value: "3")])
            let found = client.searchLoggedModels(in: [experiment], matching: "name = 'model'", pageSize: 1)
            #expect(try await found.first(5).elements.map(\.info.model_id) == [id])
            try await client.deleteLoggedModel(id)
            #expect(try await client.searchLoggedModels(in: [experiment]).first(5).elements.isEmpty)
        }
    }

    @Test func `A version's files are fetched and checked; what was changed on the disk is not kept`() async throws {
        try await withServer { server in
            let client = server.client()
            _ = try await client.registerModel("late", source: try await logModel(client))
            try await withTemporaryFolder { folder in
                let target = folder.appending(path: "got")
                let version = try await client.downloadModel(ModelURI("models:/late/latest"), to: target)
                #expect(version.version == "1" && version.fileCount == 1)
                #expect(try String(contentsOf: target.appending(path: "MLmodel"), encoding: .utf8) == "model")
                await #expect(throws: ModelDownloadError.folderExists(target.path)) {
                    try await client.downloadModel(ModelURI("models:/late/1"), to: target)
                }

                let path = try #require(version.artifactURI).dropFirst("mlflow-artifacts:/".count)
                let stored = server.platform.artifacts.root.appending(path: "\(path)/MLmodel")
                try Data("other".utf8).write(to: stored)
                let refusal = await #expect(throws: ModelDownloadError.self) {
                    try await client.downloadModel(ModelURI("models:/late/1"), to: folder.appending(path: "again"))
                }
                #expect(refusal?.code == .dataLoss)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["got"])
            }
        }
    }

    /// - Returns: `models:/m-ID`
    private func logModel(_ client: Client) async throws -> String {
        try await client.withRun(experiment: "logged") { run in
            try await run.logModel("model") { try await $0.log(text: "model", as: "MLmodel") }.uri
        }
    }
}
