import ArgumentParser
import Foundation
import Martlet
import MartletAPI
import MartletDomain
import TerminalText

struct PredictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict", abstract: "Score rows as of now, with features from memory.",
        discussion: """
            Every feature that the model looks up has to be served (`martlet features serve VIEW`) by the plan that it was \
            trained on. What the model takes besides, and the keys, are given: as NAME=VALUE for one row, or as a file with \
            one JSON object a line. The time is now, and is not given. Each prediction is kept with its features before it \
            is answered; `martlet why ID` says how it came about.

            Example: martlet predict models:/risk/Production vendor=3 amount=120.5
            """)

    @Argument(help: "The model, as models:/name/Stage or models:/name@alias.") var model: String
    @Argument(help: ArgumentHelp("Values of one row.", valueName: "name=value")) var values: [String] = []
    @Option(help: "A file with one JSON object a line, or -.") var rows: String?
    @Option(help: ArgumentHelp("Why it does not matter that views have changed.", valueName: "reason"))
    var allowDrift: String?
    @Flag(help: "Take a version by its number, models:/NAME/VERSION, because history is meant.") var history = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (rows == nil) == values.isEmpty else { return }
        throw ValidationError("Say what to score: NAME=VALUE …, or --rows FILE.")
    }

    func run() async throws {
        let frame = PushedFrame(rows: try given()[...])
        let done: ScoreServed.Response
        do {
            done = try await connection.withClient { client in
                try await client.predict(model, frame, allowDrift: allowDrift, history: history)
            }
        } catch let error as ClientError where !error.issues.isEmpty {
            // What is wrong with the row is bad input; 1 says that the features of a training set were refused.
            throw InvalidRequest(error.issues.map(\.description))
        }
        if connection.json { return try printJSON(done) }
        for one in done.predictions { print("\(one.prediction)\t\(one.id)") }
        let odd = done.statuses.sorted { $0.key < $1.key }.flatMap { feature, statuses in
            statuses.enumerated().filter { $1 != .present }.map { "row \($0 + 1): \(feature) is \($1.rawValue)" }
        }
        for words in odd.prefix(20) { print("note: \(harmless(words))") }
    }

    private func given() throws -> [[String: JSONCell]] {
        guard let rows else {
            var row: [String: JSONCell] = [:]
            for value in values {
                guard let sign = value.firstIndex(of: "="), sign != value.startIndex else {
                    throw ValidationError("'\(value)' is not NAME=VALUE.")
                }
                row[String(value[..<sign])] = Self.cell(String(value[value.index(after: sign)...]))
            }
            return [row]
        }
        let text =
            rows == "-"
            ? String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self) : try textFile(rows)
        return try text.split(separator: "\n").enumerated().map { number, line in
            do {
                return try JSONDecoder().decode([String: JSONCell].self, from: Data(line.utf8))
            } catch {
                throw InvalidRequest("Line \(number + 1) of \(rows) is not a JSON object of plain values.")
            }
        }
    }

    /// A number, `true`, `false` or `null` as JSON has them; any other text as it stands.
    private static func cell(_ text: String) -> JSONCell {
        (try? JSONDecoder().decode(JSONCell.self, from: Data(text.utf8))) ?? .string(text)
    }
}
