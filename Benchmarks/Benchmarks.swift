import ArgumentParser
import Foundation

/// Measures what Martlet promises, and looks for what breaks it.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "martlet-benchmarks",
        abstract: "Measure what Martlet promises, and look for what breaks it.",
        subcommands: [
            GroupCommitCommand.self, LoadCommand.self, SoakCommand.self, FuzzCommand.self, OnlineCommand.self,
            OnlineServerCommand.self, TransitionCommand.self, AuditLogCommand.self, AuditVerifyCommand.self,
            AuditCostCommand.self, AuditServerCommand.self, WhyCommand.self,
        ],
        defaultSubcommand: GroupCommitCommand.self)

    static func main() async {
        // A server that closes a connection while we send is an error of that request, not the end of the program.
        signal(SIGPIPE, SIG_IGN)
        await main(nil)
    }
}
