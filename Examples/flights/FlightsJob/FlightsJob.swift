public import Foundation
public import Martlet

/// Will a flight that leaves New York arrive more than 15 minutes late, asked at push-back? The main job from raw files to
/// a monitored model, as a user of the SDK writes it. `martlet demo` runs this very code.
public struct FlightsJob: Sendable {
    /// Each acts with their own token: who asks is never who approves.
    public struct People: Sendable {
        public var engineer: Client
        public var reviewer: Client
        public var programManager: Client

        public init(engineer: Client, reviewer: Client, programManager: Client) {
            (self.engineer, self.reviewer, self.programManager) = (engineer, reviewer, programManager)
        }
    }

    public static let model = "flight-delay"
    public static let experiment = "flights"

    let people: People
    /// The folder of this example: `data/`, `prepare/`, `features.yaml`, `quality.yaml`.
    let folder: URL
    /// Told how far a long step is: what it is, what is done, and how much there is.
    let progress: @Sendable (String, Int64, Int64) -> Void

    public init(
        people: People, folder: URL, progress: @escaping @Sendable (String, Int64, Int64) -> Void = { _, _, _ in }
    ) {
        (self.people, self.folder, self.progress) = (people, folder, progress)
    }

    func text(_ file: String) throws -> String {
        try String(contentsOf: folder.appending(path: file), encoding: .utf8)
    }
}

/// The tables of the job.
enum Tables {
    static func named(_ name: String) throws -> TableName { try TableName("flights." + name) }
}

/// A month at New York, which is four hours behind UTC in summer and five in winter.
public struct Month: Sendable {
    public let name: String
    public let start: Instant
    public let end: Instant

    private init(_ name: String, _ start: String, _ end: String) throws {
        (self.name, self.start, self.end) = (name, try Instant(start), try Instant(end))
    }

    /// What the model learns from, and the month that it is measured on.
    static func training() throws -> Month {
        try Month("January to June", "2013-01-01T05:00:00Z", "2013-07-01T04:00:00Z")
    }
    static func holdout() throws -> Month { try Month("July", "2013-07-01T04:00:00Z", "2013-08-01T04:00:00Z") }

    /// The months that it serves.
    public static func served() throws -> [Month] {
        [
            try Month("August", "2013-08-01T04:00:00Z", "2013-09-01T04:00:00Z"),
            try Month("September", "2013-09-01T04:00:00Z", "2013-10-01T04:00:00Z"),
            try Month("October", "2013-10-01T04:00:00Z", "2013-11-01T04:00:00Z"),
            try Month("November", "2013-11-01T04:00:00Z", "2013-12-01T05:00:00Z"),
            try Month("December", "2013-12-01T05:00:00Z", "2014-01-01T05:00:00Z"),
        ]
    }

    /// When the reports are written: a day after the month, when its last flights have landed.
    var reportedAt: Instant { Instant(microseconds: end.microseconds + 86_400_000_000) }
}
