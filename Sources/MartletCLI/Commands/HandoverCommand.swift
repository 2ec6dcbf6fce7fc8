import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct HandoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handover",
        abstract: "Move all that one person answers for to another, and print what that is and how it does.",
        discussion: """
            Models, monitoring plans and their contacts go over; requests that are open are listed. Nothing is moved when \
            something would be nobody's.

            Example: martlet handover --from director --to successor > handover.md
            """)
    @Option(help: "Who hands over.") var from: String
    @Option(help: "Who takes over.") var to: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let dossier = try await connection.withClient { try await $0.send(HandOver(from: from, to: to)) }
        if connection.json { return try printJSON(dossier) }
        print(harmlessLines(dossier.markdown), terminator: "")
    }
}
