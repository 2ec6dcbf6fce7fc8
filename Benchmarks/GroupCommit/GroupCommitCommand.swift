import ArgumentParser
import Foundation

struct GroupCommitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group-commit", abstract: "Durable writes of one metric, committed in groups and one each.")

    @Argument(help: "A folder on the disk to measure; what is written there is removed at the end.")
    var folder = "."

    func run() async throws {
        let parent = URL(fileURLWithPath: folder, isDirectory: true)
        let folder = parent.appending(path: ".martlet-benchmarks-\(UUID().uuidString.lowercased())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        print("\(ProcessInfo.processInfo.activeProcessorCount) processor cores\n")
        try await GroupCommitBenchmark(folder: folder).run()
    }
}
