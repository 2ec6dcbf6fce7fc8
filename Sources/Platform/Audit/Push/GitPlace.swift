import Foundation
import MartletDomain

/// A branch of a git repository, by the git program: each checkpoint is a commit, and nothing is ever forced.
struct GitPlace: CheckpointPush.Place {
    let url: String
    let branch: String
    let target: String

    /// A clone of one commit, removed with the value that holds it.
    private let clone = TemporaryClone()

    func read() async throws -> String? {
        try await offTheCooperativePool { [self] in
            try clone.make()
            try git(["init", "--quiet", "--template=", "--initial-branch=\(branch)", "."])
            guard try !git(["ls-remote", "--", url, "refs/heads/\(branch)"]).isEmpty else { return nil }
            try git(["fetch", "--quiet", "--depth=1", "--", url, "refs/heads/\(branch)"])
            try git(["reset", "--quiet", "--hard", "FETCH_HEAD"])
            let file = clone.folder.appending(path: CheckpointTarget.fileName)
            guard FileManager.default.fileExists(atPath: file.path) else { return nil }
            guard let note = try? String(contentsOf: file, encoding: .utf8) else {
                throw AuditError.pushAlarm(target: target, reason: "what is there is no text")
            }
            return note
        }
    }

    func replace(_ note: String, size: Int) async throws -> Bool {
        try await offTheCooperativePool { [self] in
            let file = clone.folder.appending(path: CheckpointTarget.fileName)
            try Data(note.utf8).write(to: file)
            try git(["add", "--", CheckpointTarget.fileName])
            try git([
                "-c", "user.name=martlet", "-c", "user.email=martlet@localhost", "-c", "commit.gpgsign=false", "commit",
                "--quiet", "--message=Checkpoint of \(size) entries",
            ])
            let (status, output) = try run(["push", "--quiet", "--", url, "HEAD:refs/heads/\(branch)"])
            if status == 0 { return true }
            if output.contains("rejected") || output.contains("fetch first") { return false }
            throw AuditError.push(target: target, reason: Self.shortened(output))
        }
    }

    @discardableResult
    private func git(_ arguments: [String]) throws -> String {
        let (status, output) = try run(arguments)
        guard status == 0 else { throw AuditError.push(target: target, reason: Self.shortened(output)) }
        return output
    }

    private static func shortened(_ output: String) -> String {
        "git: " + output.split(separator: "\n").suffix(3).joined(separator: "; ").prefix(400)
    }

    /// Runs git in the clone, and waits for at most two minutes.
    private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = clone.folder
        var environment = ProcessInfo.processInfo.environment
        environment["GIT_TERMINAL_PROMPT"] = "0"
        environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh"
        environment["LC_ALL"] = "C"
        environment["GIT_SSH_COMMAND"] = environment["GIT_SSH_COMMAND"] ?? "ssh -oBatchMode=yes"
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"] { environment[name] = nil }
        process.environment = environment
        // A file takes any amount of output; a pipe that nobody empties would hold the program up.
        let log = clone.base.appending(path: "output-\(UUID().uuidString)")
        guard FileManager.default.createFile(atPath: log.path, contents: nil),
            let output = try? FileHandle(forWritingTo: log)
        else { throw AuditError.push(target: target, reason: "no file could be made for git's output") }
        defer { try? output.close() }
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            throw AuditError.push(target: target, reason: "the program git could not be started")
        }
        let deadline = ContinuousClock.now + .seconds(120)
        while process.isRunning, ContinuousClock.now < deadline { Thread.sleep(forTimeInterval: 0.01) }
        if process.isRunning {
            process.terminate()
            throw AuditError.push(target: target, reason: "git did not finish within two minutes")
        }
        return (process.terminationStatus, (try? String(contentsOf: log, encoding: .utf8)) ?? "")
    }
}

/// A folder for a clone, which is removed when nobody holds this any more.
private final class TemporaryClone: Sendable {
    let base = FileManager.default.temporaryDirectory.appending(path: "martlet-push-\(UUID().uuidString)")

    var folder: URL { base.appending(path: "clone") }

    func make() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: base) }
}
