import Foundation

/// Properties of a table that say when what is old may go.
///
/// Source: delta-io/delta, PROTOCOL.md, "Metadata Cleanup", and the table properties of Delta Lake's documentation.
enum TableProperty: String {
    case deletedFileRetention = "delta.deletedFileRetentionDuration"
    case logRetention = "delta.logRetentionDuration"

    private static let day: Int64 = 86_400_000

    /// What holds for a table that does not say, in milliseconds.
    var standard: Int64 {
        switch self {
        case .deletedFileRetention: 7 * Self.day
        case .logRetention: 30 * Self.day
        }
    }

    /// The duration in milliseconds; nil when the table says what is no duration.
    func milliseconds(in metadata: TableMetadata) -> Int64? {
        guard let text = metadata.configuration?[rawValue] ?? nil else { return standard }
        return Self.milliseconds(text)
    }

    /// As ``milliseconds(in:)``, for what must not go by a guess.
    func required(in metadata: TableMetadata, table: String) throws(DeltaError) -> Int64 {
        guard let milliseconds = milliseconds(in: metadata) else {
            let value = (metadata.configuration?[rawValue] ?? nil) ?? ""
            throw .invalidProperty(table: table, name: rawValue, value: value)
        }
        return milliseconds
    }

    /// `interval 1 week 2 days`; the word interval may be missing. Months and years have no fixed length and are
    /// refused, as is what is negative.
    static func milliseconds(_ text: String) -> Int64? {
        var words = text.lowercased().split { $0.isWhitespace }.map { String($0) }
        if words.first == "interval" { words.removeFirst() }
        guard !words.isEmpty, words.count % 2 == 0 else { return nil }
        var total: Int64 = 0
        for index in stride(from: 0, to: words.count, by: 2) {
            guard let number = Int64(words[index]), number >= 0, let unit = unit(words[index + 1]) else { return nil }
            let (product, tooLong) = number.multipliedReportingOverflow(by: unit)
            let (sum, overflow) = total.addingReportingOverflow(product)
            guard !tooLong, !overflow else { return nil }
            total = sum
        }
        return total
    }

    private static func unit(_ word: String) -> Int64? {
        switch word.hasSuffix("s") ? String(word.dropLast()) : word {
        case "week": 7 * day
        case "day": day
        case "hour": 3_600_000
        case "minute": 60_000
        case "second": 1000
        case "millisecond": 1
        default: nil
        }
    }
}

extension TableMetadata {
    /// After so many commits a checkpoint is written.
    var checkpointInterval: Int64 {
        let text = configuration?["delta.checkpointInterval"] ?? nil
        guard let interval = text.flatMap({ Int64($0) }), interval > 0 else { return Self.standardCheckpointInterval }
        return interval
    }

    static let standardCheckpointInterval: Int64 = 100
}
