import ArgumentParser
import Crypto
import Foundation
import Martlet
import MartletAPI
import MartletDomain

struct PushFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "push", abstract: "Send new rows to a table and to what is served from it.",
        discussion: """
            The file has one JSON object a line; - is the standard input. When the command ends, the rows are durable and \
            count in every later answer. All rows of a batch are taken, or none. Each batch has an id made of the file's \
            content and the batch's number, so that a file of which half was sent can be sent again: within seven days its \
            rows are not taken twice. --again takes them twice.

            Example: martlet features push procurement.awards new-awards.jsonl
            """)

    @Argument(help: "The table, or a view that is served from it.") var source: String
    @Argument(help: "The file with the rows, or -.") var file: String
    @Option(help: "online, offline or online_and_offline.") var to: String = PushDestination.both.rawValue
    @Flag(help: "Take the rows also if the same file was pushed before.") var again = false
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        guard let destination = PushDestination(rawValue: to) else {
            throw ValidationError("--to is online, offline or online_and_offline, not '\(to)'.")
        }
        let text: String
        if file == "-" {
            text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        } else {
            text = try textFile(file)
        }
        let rows = try text.split(separator: "\n").enumerated().map { number, line in
            do {
                return try JSONDecoder().decode([String: JSONCell].self, from: Data(line.utf8))
            } catch {
                throw InvalidRequest("Line \(number + 1) of \(file) is not a JSON object of plain values.")
            }
        }
        let digest = SHA256.hash(data: Data(text.utf8)).hexadecimal
        let receipts = try await connection.withClient { client in
            var receipts: [PushFeatures.Response] = []
            var start = 0
            while start < rows.count {
                let batch = rows[start..<min(start + PushedFrame.mostRows, rows.count)]
                let id = again ? nil : "\(digest)-\(start / PushedFrame.mostRows)"
                receipts.append(try await client.push(PushedFrame(rows: batch), to: source, destination, id: id))
                start += PushedFrame.mostRows
            }
            return receipts
        }
        if connection.json { return try printJSON(receipts) }
        let repeated = receipts.filter { $0.repeated == true }.reduce(0) { $0 + $1.rows }
        let note = repeated == 0 ? "" : "; \(repeated) more had come before"
        print("Pushed \(rows.count - repeated) rows to \(receipts.first?.source.description ?? source)\(note)")
    }
}

struct RejectedPushesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rejected",
        abstract: "Show pushed rows that no longer fitted their table: it was dropped, or its columns changed.",
        discussion: """
            They count nowhere. Each is shown with who pushed it, when, and what does not fit; --json has the rows.

            Example: martlet features rejected procurement.awards
            """)

    @Argument(help: "The table. Default: all.") var source: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let table = try source.map { try TableName($0) }
        let pushes = try await connection.withClient { try await $0.rejectedPushes(of: table) }
        if connection.json { return try printJSON(pushes) }
        printTable(
            ["TABLE", "PUSH", "ROWS", "BY", "REASON"],
            pushes.map { [$0.source.description, "\($0.sequence)", "\($0.rows)", $0.pushedBy, $0.reason] })
    }
}

struct GetFeaturesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Ask for served features of some keys.",
        discussion: """
            Each --key is one row: name=value, with commas between several columns.

            Example: martlet features get vendor_performance --key recipient_uei=ABC --key recipient_uei=DEF
            """)

    @Argument(help: "view, or view:feature.") var features: [String]
    @Option(name: .customLong("key"), help: "A row: name=value[,name=value].") var keys: [String]
    @Option(help: "As of when, never later than now. Default: now.") var at: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let rows = try keys.map { text -> [String: JSONCell] in
            var row: [String: JSONCell] = [:]
            for part in text.split(separator: ",") {
                let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
                guard pair.count == 2 else { throw ValidationError("--key takes NAME=VALUE, not '\(part)'.") }
                row[pair[0]] = .string(pair[1])
            }
            return row
        }
        let time = try at.map { try Instant($0) }
        let answers = try await connection.withClient {
            try await $0.onlineFeatures(features, for: rows, at: time)
        }
        if connection.json { return try printJSON(answers) }
        for (key, answer) in zip(keys, answers) {
            print(key)
            printTable(
                ["FEATURE", "VALUE", "STATUS", "EVENT TIME", "VERSION"],
                answer.sorted { $0.key < $1.key }.map { name, value in
                    [
                        name, value.value.words, value.status.rawValue, value.eventTime?.description ?? "",
                        value.version,
                    ]
                })
        }
    }
}

extension PushedFrame {
    /// Rows, each with columns of its own; what a row lacks is null.
    init(rows: some Collection<[String: JSONCell]>) {
        let names = Set(rows.flatMap(\.keys)).sorted()
        self.init(columns: names.map { name in Column(name, rows.map { $0[name] ?? .null }) })
    }
}

extension JSONCell {
    fileprivate var words: String {
        switch self {
        case .null: "null"
        case .boolean(let value): value.description
        case .long(let value): value.description
        case .double(let value): value.description
        case .string(let text): text
        }
    }
}
