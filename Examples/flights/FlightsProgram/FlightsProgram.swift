import FlightsJob
import Foundation
import Martlet

/// The flights job against a server of your own:
///
///     martlet init --workspace flights-data
///     martlet server --workspace flights-data &
///     ENGINEER_TOKEN=… REVIEWER_TOKEN=… PROGRAM_MANAGER_TOKEN=… swift run flights-example
@main
struct FlightsProgram {
    static func main() async throws {
        let environment = ProcessInfo.processInfo.environment
        let server = try Client()
        func person(_ variable: String) -> Client {
            environment[variable].map { server.authenticated(by: $0) } ?? server
        }
        let folder = URL(fileURLWithPath: CommandLine.arguments.dropFirst().first ?? "Examples/flights")
        let job = FlightsJob(
            people: .init(
                engineer: person("ENGINEER_TOKEN"), reviewer: person("REVIEWER_TOKEN"),
                programManager: person("PROGRAM_MANAGER_TOKEN")),
            folder: folder)

        for table in try await job.importTables() { print("imported", table.reference, table.rows, "rows") }
        for report in try await job.checkQuality() where report.isStopped { return print("stopped:", report.summary) }
        let (training, holdout) = try await job.buildTrainingSets()
        let trained = try await job.train(on: training.reference, holdout: holdout.reference)
        print("trained", trained.modelID, trained.metrics)
        guard let version = trained.registeredVersion else { return }
        if let reasons = try await job.refusedPromotion(of: version) { print(reasons) }
        print(try await job.promote(version, reference: training.reference, holdout: holdout.reference).outcome)
        for month in try Month.served() {
            print(month.name, try await job.score(month).rowCount, "rows scored")
            let check = try await job.check(month)
            print(month.name, "AUC", check.areaUnderROC ?? .nan, check.datasetDrift ? "drift" : "no drift")
        }
        if let why = try await job.explainOneLateFlight() {
            print(why.predictionID, why.isReplayed ? "replayed" : "differs")
        }
    }
}
