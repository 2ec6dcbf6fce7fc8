import ArgumentParser
import Foundation

struct WhyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "why", abstract: "Explain single predictions of a workspace that holds many.")

    @Argument(help: "A folder on the disk to measure; what is written there is removed at the end.")
    var folder = "."
    @Option(help: "Predictions in the workspace.") var predictions = 10_000_000
    @Option(help: "Predictions a batch.") var batch = 100_000
    @Option(help: "Predictions to explain.") var questions = 50

    func run() async throws {
        let parent = URL(fileURLWithPath: folder, isDirectory: true)
        let folder = parent.appending(path: ".martlet-benchmarks-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try await WhyBenchmark(folder: folder, predictions: predictions, batch: batch, questions: questions).run()
    }
}
