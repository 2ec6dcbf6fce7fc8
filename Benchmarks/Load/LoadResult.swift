import Foundation

/// What one load measured, printed as a line of JSON.
struct LoadResult: Encodable {
    /// Requests answered with success within the time.
    var requests: Int
    /// Requests answered with an error, or not answered.
    var failed: Int
    /// What the first of those said.
    var firstFailure: String?
    var seconds: Double
    /// Successful requests a second, all clients together; metrics or megabytes a second where the kind counts those.
    var perSecond: Double
    /// Of successful requests begun within the time, in milliseconds.
    var p50: Double
    var p99: Double
    var longest: Double
    /// Answers whose content was compared with what it must be. A difference ends the program.
    var checked: Int
    /// What the measuring itself used of the processor, in seconds.
    var clientCPU: Double

    init(_ tallies: [Tally], seconds: Double, unitsPerRequest: Double, clientCPU: Double) {
        var latencies = Latencies()
        for tally in tallies { latencies.append(tally.latencies) }
        latencies.sort()
        requests = tallies.reduce(0) { $0 + $1.inTime }
        failed = tallies.reduce(0) { $0 + $1.failed }
        firstFailure = tallies.lazy.compactMap(\.firstFailure).first
        self.seconds = seconds
        perSecond = seconds > 0 ? Double(requests) * unitsPerRequest / seconds : 0
        (p50, p99) = (latencies.quantile(0.5), latencies.quantile(0.99))
        longest = latencies.quantile(1)
        checked = tallies.reduce(0) { $0 + $1.checked }
        self.clientCPU = clientCPU
    }
}

/// What one client counted.
struct Tally: Sendable {
    /// Of successful requests begun within the time.
    var latencies = Latencies()
    /// Successful requests answered within the time.
    var inTime = 0
    var failed = 0
    var firstFailure: String?
    var checked = 0
    /// The processor seconds of the whole program when this client was done.
    var processor = 0.0
}
