import ArgumentParser
import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform

extension AuditCommand {
    struct ExportCommand: AsyncParsableCommand {
        enum Format: String, ExpressibleByArgument, CaseIterable {
            case tiles, jsonl, parquet
        }

        static let configuration = CommandConfiguration(
            commandName: "export",
            abstract: "Write the log as plain files that others read.",
            discussion: """
                tiles: a folder that any transparency-log verifier reads (C2SP tlog-tiles). jsonl, parquet: one file in the shape \
                of Databricks' system.access.audit, with the position and the three digests beside. It reads the workspace's \
                files, also while a server runs.
                """)
        @Argument(help: "A new folder for tiles, else a new file.") var target: String
        @Option(help: "tiles, jsonl, parquet. Default: by the file's name, else tiles.") var format: Format?
        @Option(help: "The workspace folder. Default: MARTLET_WORKSPACE, else martlet-data.") var workspace: String?

        func run() async throws {
            let folder = try ConnectionOptions.folderOfFiles(workspace)
            let archive = try AuditArchive(folder.metadataFile)
            let place = URL(fileURLWithPath: target)
            switch format ?? Format(rawValue: place.pathExtension) ?? .tiles {
            case .tiles:
                let size = try archive.export(to: place)
                print(
                    "Wrote \(size) entries to \(place.path). "
                        + "Verify with: martlet audit verify \(target) --public-key KEY")
            case .jsonl:
                print("Wrote \(try archive.exportRows(to: place)) entries to \(place.path)")
            case .parquet:
                let size = try await AuditParquet.write(archive, to: place)
                print("Wrote \(size) entries to \(place.path)")
            }
        }
    }
}
