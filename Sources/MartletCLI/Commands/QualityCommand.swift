import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct QualityCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quality", abstract: "What is expected of tables, and whether they are so.",
        subcommands: [Run.self])

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Run a file of expectation suites on the newest versions of their tables.",
            discussion: """
                Exit codes: 0 no error-level expectation failed; 1 one did.

                Example: martlet quality run Examples/flights/quality.yaml --as-of 2014-01-01
                """)

        @Argument(help: "The YAML file.") var file: String
        @Option(help: "The instant that freshness is measured from. Default: now.") var asOf: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let request = RunQuality(suite: try textFile(file), asOf: try asOf.map { try Instant($0) })
            let reports = try await connection.withClient { try await $0.send(request).reports }
            if connection.json { try printJSON(reports) } else { for report in reports { print(report.summary) } }
            if reports.contains(where: \.isStopped) { throw ExitCode(1) }
        }
    }
}
