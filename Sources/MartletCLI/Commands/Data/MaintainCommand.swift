import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

extension DataCommand {
    struct Optimize: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the rows of small files into fewer, larger ones; the table has the same rows afterwards.")

        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "Files of at least this size stay: 256MB, 1GB. Default: 256MB.") var targetSize: String?
        @Option(help: "Columns by which rows are laid near each other, with commas between them.") var zOrder: String?
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let size = try targetSize.map { try bytes($0) }
            let version = try await connection.withClient {
                try await $0.send(OptimizeDataset(table: name, targetSize: size, zOrder: names(zOrder))).version
            }
            if connection.json { return try printJSON(version) }
            print(version.map { "Optimized \($0.table)" } ?? "There was nothing to put together in \(name)")
        }
    }

    struct Vacuum: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove files that only versions need which were replaced longer ago than the retention.",
            discussion: """
                Versions that a training set, a model, a scoring run, a monitoring check or a branch names stay readable, \
                however old they are. See first what would go: martlet data vacuum shop.sales --dry-run
                """)

        @Argument(help: "The table, as schema.table.") var table: String
        @Option(help: "How long a replaced version stays: 30d, 240h. Default: what the table says, or 7d.")
        var retention: String?
        @Flag(help: "Allow a retention under 7 days: nobody reads replaced versions or writes files now.")
        var force = false
        @Flag(help: "Tell what would go, and remove nothing.") var dryRun = false
        @OptionGroup var branch: BranchOption
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            let name = try branch.table(table)
            let hours = try retention.map { try Self.hours($0) }
            let done = try await connection.withClient {
                try await $0.send(VacuumDataset(table: name, retentionHours: hours, force: force, dryRun: dryRun))
            }
            if connection.json { return try printJSON(done) }
            if dryRun {
                for file in done.files { print(harmless(file)) }
                for file in done.logFiles { print("_delta_log/" + harmless(file)) }
            }
            let verb = dryRun ? "Would remove" : "Removed"
            print("\(verb) \(done.files.count) files with \(done.bytes) bytes, and \(done.logFiles.count) of the log")
            for pin in done.pins {
                let state = pin.isReadable ? "kept" : "gone already"
                print("Version \(pin.version) is \(state): \(harmless(pin.reasons.joined(separator: ", ")))")
            }
        }

        private static func hours(_ text: String) throws -> Int {
            let units = ["h": 1, "d": 24]
            guard let unit = text.last.flatMap({ units[String($0).lowercased()] }), let number = Int(text.dropLast()),
                case let (hours, overflow) = number.multipliedReportingOverflow(by: unit), !overflow, hours >= 0
            else { throw ValidationError("'\(text)' is not a retention: write 30d or 240h.") }
            return hours
        }
    }
}

/// A size as people write it: 256MB, 1GB; bytes without a unit. Thousands, not 1024.
private func bytes(_ text: String) throws -> Int64 {
    let units: [(String, Int64)] = [("GB", 1_000_000_000), ("MB", 1_000_000), ("KB", 1_000), ("B", 1)]
    let upper = text.uppercased()
    let unit = units.first { upper.hasSuffix($0.0) }
    let digits = unit.map { String(upper.dropLast($0.0.count)) } ?? upper
    guard let number = Int64(digits.trimmingCharacters(in: .whitespaces)), number > 0,
        case let (size, overflow) = number.multipliedReportingOverflow(by: unit?.1 ?? 1), !overflow
    else { throw ValidationError("'\(text)' is not a size: write 256MB or 1GB.") }
    return size
}
