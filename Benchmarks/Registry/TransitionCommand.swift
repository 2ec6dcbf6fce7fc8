import ArgumentParser
import AuditLog
import Foundation
import MartletDomain
import Metadata
import Platform

/// How long a transition of one version takes in a model that has very many.
struct TransitionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Move versions of a model that has very many, each durable before it is acknowledged.")
    @Option(help: "How many versions the model has.") var versions = 10_000
    @Option(help: "How many transitions are timed.") var transitions = 200
    @Option(help: "Whether every version has files and sign-offs and passes the gates of a policy.") var governed = true

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-registry-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let policy =
            governed
            ? Policy(staging: .init(signOffs: [.reviewer]), production: .init(signOffs: [.programManager])) : .open
        let workspace = Workspace(folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try WorkspaceConfiguration(workspace: "benchmark", policy: policy).write(workspace)
        let platform = try await Platform.open(workspace, creating: policy)
        let registry = platform.registry
        try await registry.createModel("late", by: author)
        try await fill(platform)
        var times: [Double] = []
        for number in 0..<transitions {
            let version = "\(versions - number % versions)"
            try await sign(registry, version)
            let start = ContinuousClock.now
            try await registry.transition("late", version, to: .production, archiveExisting: true, by: author)
            times.append(milliseconds(start.duration(to: .now)))
        }
        times.sort()
        func quantile(_ share: Double) -> String {
            String(format: "%.2f", times[min(times.count - 1, Int(Double(times.count) * share))])
        }
        print("\(versions) versions, \(transitions) transitions to Production, each archiving the one before:")
        print("median \(quantile(0.5)) ms, 95th percentile \(quantile(0.95)) ms, longest \(quantile(1)) ms")
        let clock = ContinuousClock.now
        _ = try await registry.asOf(.max / 2, "late")
        print(String(format: "as-of: %.2f ms", milliseconds(clock.duration(to: .now))))
        let health = ContinuousClock.now
        _ = try await registry.health()
        print(String(format: "health: %.2f ms", milliseconds(health.duration(to: .now))))
        try await platform.close()
    }

    private func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15
    }

    private var author: Caller { Caller(User(name: "author", roles: [.contributor]), requestID: "benchmark") }

    /// Each version has a file of its own, so that each has a digest of its own.
    private func fill(_ platform: Platform) async throws {
        let author = author
        for start in stride(from: 0, to: versions, by: 64) {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in start..<min(start + 64, versions) {
                    group.addTask {
                        let place = "0/models/m-\(number)/artifacts"
                        try await platform.artifacts.write(Data("\(number)".utf8), to: place + "/MLmodel", by: author)
                        try await platform.registry.createVersion(
                            of: "late", source: "mlflow-artifacts:/\(place)", by: author)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private func sign(_ registry: Registry, _ version: String) async throws {
        guard governed else { return }
        for (name, role, stage) in [
            ("checker", Role.reviewer, Stage.staging), ("director", .programManager, .production),
        ] {
            try await registry.signOff(
                "late", version, for: stage, by: Caller(User(name: name, roles: [role]), requestID: "benchmark"))
        }
    }
}
