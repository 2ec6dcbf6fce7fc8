import ArgumentParser
import FeatureEngine
import MartletDomain
import Platform
import QueryEngine

extension FeaturesCommand {
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Answer past requests as the server would have, and write what it would have said.",
            discussion: """
                Rows enter the serving state in the order in which they became known; each request is answered at its own \
                time. The file equals what training-set computes for the same rows.

                Example: martlet features replay --spec training.yaml --requests labels.parquet --out served.parquet
                """)

        @Option(help: "The file that says what the training set is made of.") var spec: String
        @Option(help: "The file with the requests, .parquet or .csv.") var requests: String
        @Option(help: "The file to write, .parquet or .csv.") var out: String

        func run() async throws {
            let specification = try TrainingSetSpecification(yaml: textFile(spec))
            let engine = try DuckDBEngine()
            let summary: FileReplay.Summary
            do {
                summary = try await FileReplay.run(specification, requests: requests, to: out, engine: engine)
            } catch {
                await engine.close()
                throw error
            }
            await engine.close()
            print("Answered \(summary.requests) requests out of \(summary.rows) rows: \(out)")
        }
    }
}
