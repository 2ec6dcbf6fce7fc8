import Foundation
import Martlet
import MartletDomain
import Platform
import Synchronization
import TestKit
import Testing

struct ArtifactTests {
    @Test func `Files, folders, texts and JSON come back as they went, in process and over a socket`() async throws {
        try await withServer { server in
            try await roundTrip(server.client())
            try await server.listening { url in try await roundTrip(try Client(server: url.absoluteString)) }
        }
    }

    private func roundTrip(_ client: Client) async throws {
        try await withTemporaryFolder { folder in
            let source = folder.appending(path: "source")
            for name in ["a.txt", "deep/er/b.bin", "deep/ümläut %20.txt", "empty"] {
                let file = source.appending(path: name)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data((name == "empty" ? "" : String(repeating: name, count: 50_000)).utf8).write(to: file)
            }
            let reports = Reports()
            try await client.withRun(experiment: "files") { run in
                try await run.log(folder: source, as: "all", concurrency: 2) { reports.add($0) }
                try await run.log(artifact: source.appending(path: "a.txt"))
                try await run.log(artifact: source.appending(path: "a.txt"), as: "copies/a.txt") { reports.add($0) }
                try await run.log(text: "háčky", as: "t.txt")
                try await run.log(data: Data([0, 255]), as: "d.bin")
                try await run.log(dictionary: ["z": 1.5, "a": .nan], as: "facts.json")

                #expect(
                    try await run.artifacts.list().map(\.path) == [
                        "a.txt", "all", "copies", "d.bin", "facts.json", "t.txt",
                    ])
                #expect(
                    try await run.artifacts.list("all/deep").map(\.path) == ["all/deep/er", "all/deep/ümläut %20.txt"])
                #expect(
                    try await run.artifacts.files(in: "all").map(\.path)
                        == ["all/a.txt", "all/deep/er/b.bin", "all/deep/ümläut %20.txt", "all/empty"])
                #expect(try await run.artifacts.list("nowhere").isEmpty)
                #expect(try await run.artifacts.data("t.txt") == Data("háčky".utf8))
                #expect(String(decoding: try await run.artifacts.data("facts.json"), as: UTF8.self).contains("\"NaN\""))
                let back = folder.appending(path: "back")
                try await run.artifacts.download(folder: "all", to: back, concurrency: 3) { reports.add($0) }
                for name in ["a.txt", "deep/er/b.bin", "deep/ümläut %20.txt", "empty"] {
                    #expect(
                        try Data(contentsOf: back.appending(path: name))
                            == Data(contentsOf: source.appending(path: name)))
                }
                let left = try FileManager.default.subpathsOfDirectory(atPath: back.path)
                #expect(!left.contains { $0.hasSuffix(".part") })

                let failure = await #expect(throws: ClientError.self) {
                    try await run.artifacts.download("nowhere.txt", to: back.appending(path: "x"))
                }
                #expect(failure?.code == .resourceDoesNotExist)
            }
            let total = Int64(
                try FileManager.default.attributesOfItem(atPath: source.appending(path: "a.txt").path)[.size] as? Int
                    ?? 0)
            #expect(reports.all.contains(TransferProgress(path: "copies/a.txt", bytes: total, totalBytes: total)))
            #expect(reports.all.contains { $0.path.hasPrefix("all/") && $0.bytes == $0.totalBytes && $0.bytes > total })
            #expect(reports.all.allSatisfy { $0.bytes <= $0.totalBytes })
            try? FileManager.default.removeItem(at: folder.appending(path: "back"))
        }
    }

    @Test func `A missing file is an error, and a folder says which files did not get through`() async throws {
        try await withServer { server in
            try await server.listening { url in
                let client = try Client(server: url.absoluteString)
                try await withTemporaryFolder { folder in
                    try await client.withRun(experiment: "missing") { run in
                        await #expect(throws: CocoaError.self) {
                            try await run.log(artifact: folder.appending(path: "none.txt"))
                        }
                        try Data("x".utf8).write(to: folder.appending(path: "good.txt"))
                        try Data("x".utf8).write(to: folder.appending(path: "gone.txt"))
                        try FileManager.default.setAttributes(
                            [.posixPermissions: 0], ofItemAtPath: folder.appending(path: "gone.txt").path)
                        if FileManager.default.isReadableFile(atPath: folder.appending(path: "gone.txt").path) {
                            return
                        }
                        let failure = await #expect(throws: IncompleteTransfer.self) {
                            try await run.log(folder: folder)
                        }
                        #expect(failure?.fileCount == 2 && failure?.problems.map(\.path) == ["gone.txt"])
                        #expect(try await run.artifacts.list().map(\.path) == ["good.txt"])
                    }
                }
            }
        }
    }

    @Test func `A download that breaks off again and again goes on where it was`() async throws {
        let seed = UInt64.random(in: 0...(.max))
        var random = SplitMix(seed: seed)
        let bytes = Data((0..<3_000_000).map { _ in UInt8.random(in: 0...255, using: &random) })
        try await withServer { server in
            try await withTemporaryFolder { folder in
                let uri = try await server.client().withRun(experiment: "long") { run in
                    try await run.log(data: bytes, as: "weights.bin")
                    return run.artifacts.uri
                }
                let destination = folder.appending(path: "weights.bin")
                let reports = Reports()
                try await server.listening(downloadLimit: 700_000) { url in
                    let client = try Client(server: url.absoluteString, retry: .hasty)
                    try await client.artifacts(at: uri).download("weights.bin", to: destination) { reports.add($0) }
                }
                #expect(try Data(contentsOf: destination) == bytes, "seed \(seed)")
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["weights.bin"])
                #expect(reports.all.map(\.bytes) == reports.all.map(\.bytes).sorted(), "It started over.")
                #expect(
                    reports.all.last == TransferProgress(path: "weights.bin", bytes: 3_000_000, totalBytes: 3_000_000))
            }
        }
    }

    @Test func `A download is taken up by another program, unless the file has changed`() async throws {
        try await withServer { server in
            try await withTemporaryFolder { folder in
                let first = Data(repeating: 1, count: 1_000_000)
                let destination = folder.appending(path: "w.bin")
                // What another file left, whose name begins alike.
                try first.prefix(10).write(to: folder.appending(path: ".w.bin.old.aa.part"))
                let uri = try await server.client().withRun(experiment: "taken up") { run in
                    try await run.log(data: first, as: "w.bin")
                    return run.artifacts.uri
                }
                func broken() async throws {
                    try await server.listening(downloadLimit: 400_000) { url in
                        let client = try Client(server: url.absoluteString, retry: .never)
                        await #expect(throws: ClientError.self) {
                            try await client.artifacts(at: uri).download("w.bin", to: destination)
                        }
                    }
                    #expect(!FileManager.default.fileExists(atPath: destination.path))
                    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 2)
                }
                try await broken()
                let watched = WatchedTransport(server.transport)
                try await Client(transport: watched).artifacts(at: uri).download("w.bin", to: destination)
                #expect(watched.requests.last?.headers["Range"] != nil)
                #expect(try Data(contentsOf: destination) == first)

                try FileManager.default.removeItem(at: destination)
                try await broken()
                let second = Data(repeating: 2, count: 900_000)
                try await server.client().artifacts(at: uri).put(second, as: "w.bin")
                try await server.client().artifacts(at: uri).download("w.bin", to: destination)
                #expect(try Data(contentsOf: destination) == second)
                #expect(
                    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                        == [".w.bin.old.aa.part", "w.bin"])

                // A name with no room for a tag.
                let long = folder.appending(path: String(repeating: "n", count: 240))
                try await server.listening(downloadLimit: 10_000_000) { url in
                    try await Client(server: url.absoluteString).artifacts(at: uri).download("w.bin", to: long)
                }
                #expect(try Data(contentsOf: long) == second)
            }
        }
    }

    @Test func `A logged model is READY with its files, measured and linked, or FAILED`() async throws {
        try await withServer { server in
            let client = server.client()
            let data = DatasetInput(name: "holdout", digest: "abc", sourceType: "local", source: "{}")
            let (run, model) = try await client.withRun(experiment: "models") { run in
                try await run.log(input: data, context: "evaluation")
                let params = Dictionary(uniqueKeysWithValues: (0..<230).map { ("p\($0)", $0) })
                let model = try await run.logModel("forest", type: "xgboost", params: params, tags: ["a": "b"], step: 4)
                { model in
                    try await model.log(text: "flavors: {}", as: "MLmodel")
                    try await model.set(tags: ["c": "d"])
                    try await model.log(params: ["late": 1.5])
                }
                try await run.log(metric: "auc", 0.9, step: 4, dataset: data, model: model)
                try await run.logger.log(metric: "f1", 0.8, dataset: data, model: model)
                try await model.log(metric: "loss", 0.1)
                await #expect(throws: Oops.self) {
                    try await run.logModel("broken") { model in
                        try await model.set(tags: ["id": model.id])
                        throw Oops()
                    }
                }
                return (run.id, model)
            }
            let made = try await server.platform.tracking.loggedModel(model.id)
            #expect(made.status == .ready && made.sourceRunID == run && made.modelType == "xgboost")
            #expect(made.params.count == 231)
            #expect(made.tags.map(\.key).filter { ["a", "c"].contains($0) } == ["a", "c"])
            #expect(Set(made.metrics.map(\.key)) == ["auc", "f1", "loss"])
            #expect(made.metrics.filter { $0.datasetName == "holdout" }.count == 2)
            #expect(try await model.artifacts.data("MLmodel") == Data("flavors: {}".utf8))
            let sent = try await server.run(run)
            let outputs = sent.json["outputs"]["model_outputs"].elements
            #expect(outputs.count == 2 && outputs[0]["model_id"].text == model.id && outputs[0]["step"] == 4)
            let broken = try await server.platform.tracking.loggedModel(outputs[1]["model_id"].text)
            #expect(broken.status == .uploadFailed)
            #expect(sent.json["inputs"]["dataset_inputs"].elements.count == 1)

            let version = try await client.registerModel("flights", source: model.uri, runID: run)
            #expect(version.version == "1")
            try await client.withRun(experiment: "models") { user in
                try await user.log(inputModel: model.id)
                #expect(try await server.run(user.id).json["inputs"]["model_inputs"].elements.count == 1)
            }
        }
    }
}

/// What progress was reported.
private final class Reports: Sendable {
    private let list = Mutex<[TransferProgress]>([])
    var all: [TransferProgress] { list.withLock { $0 } }
    func add(_ progress: TransferProgress) { list.withLock { $0.append(progress) } }
}
