import Foundation

/// `martlet-benchmarks [FOLDER]`: measures what Martlet promises, on a disk of your choice.
@main
struct Benchmarks {
    static func main() async {
        let arguments = CommandLine.arguments.dropFirst()
        if let first = arguments.first, arguments.count > 1 || first.hasPrefix("-") {
            print("usage: martlet-benchmarks [FOLDER]   (on the disk to measure; default: the current folder)")
            exit(first == "--help" || first == "-h" ? 0 : 64)
        }
        let parent = URL(fileURLWithPath: arguments.first ?? ".", isDirectory: true)
        let folder = parent.appending(path: ".martlet-benchmarks-\(UUID().uuidString.lowercased())")
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            print("\(ProcessInfo.processInfo.activeProcessorCount) processor cores\n")
            try await GroupCommitBenchmark(folder: folder).run()
        } catch {
            FileHandle.standardError.write(Data("The benchmark failed: \(error)\n".utf8))
            try? FileManager.default.removeItem(at: folder)
            exit(1)
        }
    }
}
