import AuditLog
import Foundation
import FuzzInputs
import HTTPTypes
import Platform
import TestKit
import Testing

/// Inputs that follow from a seed. `martlet-benchmarks fuzz` asks many more, by socket.
@Suite struct FuzzTests {
    private static let inputs = 20_000
    private static let worlds = 5
    private static let clients = 4

    @Test func `No odd request makes the server fail, and none is refused without a reason`() async throws {
        let seed = UInt64.random(in: 0...UInt64(UInt32.max))
        // Said before, because what is looked for may end the process.
        print("FuzzTests: seed \(seed)")
        let golden = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in url.deletingLastPathComponent() }
            .appending(path: "Golden")
        let inputs = FuzzInputs(seeds: try FuzzSeeds(golden: golden), seed: seed)
        try await withServer { server in
            let each = Self.inputs / Self.worlds
            for number in 0..<Self.worlds {
                let world = try await FuzzWorld(number: number) { request in
                    let answer = try await server.ask(request)
                    return answer?.status == 200 ? answer?.body : nil
                }
                let problems = try await withThrowingTaskGroup(of: [String].self) { group in
                    for client in 0..<Self.clients {
                        group.addTask {
                            var problems: [String] = []
                            for input in stride(from: number * each + client, to: (number + 1) * each, by: Self.clients)
                            {
                                let request = inputs.request(input, in: world)
                                guard let answer = try await server.ask(request) else { continue }
                                if let problem = Self.problem(answer, request) {
                                    problems.append("input \(input) of seed \(seed): \(problem)\n\(request.curl(""))")
                                }
                            }
                            return problems
                        }
                    }
                    return try await group.reduce([], +)
                }
                #expect(
                    problems.isEmpty, "\(problems.prefix(5).map { String($0.prefix(2000)) }.joined(separator: "\n"))")
            }
            let health = try await server.ask(.get, "/health")
            #expect(health.status == 200)
            let audit = try await server.platform.audit.verify()
            #expect(audit.isIntact)
        }
    }

    /// What is wrong with an answer.
    private static func problem(_ answer: TestServer.Answer, _ request: FuzzRequest) -> String? {
        if request.method == "HEAD" { return answer.body.isEmpty ? nil : "a body after HEAD" }
        // What is not built, or not now, may say so.
        if answer.status >= 500, answer.status != 501, answer.status != 503 {
            return "\(answer.status) \(answer.text.prefix(300))"
        }
        guard answer.status >= 400, request.target.hasPrefix("/api") else { return nil }
        guard let body = try? answer.json(), !body["error_code"].text.isEmpty, !body["message"].text.isEmpty else {
            return "\(answer.status) without a code and a reason: \(answer.text.prefix(300))"
        }
        return nil
    }
}

extension TestServer {
    /// Asks what can be asked without a socket; nil for what is no request there.
    fileprivate func ask(_ request: FuzzRequest) async throws -> Answer? {
        guard let method = HTTPRequest.Method(rawValue: request.method) else { return nil }
        var headers = HTTPFields()
        for header in request.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        return try await ask(method, request.target, body: Data(request.body), headers: headers)
    }
}
