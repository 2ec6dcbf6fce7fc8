import ArgumentParser
import Martlet

extension ExperimentsCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an experiment, and print its id.",
            discussion: "Example: martlet experiments create flights --tag team=operations")
        @Argument(help: "Its name, which no other has, deleted ones included.") var name: String
        @Option(help: "Where its runs' files go. Default: the server's store.") var artifactLocation: String?
        @Option(name: .customLong("tag"), parsing: .singleValue, help: "A tag, as key=value. May be given again.")
        var tags: [String] = []
        @OptionGroup var connection: ConnectionOptions

        private struct Created: Encodable { var experiment_id: String }

        func run() async throws {
            let pairs = try keyedTexts(tags).map { ($0.key, $0.value) }
            let id = try await connection.withClient {
                try await $0.createExperiment(
                    name, artifactLocation: artifactLocation, tags: Dictionary(pairs) { _, last in last })
            }
            if connection.json { return try printJSON(Created(experiment_id: id)) }
            print(id)
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give an experiment another name.",
            discussion: "Example: martlet experiments rename flights flights-2013")
        @Argument(help: "The experiment, by id or name.") var experiment: String
        @Argument(help: "Its new name.") var newName: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let id = try await connection.withClient { client in
                let found = try await client.experiment(namedOrID: experiment)
                try await client.renameExperiment(found.experiment_id, to: newName)
                return found.experiment_id
            }
            print("Experiment \(id) is called \(newName)")
        }
    }

    struct Tag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set or delete tags of an experiment.",
            discussion: "Example: martlet experiments tag flights team=operations --delete draft")
        @Argument(help: "The experiment, by id or name.") var experiment: String
        @OptionGroup var options: TagOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                let id = try await client.experiment(namedOrID: experiment).experiment_id
                try await options.apply(
                    set: { try await client.setTag($0, $1, ofExperiment: id) },
                    delete: { try await client.deleteTag($0, ofExperiment: id) })
            }
            print("\(experiment): \(options.summary)")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an experiment and its runs out of sight; restore brings them back.",
            discussion: "Example: martlet experiments delete flights")
        @Argument(help: "The experiment, by id or name.") var experiment: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                try await client.deleteExperiment(try await client.experiment(namedOrID: experiment).experiment_id)
            }
            print("\(experiment) is deleted; martlet experiments restore brings it back")
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring a deleted experiment back, with the runs that were deleted with it.",
            discussion: "Example: martlet experiments restore flights")
        @Argument(help: "The experiment, by id or name.") var experiment: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { client in
                try await client.restoreExperiment(try await client.experiment(namedOrID: experiment).experiment_id)
            }
            print("\(experiment) is back")
        }
    }
}
