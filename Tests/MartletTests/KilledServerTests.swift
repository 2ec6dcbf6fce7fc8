import Foundation
import Martlet
import Synchronization
import TestKit
import Testing

struct KilledServerTests {
    @Test(.enabled(if: ServerProcess.binary != nil, "The program martlet is not built beside the tests."))
    func `A server killed again and again while a run logs loses nothing and keeps the order`() async throws {
        try await withTemporaryFolder { folder in
            let workspace = folder.appending(path: "workspace").path
            let server = try ServerProcess(workspace: workspace, port: 0)
            let url = try await server.url()
            let port = try #require(url.port)
            let running = Mutex(server)
            defer { running.withLock { $0.kill() } }

            let client = Client(transport: HTTPTransport(server: url), retry: .standard)
            let id = try await client.withRun(experiment: "killed", logging: LoggingOptions(interval: .milliseconds(2)))
            {
                run in
                for round in 0..<4 {
                    for step in 0..<400 {
                        try await run.logger.log(metric: "loss", Double(step), step: round * 400 + step)
                        if step % 40 == 0 { try await run.logger.set(tag: "at", "\(round * 400 + step)") }
                        if step == 200 {
                            // In the middle of whatever it does.
                            running.withLock { $0.kill() }
                            let next = try ServerProcess(workspace: workspace, port: port)
                            running.withLock { $0 = next }
                        }
                    }
                    try await run.logger.flush()
                    // Acknowledged, so it outlives the next kill.
                    let flushed = round * 400 + 399
                    running.withLock { $0.kill() }
                    let next = try ServerProcess(workspace: workspace, port: port)
                    running.withLock { $0 = next }
                    _ = try await next.url()
                    #expect(try await count("loss", run.id, url) == flushed + 1)
                }
                return run.id
            }
            #expect(try await count("loss", id, url) == 1_600)
            let run = try await json(url, "runs/get?run_id=\(id)")["run"]
            #expect(run["info"]["status"] == "FINISHED")
            #expect(run["data"]["tags"].elements.contains { $0["key"] == "at" && $0["value"] == "1560" })
        }
    }

    private func count(_ metric: String, _ id: String, _ url: URL) async throws -> Int {
        try await json(url, "metrics/get-history?run_id=\(id)&metric_key=\(metric)")["metrics"].elements.count
    }

    private func json(_ url: URL, _ path: String) async throws -> JSON {
        let request = WireRequest(method: "GET", path: "/api/2.0/mlflow/" + path)
        return try JSON(try await HTTPTransport(server: url).send(request).body)
    }
}

/// `martlet server` as a process of its own.
private final class ServerProcess: Sendable {
    private let process: Process
    private let output: FileHandle

    /// Beside the tests' own program, where a build puts it.
    static var binary: URL? {
        let named = ProcessInfo.processInfo.environment["MARTLET_BIN"].map { URL(fileURLWithPath: $0) }
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().appending(
            path: "martlet")
        return [named, beside].compactMap { $0 }.first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    init(workspace: String, port: Int) throws {
        process = Process()
        let binary: URL = try #require(Self.binary)
        process.executableURL = binary
        process.arguments = ["server", "--workspace", workspace, "--port", "\(port)"]
        process.environment = ProcessInfo.processInfo.environment.filter {
            !$0.key.hasPrefix("MLFLOW_") && !$0.key.hasPrefix("MARTLET_")
        }
        let pipe = Pipe()
        (process.standardOutput, process.standardError) = (pipe, pipe)
        output = pipe.fileHandleForReading
        try process.run()
    }

    /// Where it listens, once it does.
    func url() async throws -> URL {
        let output = output
        return try await Task.detached {
            var said = ""
            while !said.contains("listening on http"), case let data = output.availableData, !data.isEmpty {
                said += String(decoding: data, as: UTF8.self)
            }
            let address = said.firstMatch(of: /listening on (http:\/\/[0-9.:]+)/)?.1
            return try #require(address.flatMap { URL(string: String($0)) }, "It said: \(said)")
        }.value
    }

    /// SIGKILL: it has no time to put anything in order.
    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
