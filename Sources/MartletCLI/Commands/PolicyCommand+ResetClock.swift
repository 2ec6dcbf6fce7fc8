import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

extension PolicyCommand {
    struct ResetClock: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-clock",
            abstract: "Set the registry's time back to the clock's, after the clock had been set ahead by mistake.",
            discussion: """
                The registry's time never goes back by itself, so that nobody revives a sign-off or thaws a freeze by turning a \
                clock. After a clock that was far ahead, ages and waiting periods would stand still until that time comes. An \
                administrator mends that with a reason, which is in the log for good. Nothing that bears a time to come counts \
                as fresh afterwards. Without --reason it only says what time it is.

                Example: martlet policy reset-clock --reason "the host came up in 2041"
                """)
        @Option(help: "Why.") var reason: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let clock = try await connection.withClient { client in
                if let reason { return try await client.send(ResetRegistryClock(reason: reason)) }
                return try await client.send(GetRegistryClock())
            }
            if connection.json { return try printJSON(clock) }
            printFacts([
                ("registry", formatted(milliseconds: clock.registry)), ("clock", formatted(milliseconds: clock.clock)),
                ("was", clock.former.map { formatted(milliseconds: $0) }),
            ])
        }
    }
}
