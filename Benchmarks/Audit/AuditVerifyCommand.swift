import ArgumentParser
import AuditLog
import Foundation
import Metadata

/// How long verifying a log takes, and how much memory.
struct AuditVerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit-verify",
        abstract: "Verify a log that audit-log made, and say how long it took and how much memory.")

    @Argument(help: "The folder that audit-log made.") var folder: String

    func run() async throws {
        let folder = URL(fileURLWithPath: folder)
        let text = try String(contentsOf: folder.appending(path: "log.pub"), encoding: .utf8)
        let key = try LogVerificationKey(text.trimmingCharacters(in: .whitespacesAndNewlines))
        let database = folder.appending(path: "metadata.sqlite")
        let (before, start) = (Self.peakInMebibytes(), ContinuousClock.now)
        let found =
            if FileManager.default.fileExists(atPath: database.path) {
                try AuditArchive(database).verify(by: key)
            } else {
                try TlogDirectory.verifyDirectory(at: folder.appending(path: "log"), key: key)
            }
        let seconds = start.duration(to: .now).seconds
        print(
            "\(found.isIntact ? "Intact" : "CHANGED"): \(found.size) entries in \(String(format: "%.2f", seconds)) s, "
                + "peak memory \(Self.peakInMebibytes()) MiB (\(before) MiB before)")
        if !found.isIntact { throw ExitCode(1) }
    }

    /// The most memory that this process has had, by Linux.
    private static func peakInMebibytes() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1_024
    }
}
