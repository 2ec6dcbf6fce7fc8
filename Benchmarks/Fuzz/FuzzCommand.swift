import ArgumentParser
import Foundation
import FuzzInputs

/// Asks a server what nobody should ask.
struct FuzzCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz",
        abstract: "Send a server odd requests; fail if one is answered by 5xx (but 501 and 503), by nothing, or late.",
        discussion:
            "Run it against a workspace that may be spoiled. The seed is printed; with --first and --count 1 an "
            + "input is made again.")

    @Option(help: "Where the server listens: http://127.0.0.1:PORT.") var server: ServerAddress
    @Option(help: "How many inputs.") var count = 1_000_000
    @Option(help: "What the inputs follow from. Default: chance.") var seed: UInt64?
    @Option(help: "The number of the first input.") var first = 0
    @Option(help: "How many clients ask at once.") var clients = 4
    @Option(help: "The folder with recorded exchanges.") var golden = "Tests/Golden"
    @Option(help: "An answer that takes more seconds is reported.") var slow = 3.0

    private static let chunk = 4000

    func run() async throws {
        let seed = seed ?? .random(in: 0...UInt64(UInt32.max))
        print("seed \(seed)")
        let inputs = FuzzInputs(
            seeds: try FuzzSeeds(golden: URL(fileURLWithPath: golden, isDirectory: true)), seed: seed)
        let start = ContinuousClock.now
        var findings = FuzzFindings()
        var next = first
        while next < first + count {
            let end = min(next + Self.chunk, first + count)
            guard let world = try? await FuzzWorld(number: next, { request in try answer(to: request) }) else { break }
            let (begin, clients, server, slow) = (next, clients, server, slow)
            let parts = try Threads(clients) { client in
                var fuzzing = FuzzClient(server: server, slow: slow, inputs: inputs, world: world)
                for number in stride(from: begin + client, to: end, by: clients) where !fuzzing.isOver {
                    fuzzing.ask(number)
                }
                return fuzzing.findings
            }.join()
            for part in parts { findings.add(part) }
            next = end
            if (next - first) % (Self.chunk * 10) == 0 { print("\(next - first) inputs, \(findings.summary)") }
        }
        let seconds = start.duration(to: .now).seconds
        print("\(next - first) inputs in \(Int(seconds)) s, \(findings.summary)")
        for finding in findings.all {
            print("\n" + finding.described(server: "http://\(server.authority)", seed: seed))
        }
        _ = try await FuzzWorld(number: next) { request in try answer(to: request) }
        print("\nThe server still answers.")
        if !findings.all.isEmpty || next < first + count { throw ExitCode.failure }
    }

    private func answer(to request: FuzzRequest) throws -> Data? {
        let answer = try BlockingConnection(server, patience: 60).ask(FuzzClient.rendered(request, at: server))
        guard answer.status == 200 else {
            print("\(request.method) \(request.target): \(answer.status) \(answer.text.prefix(300))")
            return nil
        }
        return Data(answer.body)
    }
}
