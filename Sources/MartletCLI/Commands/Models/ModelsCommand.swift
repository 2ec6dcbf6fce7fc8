import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct ModelsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Registered models and their versions: find them, name them, compare them, fetch their files.",
        discussion: """
            A version is meant by its number, its stage or an alias: flight-delay/3, flight-delay/Production, \
            flight-delay@champion; by its number alone where it is changed (describe, tag, alias, delete). Stages, sign-offs and gates are the matter of martlet registry; a version goes to a stage \
            by martlet registry transition.

            Example: martlet models download flight-delay/Production --to model
            """,
        subcommands: [
            List.self, Show.self, Versions.self, Create.self, Register.self, Describe.self, Rename.self, Tag.self,
            Alias.self, Copy.self, Compare.self, Download.self, Verify.self, Delete.self, Request.self, Approve.self,
            Reject.self, Cancel.self, Requests.self, Comment.self, Activities.self, BreakGlass.self, Rollback.self,
            Health.self, AsOf.self, Evaluate.self, Report.self, RecordTests.self, TrainingDrift.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List or search registered models, by name unless told otherwise.",
            discussion: """
                Filters know name and tags.KEY.

                Example: martlet models search --filter "name LIKE 'flight%'" --order "last_updated_timestamp DESC"
                """,
            aliases: ["search"])
        @OptionGroup var search: SearchOptions
        @Option(help: "How many at most.") var limit = 100
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { try requireLimit(limit) }

        func run() async throws {
            let (found, hasMore) = try await connection.withClient {
                try await $0.searchRegisteredModels(
                    matching: search.filter, orderBy: search.order, pageSize: min(limit + 1, 1_000)
                ).first(limit)
            }
            if connection.json { try printJSON(found) } else { printTable(Self.table(found)) }
            if hasMore { notice("There are more: --limit \(min(limit * 2, longestList))") }
        }

        private static func table(_ models: [MLflowRegistry.RegisteredModel]) -> TextTable {
            TextTable(
                [
                    .init("NAME"), .init("NEWEST", .number), .init("PRODUCTION", .number), .init("STAGING", .number),
                    .init("ALIASES"), .init("CHANGED", .whole),
                ],
                models.map { model in
                    let versions = model.latest_versions ?? []
                    func newest(_ stage: Stage?) -> String {
                        versions.filter { stage == nil || $0.current_stage == stage?.rawValue }
                            .compactMap { Int64($0.version) }.max().map { "\($0)" } ?? ""
                    }
                    return [
                        model.name, newest(nil), newest(.production), newest(.staging),
                        (model.aliases ?? []).map { "@\($0.alias)=\($0.version)" }.joined(separator: " "),
                        formatted(milliseconds: model.last_updated_timestamp),
                    ]
                })
        }
    }

    struct Versions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List a model's versions, the newest first.",
            discussion: "Example: martlet models versions flight-delay")
        @Argument(help: "The registered model.") var model: String
        @Option(help: "How many at most.") var limit = 100
        @OptionGroup var connection: ConnectionOptions

        func validate() throws { try requireLimit(limit) }

        func run() async throws {
            let (registered, found, hasMore) = try await connection.withClient { client in
                let found = try await client.versions(of: model, limit: limit)
                return (try await client.registeredModel(model), found.elements, found.hasMore)
            }
            if connection.json {
                try printJSON(found.map { $0.named(by: registered.aliases) })
            } else {
                printTable(versionTable(found, registered.aliases))
            }
            if hasMore { notice("There are more: --limit \(min(limit * 2, longestList))") }
        }
    }
}

/// Versions with what callers know them by.
func versionTable(_ versions: [MLflowRegistry.ModelVersion], _ aliases: [MLflowRegistry.Alias]?) -> TextTable {
    TextTable(
        [
            .init("VERSION", .number), .init("STAGE", .whole), .init("ALIASES"), .init("CREATED", .whole),
            .init("RUN", .whole), .init("SOURCE"),
        ],
        versions.map { version in
            let named = version.named(by: aliases)
            return [
                version.version, version.current_stage,
                (named.aliases ?? []).map { "@\($0)" }.joined(separator: " "),
                formatted(milliseconds: version.creation_timestamp), version.run_id ?? "", version.source,
            ]
        })
}

extension MLflowRegistry.ModelVersion {
    /// With the model's aliases: a search leaves them out.
    func named(by aliases: [MLflowRegistry.Alias]?) -> Self {
        var copy = self
        let own = (aliases ?? []).filter { $0.version == version }.map(\.alias)
        if !own.isEmpty { copy.aliases = own }
        return copy
    }
}

extension Client {
    /// Versions of a model, the newest first.
    func versions(of name: String, limit: Int) async throws -> (
        elements: [MLflowRegistry.ModelVersion], hasMore: Bool
    ) {
        guard !(name.contains("'") && name.contains("\"")) else {
            throw InvalidRequest("A name with both kinds of quotes cannot be searched for: \(name)")
        }
        let quote = name.contains("'") ? "\"" : "'"
        return try await searchModelVersions(
            matching: "name = \(quote)\(name)\(quote)", orderBy: ["version_number DESC"],
            pageSize: min(limit + 1, 1_000)
        ).first(limit)
    }
}
