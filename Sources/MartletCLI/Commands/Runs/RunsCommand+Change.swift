import ArgumentParser
import Martlet

extension RunsCommand {
    struct Tag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set or delete tags of a run.",
            discussion: "Example: martlet runs tag 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e reviewed=yes --delete draft")
        @Argument(help: "The run's id.") var run: String
        @OptionGroup var options: TagOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                try await options.apply(
                    set: { try await client.setTag($0, $1, ofRun: run) },
                    delete: { try await client.deleteTag($0, ofRun: run) })
            }
            print("\(run): \(options.summary)")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put runs out of sight; restore brings them back.",
            discussion: "Example: martlet runs delete 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e")
        @Argument(help: "Ids of runs.") var runs: [String]
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                for run in runs {
                    try await client.deleteRun(run)
                    print("\(run) is deleted; martlet runs restore brings it back")
                }
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring deleted runs back.",
            discussion: "Example: martlet runs restore 5d1b2c3e4f5a6b7c8d9e0f1a2b3c4d5e")
        @Argument(help: "Ids of runs.") var runs: [String]
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                for run in runs {
                    try await client.restoreRun(run)
                    print("\(run) is back")
                }
            }
        }
    }
}
