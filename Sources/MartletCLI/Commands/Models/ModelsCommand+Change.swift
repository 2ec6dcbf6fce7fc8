import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

extension ModelsCommand {
    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a registered model, without versions yet.",
            discussion: "Example: martlet models create flight-delay --description \"Delays of an hour and more\"")
        @Argument(help: "Its name, without / and :.") var name: String
        @Option(help: "What it is.") var description: String?
        @Option(name: .customLong("tag"), parsing: .singleValue, help: "A tag, as key=value. May be given again.")
        var tags: [String] = []
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let pairs = try keyedTexts(tags).map { ($0.key, $0.value) }
            let made = try await connection.withClient {
                try await $0.createRegisteredModel(
                    name, description: description, tags: Dictionary(pairs) { _, last in last })
            }
            if connection.json { return try printJSON(made) }
            print("\(made.name) is made; martlet models register gives it versions")
        }
    }

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register files as a model's next version, and seal them; the model is made if there is none.",
            discussion: "Example: martlet models register flight-delay runs:/RUN/model")
        @Argument(help: "The registered model.") var model: String
        @Argument(help: "The files: runs:/RUN/PATH, models:/m-ID or mlflow-artifacts:/PATH.") var source: String
        @Option(help: "The run that made them. Default: the one that the source tells of.") var run: String?
        @Option(help: "What it is.") var description: String?
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let made = try await connection.withClient {
                try await $0.registerModel(model, source: source, runID: run, description: description)
            }
            if connection.json { return try printJSON(made) }
            print("\(made.name)/\(made.version) is registered")
        }
    }

    struct Describe: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say what a model or a version is, in place of what was said before.",
            discussion: "Example: martlet models describe flight-delay/3 \"Trained on 2013, without weather\"")
        @Argument(help: "The model, or a version, as flight-delay/3.") var model: String
        @Argument(help: "What it is.") var text: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let meant = try ModelOrVersion(model)
            try await connection.withClient { client in
                if let version = meant.version {
                    try await client.updateModelVersion(meant.name, version: version, description: text)
                } else {
                    try await client.updateRegisteredModel(meant.name, description: text)
                }
            }
            try done("\(meant.description) is described", connection)
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Give a registered model another name; versions keep their numbers.",
            discussion: "Example: martlet models rename flight-delay flight-delay-2013")
        @Argument(help: "The registered model.") var model: String
        @Argument(help: "Its new name.") var newName: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.withClient { _ = try await $0.renameRegisteredModel(model, to: newName) }
            try done("\(model) is called \(newName)", connection)
        }
    }

    struct Tag: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Set or delete tags of a model or a version.",
            discussion: "Example: martlet models tag flight-delay/3 reviewed=yes --delete draft")
        @Argument(help: "The model, or a version, as flight-delay/3.") var model: String
        @OptionGroup var options: TagOptions
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let meant = try ModelOrVersion(model)
            try await connection.withClient { client in
                try await options.apply(
                    set: { key, value in
                        if let version = meant.version {
                            try await client.setTag(key, value, ofModel: meant.name, version: version)
                        } else {
                            try await client.setTag(key, value, ofRegisteredModel: meant.name)
                        }
                    },
                    delete: { key in
                        if let version = meant.version {
                            try await client.deleteTag(key, ofModel: meant.name, version: version)
                        } else {
                            try await client.deleteTag(key, ofRegisteredModel: meant.name)
                        }
                    })
            }
            try done("\(meant.description): \(options.summary)", connection)
        }
    }

    struct Copy: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Register a version's files as the next version of another model; stage, aliases and sign-offs stay.",
            discussion: "Example: martlet models copy flight-delay/Production flight-delay-europe")
        @Argument(help: "The version, as flight-delay/3.") var version: String
        @Argument(help: "The model that gets it; made if there is none.") var model: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let uri = try ModelURI(argument: version)
            let made = try await connection.withClient { try await $0.copyModelVersion(uri, to: model) }
            if connection.json { return try printJSON(made) }
            print("\(version) is \(made.name)/\(made.version), too")
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a model with its versions, or one version, for good; files and history stay.",
            discussion: """
                What is in service is not deleted: move it to None or Archived first.

                Example: martlet models delete flight-delay/3 --yes
                """)
        @Argument(help: "The model, or a version, as flight-delay/3.") var model: String
        @Flag(help: "Do not ask.") var yes = false
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let meant = try ModelOrVersion(model)
            try confirm(
                "Delete \(meant.description)\(meant.version == nil ? " with all its versions" : "")?", isSure: yes)
            try await connection.withClient { client in
                if let version = meant.version {
                    try await client.deleteModelVersion(meant.name, version: version)
                } else {
                    try await client.deleteRegisteredModel(meant.name)
                }
            }
            try done("\(meant.description) is deleted", connection)
        }
    }

    struct Alias: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Names by which callers find a version, as models:/flight-delay@champion.",
            subcommands: [SetAlias.self, DeleteAlias.self])

        struct SetAlias: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "set",
                abstract: "Give a version an alias, if every gate is met; another version that had it loses it.",
                discussion: "Example: martlet models alias set flight-delay/3 champion")
            @Argument(help: "The version, as flight-delay/3.") var version: String
            @Argument(help: "The alias.") var alias: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                let id = try ModelVersion.ID(text: version)
                try await connection.withClient {
                    try await $0.setAlias(alias, of: id.name, toVersion: "\(id.version)")
                }
                try done("\(id.name)@\(alias) is version \(id.version)", connection)
            }
        }

        struct DeleteAlias: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                commandName: "delete", abstract: "Take an alias away.",
                discussion: "Example: martlet models alias delete flight-delay champion")
            @Argument(help: "The registered model.") var model: String
            @Argument(help: "The alias.") var alias: String
            @OptionGroup var connection: ConnectionOptions

            func run() async throws {
                try await connection.withClient { try await $0.deleteAlias(alias, of: model) }
                try done("\(model)@\(alias) is gone", connection)
            }
        }
    }
}
