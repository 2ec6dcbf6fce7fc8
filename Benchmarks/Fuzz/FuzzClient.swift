import Foundation
import FuzzInputs

/// Sends inputs one after the other, and notes what should not be.
struct FuzzClient {
    let server: ServerAddress
    let slow: Double
    let inputs: FuzzInputs
    let world: FuzzWorld
    private let connection: BlockingConnection
    private(set) var findings = FuzzFindings()

    init(server: ServerAddress, slow: Double, inputs: FuzzInputs, world: FuzzWorld) {
        (self.server, self.slow, self.inputs, self.world) = (server, slow, inputs, world)
        connection = BlockingConnection(server, patience: 60)
    }

    /// Nobody accepts connections any more.
    private(set) var isOver = false

    mutating func ask(_ number: Int) {
        if number % 50 == 49 { return sendNonsense(number) }
        let request = inputs.request(number, in: world)
        let start = ContinuousClock.now
        do {
            let answer = try connection.ask(Self.rendered(request, at: server), isHead: request.method == "HEAD")
            findings.count(answer.status)
            if answer.status >= 500, answer.status != 501, answer.status != 503 {
                findings.note("status \(answer.status)", number, request, answer.text)
            }
            if request.method == "HEAD" {
                connection.disconnect()
                if !answer.body.isEmpty { findings.note("body after HEAD", number, request, answer.text) }
            }
            let seconds = start.duration(to: .now).seconds
            if seconds > slow { findings.note("slow", number, request, "\(seconds) s, status \(answer.status)") }
        } catch ConnectionError.notOpened(let reason) {
            findings.note("no connection", number, request, String(cString: strerror(reason)))
            waitForServer()
        } catch {
            findings.note("no answer", number, request, "\(error)")
        }
    }

    /// A server that somebody starts again may come back.
    private mutating func waitForServer() {
        for _ in 0..<60 {
            Thread.sleep(forTimeInterval: 0.5)
            let health = Request("GET", "/health", at: server).bytes
            if (try? BlockingConnection(server, patience: 60).ask(health)) != nil { return }
        }
        isOver = true
    }

    private mutating func sendNonsense(_ number: Int) {
        var dice = Dice(seed: inputs.seed, index: number)
        let bytes = Nonsense.bytes(&dice, authority: server.authority)
        let status: Int?
        do {
            status = try connection.send(nonsense: bytes)
        } catch {
            findings.note("no connection", number, FuzzRequest("(bytes)", "", body: bytes), "\(error)")
            return waitForServer()
        }
        guard let status else { return findings.count(0) }
        findings.count(status)
        if status >= 500, status != 501, status != 503, status != 505 {
            findings.note("status \(status)", number, FuzzRequest("(bytes)", "", body: bytes), "")
        }
    }

    static func rendered(_ request: FuzzRequest, at server: ServerAddress) -> [UInt8] {
        var head = "\(request.method) \(request.target) HTTP/1.1\r\nHost: \(server.authority)\r\n"
        for header in request.headers { head += "\(header.name): \(header.value)\r\n" }
        if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            head += "Content-Length: \(request.body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + request.body
    }
}
