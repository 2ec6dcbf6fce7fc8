import ArgumentParser
import AuditLog
import FlightsJob
import Foundation
import Martlet
import MartletDomain
import MartletServer
import NativeLoader
import Platform

struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Take a real model from raw data to monitored Production, then ask why it predicted something.",
        discussion: """
            The data are the flights that left New York in 2013; the question is whether a flight that pushes back now will \
            arrive more than 15 minutes late. Everything runs on this machine, in a new workspace that stays for you to look at. \
            The code is Examples/flights/FlightsJob.
            """)

    @Option(help: "The workspace to make. One that an earlier demo made is replaced.")
    var workspace = "martlet-demo"

    @Option(help: "The example's folder. Default: Examples/flights of this checkout.")
    var example: String?

    func run() async throws {
        let folder = DemoFolder(URL(fileURLWithPath: workspace))
        let example = try exampleFolder()
        try folder.prepare()
        let story = Story()
        try await withPlatform(at: Workspace(folder.url), creating: .governed) { platform in
            let people = try await self.people(platform, folder)
            let job = FlightsJob(people: people, folder: example) { title, done, total in
                story.progress(title, done, total)
            }
            try await tell(job, platform, story)
        }
        story.end(workspace: workspace)
    }

    private func people(_ platform: Platform, _ folder: DemoFolder) async throws -> FlightsJob.People {
        let application = MartletApplication(platform: platform, logger: quietLogger)
        let anyone = Client(transport: InProcessTransport(application))
        func client(_ role: Role) async throws -> Client {
            let token = try await platform.identity.createUser(role.rawValue, roles: [role], by: .setup)
            try folder.keep(token: token, of: role.rawValue)
            return anyone.authenticated(by: token)
        }
        return FlightsJob.People(
            engineer: try await client(.contributor), reviewer: try await client(.reviewer),
            programManager: try await client(.programManager))
    }

    private func tell(_ job: FlightsJob, _ platform: Platform, _ story: Story) async throws {
        let tables = try await story.step("Import the raw files as versioned tables") { try await job.importTables() }
        for table in tables { story.say("\(table.reference)  \(table.rows) rows") }

        let reports = try await story.step("Check the data's quality") { try await job.checkQuality() }
        for report in reports { story.say(report.summary) }
        guard !reports.contains(where: \.isStopped) else {
            throw InvalidRequest("The demo stopped: a table failed an error-level expectation.")
        }
        let (training, holdout) = try await story.step("Join to each flight its features as of push-back") {
            try await job.buildTrainingSets()
        }
        story.say(
            "\(training.reference)  \(training.rows) flights of January to June, \(training.columns.count) columns")
        story.say("\(holdout.reference)  \(holdout.rows) flights of July, which the model will not see")

        let trained = try await story.step("Train a random forest of 200 trees, log it, register it") {
            try await job.train(on: training.reference, holdout: holdout.reference)
        }
        let version = trained.registeredVersion ?? ""
        story.say("\(FlightsJob.model)/\(version), run \(trained.runID)")
        story.say(
            "on July: "
                + trained.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \(fixed($0.value))" }.joined(
                    separator: ", "))

        let reasons = try await story.step("Ask for Production, with nothing signed") {
            try await job.refusedPromotion(of: version)
        }
        guard let reasons else { throw InvalidRequest("The demo stopped: Production was granted without a sign-off.") }
        story.say("refused: " + reasons)

        let gate = try await story.step("Sign, plan, measure, promote") {
            try await job.promote(version, reference: training.reference, holdout: holdout.reference)
        }
        story.say(gate.sentence)
        guard gate.outcome == .passed else { throw ExitCode(gate.outcome == .failed ? 1 : 2) }
        story.say("\(FlightsJob.model)/\(version) is in Production: a reviewer and a program manager signed")

        let checks = try await serve(job, story)
        try await finish(job, platform, story, checks)
    }

    private func serve(_ job: FlightsJob, _ story: Story) async throws -> [(Month, MonitoringCheck)] {
        var checks: [(Month, MonitoringCheck)] = []
        for month in try Month.served() {
            let (run, check) = try await story.step("\(month.name): score, then look at it when it is over") {
                (try await job.score(month), try await job.check(month))
            }
            checks.append((month, check))
            story.say("\(run.rowCount) flights scored into \(run.predictions)")
            story.say(
                "AUC \(fixed(check.areaUnderROC ?? .nan)), F1 \(fixed(check.f1 ?? .nan)) on \(check.labelledRows) outcomes; "
                    + "\(check.driftedFeatures.count) of \(check.featureCount) columns drifted"
                    + (check.datasetDrift ? ": the data have drifted" : ""))
            if check.retrainingRunID != nil {
                story.say("a candidate was retrained and registered; it is not in Production until people sign for it")
            }
        }
        return checks
    }

    private func finish(
        _ job: FlightsJob, _ platform: Platform, _ story: Story, _ checks: [(Month, MonitoringCheck)]
    ) async throws {
        let found = try await story.step("Verify the audit log") { try await platform.audit.verify() }
        story.say("\(found.isIntact ? "intact" : "CHANGED"): \(found.size) entries, root \(found.root.base64)")
        guard found.isIntact else { throw ExitCode(1) }

        let why = try await story.step("Ask why one late flight was predicted to be late") {
            try await job.explainOneLateFlight()
        }
        guard let why else {
            throw InvalidRequest("The demo stopped: no late flight was found among the surest predictions.")
        }
        print("\n" + why.text)
        guard why.isReplayed else { throw ExitCode(1) }

        story.summary([
            "Model: \(FlightsJob.model), AUC by month: "
                + checks.map { "\($0.0.name) \(fixed($0.1.areaUnderROC ?? .nan))" }.joined(separator: ", "),
            "Drift: "
                + (checks.filter(\.1.datasetDrift).map(\.0.name).joined(separator: ", ").nonEmpty ?? "in no month")
                + "; most often in "
                + Self.mostOften(checks.flatMap(\.1.driftedFeatures)).prefix(5).joined(separator: ", "),
            "Why: martlet why \(why.predictionID) --workspace \(workspace) --token $(cat \(workspace)/tokens/contributor)",
            "Reports: " + (try await reports(platform, checks)).joined(separator: "\n           "),
        ])
    }

    private func reports(_ platform: Platform, _ checks: [(Month, MonitoringCheck)]) async throws -> [String] {
        var paths: [String] = []
        for (_, check) in checks {
            let run = try await platform.tracking.run(check.runID)
            let path = try platform.artifacts.localURL(run.info.artifactURI + "/drift_report.html").path
            paths.append(path)
        }
        return paths
    }

    private static func mostOften(_ names: [String]) -> [String] {
        let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
        return counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }

    private func exampleFolder() throws -> URL {
        var above = [URL(fileURLWithPath: FileManager.default.currentDirectoryPath)]
        var folder = RunningProgram.file.deletingLastPathComponent()
        for _ in 0..<6 {
            above.append(folder)
            folder.deleteLastPathComponent()
        }
        let found =
            example.map { URL(fileURLWithPath: $0) }
            ?? above.map { $0.appending(path: "Examples/flights") }.first {
                FileManager.default.fileExists(atPath: $0.appending(path: "features.yaml").path)
            }
        guard let found else {
            throw InvalidRequest(
                "The example's data are not here. Run the demo in a checkout, or name the folder with --example.")
        }
        return found
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
