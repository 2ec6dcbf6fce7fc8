import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain

extension ModelsCommand {
    struct Download: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch a version's files, and check that they are the ones that were registered.",
            discussion: """
                The folder is there when every file is, and all together have the SHA-256 that the version was sealed with.

                Exit codes: 0 fetched and the same; 70 they are not the files that were registered, and nothing is kept.

                Example: martlet models download models:/flight-delay/Production --to model
                """)
        @Argument(help: "The version, as flight-delay/3, flight-delay/Production or flight-delay@champion.")
        var version: String
        @Option(help: "A new folder for the files. Default: NAME-VERSION here.") var to: String?
        @OptionGroup var connection: ConnectionOptions

        private struct Fetched: Encodable {
            var name: String
            var version: String
            var folder: String
            var files: Int
            var sha256: String
        }

        func run() async throws {
            let uri = try ModelURI(argument: version)
            let bar = ProgressBar("Fetching \(version)", unit: "B")
            let fetched = try await connection.withClient { client in
                let meant = try await client.send(FindModelVersion(uri))
                let pinned = try ModelURI(argument: "\(meant.name)/\(meant.version)")
                let folder = URL(fileURLWithPath: to ?? "\(meant.name)-\(meant.version)")
                try await client.downloadModel(pinned, to: folder) { bar.update($0.bytes, of: $0.totalBytes) }
                return Fetched(
                    name: meant.name, version: meant.version, folder: folder.path, files: meant.fileCount,
                    sha256: meant.sha256)
            }
            bar.finish()
            if connection.json { return try printJSON(fetched) }
            print(
                "\(fetched.name)/\(fetched.version): \(fetched.files) file\(fetched.files == 1 ? "" : "s") in \(fetched.folder)"
            )
            print("SHA-256 \(fetched.sha256), as registered")
        }
    }
}
