import ArgumentParser
import FeatureEngine
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import Platform
import QueryEngine
import TerminalText

extension FeaturesCommand {
    struct BuildSet: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "build",
            abstract: "Join to each row what its features were at that row's time, and keep the result.",
            discussion: """
                One row in, one row out. With --spec and --out, out of files into a file; with --spec and --into, out of the \
                workspace's tables into a table, by which it can be computed again. Else out of the workspace's tables by a \
                feature set, where outcomes that became known after --known-at are left out.

                Example: martlet features training-set --spec training.yaml --spine labels.parquet --out training.parquet

                Example: martlet features training-set --spec training.yaml --spine flights.labels --into flights.training

                Example: martlet features training-set flights.training --features flights --spine flights.flights --key \
                flight_id --time departure --keep dep_delay --label late --label-known-at landed_at --from 2013-01-01 --to \
                2013-07-01
                """)

        @Argument(help: "The table to write.") var table: String?
        @Option(help: "A file that says what the training set is made of, in place of the options below.")
        var spec: String?
        @Option(help: "With --spec: the file to write, .parquet or .csv.") var out: String?
        @Option(help: "With --spec: the table of the workspace to write.") var into: String?
        @Flag(help: "With --spec: refuse features that hold what was not known, as `features lint` finds them.")
        var strict = false
        @Option(
            help: "The table (schema.table or schema.table@version), or with --spec the file, whose rows are wanted.")
        var spine: String
        @Option(help: "The feature set's name or hash.") var features: String?
        @Option(help: "A column that names a row. May be given again.") var key: [String] = []
        @Option(help: "The column with the instant as of which features are computed.") var time: String?
        @Option(help: "A column of the rows to keep as a feature. May be given again.") var keep: [String] = []
        @Option(help: "The column with the outcome.") var label: String?
        @Option(help: "The column with the instant at which the outcome became known.") var labelKnownAt: String?
        @Option(help: "The first moment, as 2013-01-01 or with a time (UTC).") var from: String?
        @Option(help: "The moment after the last.") var to: String?
        @Option(help: "Leave out outcomes that became known later. Default: the end of the span.") var knownAt: String?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            let forTables = [
                "<table>": table != nil, "--features": features != nil, "--key": !key.isEmpty, "--time": time != nil,
                "--label": label != nil, "--from": from != nil, "--to": to != nil,
            ]
            if spec != nil {
                let given = forTables.filter(\.value).keys.sorted()
                if !given.isEmpty {
                    throw ValidationError("With --spec, \(given.joined(separator: ", ")) is said by the file.")
                }
                if (out == nil) == (into == nil) {
                    throw ValidationError("Name the file to write, --out training.parquet, or the table, --into TABLE.")
                }
            } else {
                let missing = forTables.filter { !$0.value }.keys.sorted()
                if !missing.isEmpty {
                    throw ValidationError("Missing: \(missing.joined(separator: ", ")), or --spec with a file.")
                }
            }
        }

        func run() async throws {
            if let spec, let out { return try await compute(spec, to: out) }
            if let spec, let into { return try await keep(spec, as: into) }
            guard let table, let features, let time, let label, let from, let to else { return }
            let recipe = FeatureRecipe(
                featureSet: features, spine: try TableName(spine), key: key, time: time, spineColumns: keep,
                label: label, labelAvailableAt: labelKnownAt)
            let end = try Instant(to)
            let request = BuildTrainingSet(
                table: try TableName(table), recipe: recipe, from: try Instant(from), to: end,
                knownAt: try knownAt.map { try Instant($0) } ?? end)
            let summary = try await connection.withClient { try await $0.send(request) }
            if connection.json { return try printJSON(summary) }
            print("Computed \(summary.reference): \(summary.rows) rows, \(summary.columns.count) columns")
        }

        /// Out of files, without a workspace.
        private func compute(_ spec: String, to out: String) async throws {
            let specification = try TrainingSetSpecification(yaml: textFile(spec), isChecked: false)
            let findings = FeatureLint.findings(of: specification)
            for finding in findings { notice("warning: \(harmless(finding.line))") }
            if strict, findings.contains(where: { $0.severity == .error }) {
                notice("\(out) was not computed: --strict refuses features that hold what was not known.")
                throw ExitCode(1)
            }
            let engine = try DuckDBEngine()
            let summary: FileTrainingSet.Summary
            do {
                summary = try await FileTrainingSet.compute(specification, spine: spine, to: out, engine: engine)
            } catch {
                await engine.close()
                throw error
            }
            await engine.close()
            print("Computed \(out): \(summary.rows) rows, \(summary.columns.count) columns")
        }

        /// Out of the workspace's tables.
        private func keep(_ spec: String, as table: String) async throws {
            let (text, table) = (try textFile(spec), try TableName(table))
            let record = try await connection.withClient { client in
                if FileManager.default.fileExists(atPath: spine) {
                    return try await client.createTrainingSet(
                        table, specification: text, spine: URL(fileURLWithPath: spine), strict: strict)
                }
                let (rows, version) = try versioned(spine)
                return try await client.createTrainingSet(
                    table, specification: text, spine: rows, version: version, strict: strict)
            }
            if connection.json { return try printJSON(record) }
            show(record)
        }
    }
}
