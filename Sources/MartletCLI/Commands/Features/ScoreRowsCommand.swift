import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct ScoreRowsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score-batch",
        abstract: "Score rows by a model that knows its own features: they are looked up as of each row's time.",
        discussion: """
            One row in, one row out, in order: the rows' columns, the model's inputs that they lack, the prediction last. A \
            column that is named like a feature is used in its place, nulls included; which ones, is kept on record.

            Refused when a feature view is not what the model was trained on. --allow-drift goes on with the definition that \
            was packed with the model, and keeps who said so and why.

            Example: martlet features score-batch models:/risk/Production today.parquet --out scored.parquet
            """)

    @Argument(help: "The model, as models:/name/Stage or models:/name@alias.") var model: String
    @Argument(help: "A file with the rows: .csv, .csv.gz, .parquet or .jsonl.") var file: String?
    @OptionGroup var rows: FeatureRowsOptions
    @Option(name: [.customShort("o"), .customLong("out")], help: "The Parquet file to write.") var out: String?
    @Option(help: "The table to append the result to.") var into: String?
    @Flag(help: "Stop at the model's inputs, for a model that runs elsewhere.") var featuresOnly = false
    @Option(help: ArgumentHelp("Why it does not matter that views have changed.", valueName: "reason"))
    var allowDrift: String?
    @Flag(help: "Take a version by its number, models:/NAME/VERSION, because history is meant.") var history = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (out == nil) != (into == nil) else {
            throw ValidationError("Say where the result goes: --out or --into.")
        }
    }

    func run() async throws {
        let table = try into.map { try TableName($0) }
        let done = try await connection.withClient { client in
            guard let source = try await rows.source(file, client) else {
                throw ValidationError("Say where the rows come from: FILE, --from-table or --sql.")
            }
            let request = ScoreRows(
                modelURI: model, rows: source, featuresOnly: featuresOnly, allowDrift: allowDrift,
                history: history ? true : nil)
            if let table { return try await client.send(ScoreRowsInto(table, request)) }
            return try await writingWhole(out ?? "") { handle in
                try await client.scoreRows(request) { try handle.write(contentsOf: $0) }
            }
        }
        if connection.json { return try printJSON(done) }
        let place = done.predictions?.description ?? out ?? ""
        print(
            "\(done.rowCount) rows \(featuresOnly ? "given features" : "scored") by \(done.model)/\(done.modelVersion) "
                + "into \(harmless(place))")
        printFacts([
            ("record", done.id), ("first prediction", done.predictionID(row: 0)), ("plan", done.planHash),
            ("content", done.contentHash),
            ("read", Set(done.sources.values).map(\.description).sorted().joined(separator: ", ")),
            ("taken from the rows", done.overridden.joined(separator: ", ")), ("allowed because", done.driftReason),
        ])
        for warning in done.warnings { print("warning: \(harmless(warning))") }
    }
}

/// Writes a file so that one that breaks off leaves what was there as it was.
func writingWhole<Result>(_ path: String, _ body: (FileHandle) async throws -> Result) async throws -> Result {
    let (file, part) = (URL(fileURLWithPath: path), URL(fileURLWithPath: path + ".part"))
    guard FileManager.default.createFile(atPath: part.path, contents: nil) else {
        throw InvalidRequest("The file \(path) cannot be written.")
    }
    do {
        let handle = try FileHandle(forWritingTo: part)
        let result = try await body(handle)
        try handle.close()
        try? FileManager.default.removeItem(at: file)
        try FileManager.default.moveItem(at: part, to: file)
        return result
    } catch {
        try? FileManager.default.removeItem(at: part)
        throw error
    }
}
