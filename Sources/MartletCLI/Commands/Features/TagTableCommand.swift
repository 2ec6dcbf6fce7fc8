import ArgumentParser
import Martlet
import MartletAPI
import MartletDomain

struct TagTableCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Set and delete tags of a feature table, and note where its rows come from.",
        discussion:
            "Example: martlet features tag risk.vendors owner=risk --delete draft --add-source path:s3://in/vendors")

    @Argument(help: "The feature table.") var table: String
    @Argument(help: ArgumentHelp("Tags to set.", valueName: "key=value")) var tags: [String] = []
    @Option(name: .customLong("delete"), help: "The key of a tag to delete. May be given again.")
    var deleted: [String] = []
    @Option(
        name: .customLong("add-source"),
        help: ArgumentHelp(
            "Where the rows come from: table, path or custom. May be given again.", valueName: "kind:text"))
    var added: [String] = []
    @Option(
        name: .customLong("delete-source"),
        help: ArgumentHelp("A source that they come from no more. May be given again.", valueName: "kind:text"))
    var removed: [String] = []
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if (tags + deleted + added + removed).isEmpty { throw ValidationError("Name a tag or a source.") }
        _ = (try keyedTexts(tags), try sources(added), try sources(removed))
    }

    func run() async throws {
        let request = TagFeatureTable(
            table: try TableName(table), set: try keyedTexts(tags).reduce(into: [:]) { $0[$1.key] = $1.value },
            delete: deleted, addSources: added.isEmpty ? nil : try sources(added),
            deleteSources: removed.isEmpty ? nil : try sources(removed))
        let answer = try await connection.withClient { try await $0.send(request) }
        for key in answer.absent { notice("There is no tag \(key).") }
        if connection.json { return try printJSON(answer.table) }
        print(answer.table.tags.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "\n"))
    }

    private func sources(_ texts: [String]) throws -> [FeatureDataSource] {
        try texts.map { text in
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2, let kind = FeatureDataSource.Kind(rawValue: parts[0]) else {
                throw ValidationError("A source is table:…, path:… or custom:…, not '\(text)'.")
            }
            return FeatureDataSource(kind, parts[1])
        }
    }
}
