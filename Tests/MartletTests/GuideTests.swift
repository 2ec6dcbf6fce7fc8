import Foundation
import HTTPTypes
import Martlet
import TestKit
import Testing
import TrackingExample

struct GuideTests {
    private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func `The guide shows only code that is built`() throws {
        let guide = try String(contentsOf: root.appending(path: "docs/guides/tracking-from-swift.md"), encoding: .utf8)
        let code = try String(contentsOf: root.appending(path: "Examples/tracking/Training.swift"), encoding: .utf8)
        let lines = code.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        let blocks = guide.components(separatedBy: "```swift\n").dropFirst().compactMap {
            $0.components(separatedBy: "\n```").first
        }
        #expect(blocks.count == 8)
        for block in blocks {
            let wanted = block.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            let isThere = lines.indices.contains { lines[$0...].starts(with: wanted) }
            #expect(isThere, "The example has no such lines:\n\(block)")
        }
    }

    @Test func `What the guide shows does what it says`() async throws {
        try await withServer { server in
            try await withTemporaryFolder { folder in
                let client = server.client()
                try await Training.first(client)
                try await Training.long(client, steps: 1_500)
                try await Training.search(client, depths: [3, 4])
                let export = folder.appending(path: "export")
                try FileManager.default.createDirectory(at: export, withIntermediateDirectories: true)
                try Data("flavors: {}".utf8).write(to: export.appending(path: "MLmodel"))
                #expect(try await Training.model(client, folder: export) == "1")
                try await Training.careful(client) { run in
                    let offer = Training.callback(run)
                    let isTaken = try offer(0, 0.5)
                    #expect(isTaken)
                    try await run.log(param: "a", 1)
                    try await run.logger.log(param: "a", 2)
                    try await Training.resume(client, run.id)
                    try await run.log(text: "n", as: "notes.txt")
                    try await run.log(text: "p", as: "plots/roc.svg")
                    try await Training.fetch(run, to: folder.appending(path: "back"))
                }
                let back = try FileManager.default.subpathsOfDirectory(atPath: folder.appending(path: "back").path)
                #expect(back.sorted() == ["notes.txt", "plots", "plots/roc.svg"])
                let runs = try await server.ask(
                    .post, "/api/2.0/mlflow/runs/search",
                    json: ["experiment_ids": ["1"], "order_by": ["attributes.start_time"]]
                ).json["runs"].elements
                let ends = runs.map { $0["info"]["status"].text }
                #expect(ends.count == 7 && ends.filter { $0 == "FINISHED" }.count == 6 && ends.contains("FAILED"))
            }
        }
    }
}
