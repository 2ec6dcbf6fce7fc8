import FuzzInputs

/// What happened to inputs, and what should not have.
struct FuzzFindings: Sendable {
    struct Finding: Sendable {
        var kind: String
        var number: Int
        var request: FuzzRequest
        var answer: String
        var times = 1

        func described(server: String, seed: UInt64) -> String {
            let curl = request.curl(server)
            return "\(kind), \(times) times; input \(number) of seed \(seed): \(answer.prefix(400))\n"
                + (curl.count < 1200
                    ? curl : "\(curl.prefix(400))… (\(curl.count) characters; --first \(number) --count 1)")
        }
    }

    private var byKey: [String: Finding] = [:]
    /// Answers by status; 0 stands for none, to what was no request.
    private var statuses: [Int: Int] = [:]

    var all: [Finding] { byKey.sorted { $0.key < $1.key }.map(\.value) }

    var summary: String {
        "answers by status: "
            + statuses.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
            + "; findings: \(byKey.count)"
    }

    mutating func count(_ status: Int) { statuses[status, default: 0] += 1 }

    /// Keeps the shortest example of each kind at each place.
    mutating func note(_ kind: String, _ number: Int, _ request: FuzzRequest, _ answer: String) {
        let path = request.target.prefix { $0 != "?" }.split(separator: "/").filter { $0.count < 25 }
        add(
            "\(kind) \(request.method) \(path.prefix(6).joined(separator: "/"))",
            Finding(kind: kind, number: number, request: request, answer: answer))
    }

    mutating func add(_ others: FuzzFindings) {
        for (status, count) in others.statuses { statuses[status, default: 0] += count }
        for (key, finding) in others.byKey { add(key, finding) }
    }

    private mutating func add(_ key: String, _ finding: Finding) {
        guard let known = byKey[key] else {
            byKey[key] = finding
            return
        }
        var shorter = finding.request.body.count < known.request.body.count ? finding : known
        shorter.times = known.times + finding.times
        byKey[key] = shorter
    }
}
