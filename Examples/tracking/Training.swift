public import Foundation
public import Martlet

/// What `docs/guides/tracking-from-swift.md` shows, as it is built and run by the tests.
public enum Training {
    /// A program's first run.
    public static func first(_ client: Client) async throws {
        try await client.withRun(experiment: "churn", name: "baseline") { run in
            try await run.log(params: ["max_depth": 6, "eta": 0.3, "booster": "gbtree"])
            for step in 0..<3 {
                try await run.log(metric: "loss", 1 / Double(step + 1), step: step)
            }
            try await run.set(tag: "team", "growth")
            try await run.log(text: "Trained on March.", as: "notes.txt")
        }
    }

    /// A loop that does not wait for the server.
    public static func long(_ client: Client, steps: Int) async throws {
        try await client.withRun(experiment: "churn", systemMetrics: .init(interval: .seconds(10))) { run in
            for step in 0..<steps {
                try await run.logger.log(metrics: ["loss": 1 / Double(step + 1), "rate": 0.01], step: step)
                if step.isMultiple(of: 1_000) {
                    try await run.logger.flush()  // On the server's disk from here on.
                }
            }
        }  // Returns when everything is written, or says what is not.
    }

    /// For code that cannot wait, such as a callback of a training library.
    public static func callback(_ run: TrackedRun) -> @Sendable (Int, Double) throws -> Bool {
        { step, loss in try run.logger.offer(metric: "loss", loss, step: step) }
    }

    /// What became of a run that could not be written whole.
    public static func careful(_ client: Client, _ train: (TrackedRun) async throws -> Void) async throws {
        do {
            try await client.withRun(experiment: "churn", train)
        } catch let failure as IncompleteRun {
            print(failure)
            for entry in failure.unwritten { print("kept back:", entry) }
        }
    }

    /// One run with several within.
    public static func search(_ client: Client, depths: [Int]) async throws {
        try await client.withRun(experiment: "churn", name: "depth search") { search in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for depth in depths {
                    group.addTask {
                        try await search.withRun(name: "depth \(depth)") { run in
                            try await run.log(param: "max_depth", depth)
                            try await run.log(metric: "auc", 0.8 + Double(depth) / 100)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    /// A run that is taken up again.
    public static func resume(_ client: Client, _ runID: String) async throws {
        try await client.withRun(resuming: runID) { run in
            try await run.log(metric: "loss", 0.1, step: 4)
        }
    }

    /// A model, measured and registered.
    public static func model(_ client: Client, folder: URL) async throws -> String {
        let holdout = DatasetInput(
            name: "holdout", digest: "5f1c", sourceType: "local", source: #"{"uri": "holdout.csv"}"#)
        return try await client.withRun(experiment: "churn") { run in
            try await run.log(input: holdout, context: "evaluation")
            let model = try await run.logModel("forest", params: ["trees": 200]) { model in
                try await model.log(folder: folder) { print($0.path, $0.bytes, "of", $0.totalBytes) }
            }
            try await model.log(metric: "auc", 0.91, dataset: holdout)
            return try await client.registerModel("churn", source: model.uri, runID: run.id).version
        }
    }

    /// Files of a run, brought here.
    public static func fetch(_ run: TrackedRun, to folder: URL) async throws {
        for file in try await run.artifacts.files() { print(file.path, file.sizeInBytes ?? 0) }
        try await run.artifacts.download("notes.txt", to: folder.appending(path: "notes.txt"))
        try await run.artifacts.download(folder: "plots", to: folder.appending(path: "plots"))
    }
}
