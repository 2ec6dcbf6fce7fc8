import Foundation
import MartletDomain
import Subprocess
import SystemPackage

/// A branch of a git repository, by the git program: each checkpoint is a commit, and nothing is ever forced.
struct GitPlace: CheckpointPush.Place {
    let url: String
    let branch: String
    let target: String

    /// A clone of one commit, removed with the value that holds it.
    private let clone = TemporaryClone()

    func read() async throws -> String? {
        try clone.make()
        try await git(["init", "--quiet", "--template=", "--initial-branch=\(branch)", "."])
        guard try await !git(["ls-remote", "--", url, "refs/heads/\(branch)"]).isEmpty else { return nil }
        try await git(["fetch", "--quiet", "--depth=1", "--", url, "refs/heads/\(branch)"])
        try await git(["reset", "--quiet", "--hard", "FETCH_HEAD"])
        let file = clone.folder.appending(path: CheckpointTarget.fileName)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        guard let note = try? String(contentsOf: file, encoding: .utf8) else {
            throw AuditError.pushAlarm(target: target, reason: "what is there is no text")
        }
        return note
    }

    func replace(_ note: String, size: Int) async throws -> Bool {
        let file = clone.folder.appending(path: CheckpointTarget.fileName)
        try Data(note.utf8).write(to: file)
        try await git(["add", "--", CheckpointTarget.fileName])
        try await git([
            "-c", "user.name=martlet", "-c", "user.email=martlet@localhost", "-c", "commit.gpgsign=false", "commit",
            "--quiet", "--message=Checkpoint of \(size) entries",
        ])
        let (isDone, output) = try await run(["push", "--quiet", "--", url, "HEAD:refs/heads/\(branch)"])
        if isDone { return true }
        if output.contains("rejected") || output.contains("fetch first") { return false }
        throw AuditError.push(target: target, reason: Self.shortened(output))
    }

    @discardableResult
    private func git(_ arguments: [String]) async throws -> String {
        let (isDone, output) = try await run(arguments)
        guard isDone else { throw AuditError.push(target: target, reason: Self.shortened(output)) }
        return output
    }

    private static func shortened(_ output: String) -> String {
        "git: " + output.split(separator: "\n").suffix(3).joined(separator: "; ").prefix(400)
    }

    /// Runs git in the clone, and waits for at most two minutes.
    private func run(_ arguments: [String]) async throws -> (isDone: Bool, output: String) {
        let folder = FilePath(clone.folder.path)
        let asked = ProcessInfo.processInfo.environment["GIT_SSH_COMMAND"]
        let environment = Environment.inherit.updating([
            "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "LC_ALL": "C",
            "GIT_SSH_COMMAND": asked ?? "ssh -oBatchMode=yes", "GIT_DIR": nil, "GIT_WORK_TREE": nil,
            "GIT_INDEX_FILE": nil,
        ])
        let first = try await withThrowingTaskGroup(of: (isDone: Bool, output: String)?.self) { group in
            group.addTask { [target] in
                do {
                    let done = try await Subprocess.run(
                        .name("git"), arguments: Arguments(arguments), environment: environment,
                        workingDirectory: folder, output: .string(limit: 1 << 20), error: .combinedWithOutput)
                    return (done.terminationStatus.isSuccess, done.standardOutput)
                } catch is CancellationError {
                    return nil
                } catch {
                    throw AuditError.push(target: target, reason: "the program git could not be run")
                }
            }
            group.addTask {
                try? await Task.sleep(for: .seconds(120))
                return nil
            }
            let first = try await group.next()
            // Whoever is still running is stopped with that.
            group.cancelAll()
            return first.flatMap(\.self)
        }
        guard let first else {
            throw AuditError.push(target: target, reason: "git did not finish within two minutes")
        }
        return first
    }
}

/// A folder for a clone, which is removed when nobody holds this any more.
private final class TemporaryClone: Sendable {
    let base = FileManager.default.temporaryDirectory.appending(path: "martlet-push-\(UUID().uuidString)")

    var folder: URL { base.appending(path: "clone") }

    func make() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: base) }
}
