import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

extension ModelsCommand {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether a version's files are those that were registered, and which are not.",
            discussion: """
                The root is that of RFC 6962's Merkle tree (SHA-256); its leaves are the lines that are printed, sorted by \
                path in UTF-8, each with a newline at its end.

                Exit codes: 0 they are; 1 they are not; 2 no files of it are here.

                Example: martlet models verify flight-delay/Production
                """)
        @Argument(help: "The version, as flight-delay/3, flight-delay/Production or flight-delay@champion.")
        var version: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let uri = try ModelURI(argument: version)
            let seal = try await connection.withClient { try await $0.verifyModelFiles(uri) }
            if connection.json {
                try printJSON(seal)
            } else {
                printFacts([
                    ("version", "\(seal.version)"), ("files", seal.state.rawValue), ("sha256", seal.digest),
                    ("root", seal.root),
                ])
                for problem in seal.problems { print(harmlessLines(problem)) }
                if !seal.files.isEmpty { print("") }
                for file in seal.files { print(harmlessLines("\(file.sha256)  \(file.path)")) }
            }
            switch seal.state {
            case .intact: return
            case .broken: throw ExitCode(1)
            case .unsealed: throw ExitCode(2)
            }
        }
    }
}
