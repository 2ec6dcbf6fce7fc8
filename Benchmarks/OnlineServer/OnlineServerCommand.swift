import ArgumentParser
import Foundation
import MartletDomain
import Metadata
import Platform
import QueryEngine

/// Served features: how many keys a second in process, and how soon at a fixed rate over HTTP, beside Redis.
struct OnlineServerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "online-server",
        abstract: "Measure served features in process and over HTTP at a fixed rate, beside Redis in the same run.",
        discussion: """
            Requests go out by the clock, whatever the answers do, and a time is taken from when its request was due: who
            answers late is not asked less often. Redis is asked by a client of the same kind, over the same loopback.

            Example: martlet-benchmarks online-server --martlet .build/release/martlet --redis redis-server
            """)

    @Option(help: "The martlet to start as the server.") var martlet: String
    @Option(help: "The redis-server to start beside it; none when left out.") var redis: String?
    @Option(help: "How many keys there are.") var keys = 100_000
    @Option(help: "Events of each key that windows are computed over.") var events = 10
    @Option(help: "Requests a second.") var rate = 5_000.0
    @Option(help: "Keys of one request.") var batch = 10
    @Option(help: "Connections.") var clients = 8
    @Option(help: "How long to measure each.") var seconds = 10.0

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "martlet-online-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let world = OnlineWorld(keys: keys, events: events)
        let platform = try await Platform.open(Workspace(folder), creating: .open, durability: .normal)
        try await world.prepare(platform)
        print("# \(keys) keys, \(events) events each, \(ProcessInfo.processInfo.activeProcessorCount) processors")
        for view in OnlineWorld.views {
            for batch in [1, 10, 100] {
                let rate = try await world.keysPerSecond(view, batch: batch, seconds: min(3, seconds), platform)
                show("in process, \(view), \(batch) keys a request", "\(Int(rate)) keys/s")
            }
        }
        try await platform.close()
        let server = try OtherProcess(
            martlet, ["server", "--workspace", folder.path, "--port", "0", "--log-level", "warning"],
            saying: "listening on http://")
        defer { server.stop() }
        guard let address = ServerAddress(argument: server.address) else { throw WrongAnswer(server.address) }
        for view in OnlineWorld.views {
            let load = FixedRate(rate: rate, clients: clients, seconds: seconds)
            let asked = OnlineRequests(view: view, keys: keys, batch: batch, address: address)
            // The first answer waits until what is served is in memory.
            var first = asked.client(0)
            try first.ask()
            let result = try load.run { number in asked.client(number) }
            show("HTTP, \(view), \(Int(rate)) requests/s × \(batch) keys", result.words)
        }
        server.stop()
        if let redis { try measure(redis, folder) }
    }

    private func measure(_ redis: String, _ folder: URL) throws {
        let port = UInt16.random(in: 20_000...40_000)
        let server = try OtherProcess(
            redis,
            ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder.path],
            saying: "Ready to accept connections")
        defer { server.stop() }
        let seed = RedisConnection(port: port)
        for start in stride(from: 0, to: keys, by: 1_000) {
            let commands = (start..<min(start + 1_000, keys)).flatMap { key in
                let name = OnlineWorld.name(key)
                return [
                    ["HSET", "h:" + name] + (0..<3).flatMap { ["f\($0)", "\(OnlineWorld.value(key, $0))"] },
                    ["SET", "b:" + name, (0..<3).map { "\(OnlineWorld.value(key, $0))" }.joined(separator: ",")],
                ]
            }
            try seed.ask(RedisConnection.bytes(commands), replies: commands.count)
        }
        let load = FixedRate(rate: rate, clients: clients, seconds: seconds)
        for (title, isHash) in [("HMGET pipelined", true), ("MGET", false)] {
            let result = try load.run { number in
                RedisClient(number, keys: keys, batch: batch, isHash: isHash, port: port)
            }
            show("Redis, \(title), \(Int(rate)) requests/s × \(batch) keys", result.words)
        }
    }

    private func show(_ title: String, _ words: String) {
        FileHandle.standardOutput.write(
            Data((title.padding(toLength: 64, withPad: " ", startingAt: 0) + words + "\n").utf8))
    }
}

/// Another program, started for the measuring and ended with it.
final class OtherProcess {
    private let process = Process()
    /// What stood after the words waited for.
    private(set) var address = ""

    /// - Parameter words: Said when it is ready.
    init(_ path: String, _ arguments: [String], saying words: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = output
        process.standardError = output
        try process.run()
        var said = ""
        while !said.contains(words) || said.hasSuffix(words) {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { throw WrongAnswer("\(path) ended: \(said.suffix(500))") }
            said += String(decoding: data, as: UTF8.self)
        }
        if let range = said.range(of: words), words.hasSuffix("http://") {
            address = "http://" + said[range.upperBound...].prefix { !$0.isWhitespace && $0 != "/" && $0 != "," }
            while address.hasSuffix(".") { address.removeLast() }
        }
        // Nobody reads on; the pipe must not fill.
        output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
    }

    func stop() {
        guard process.isRunning else { return }
        // A program started by a thread that holds signals back inherits that, and would not hear SIGTERM.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
