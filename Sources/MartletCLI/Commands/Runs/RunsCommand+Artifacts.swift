import ArgumentParser
import Foundation
import Martlet
import MartletDomain
import TerminalText

extension RunsCommand {
    struct Artifacts: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "artifacts", abstract: "Files that a run left: list them, bring them here.",
            subcommands: [ListFiles.self, Download.self])

        struct ListFiles: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "list", abstract: "List a run's files as a tree.",
                discussion: "Example: martlet runs artifacts list 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e plots")
            @Argument(help: "The run's id.") var run: String
            @Argument(help: "A folder of its files. Default: all.") var path = ""
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let tree = try await connection.withClient { client in
                    let folder = try await client.artifacts(ofRun: run)
                    return try await ArtifactTree(folder, in: path)
                }
                let files = tree?.files ?? []
                if connection.json { return try printJSON(files) }
                guard !path.isEmpty else { return tree?.lines.forEach { print($0) } ?? () }
                for file in files { print(file.is_dir ? harmless(file.path) + "/" : harmless(file.path)) }
            }
        }

        struct Download: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Bring a run's files, a folder or one file of them to this machine.",
                discussion:
                    "Example: martlet runs artifacts download 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e plots --to report")
            @Argument(help: "The run's id.") var run: String
            @Argument(help: "A file or folder of its files. Default: all.") var path = ""
            @Option(help: "The folder to put them in; made if there is none. Default: this one.") var to = "."
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let target = URL(fileURLWithPath: to)
                let bar = ProgressBar("Fetching", unit: "B")
                let count = try await connection.withClient { client in
                    let folder = try await client.artifacts(ofRun: run)
                    return try await folder.fetch(path.split(separator: "/").joined(separator: "/"), to: target) {
                        bar.update($0.bytes, of: $0.totalBytes)
                    }
                }
                bar.finish()
                print("\(count) file\(count == 1 ? "" : "s") in \(target.path)")
            }
        }
    }
}

extension Client {
    /// A run's files.
    /// - Throws: ``CommandRefusal`` when they are not in Martlet's store.
    fileprivate func artifacts(ofRun id: String) async throws -> ArtifactFolder {
        let folder = artifacts(at: try await run(id).info.artifact_uri)
        guard folder.isInStore else {
            throw CommandRefusal(
                code: .invalidParameterValue,
                message:
                    "The files of \(id) are not in Martlet's store but at \(folder.uri): fetch them with its client.")
        }
        return folder
    }
}

extension ArtifactFolder {
    /// Fetches a folder with its own name kept, or one file; an empty path means all.
    /// - Returns: How many files.
    fileprivate func fetch(
        _ path: String, to target: URL, progress: @escaping TransferProgress.Report
    ) async throws -> Int {
        let files = try await files(in: path)
        if !files.isEmpty || path.isEmpty {
            let destination = path.split(separator: "/").last.map { target.appending(path: String($0)) } ?? target
            try FileManager.default.createDirectory(at: destination, withIntermediateDirectories: true)
            try await download(folder: path, to: destination, progress: progress)
            return files.count
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        try await download(path, to: target.appending(path: name), progress: progress)
        return 1
    }
}
