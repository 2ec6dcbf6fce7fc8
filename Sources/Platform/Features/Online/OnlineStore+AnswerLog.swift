import DeltaLake
import FeatureEngine
import Foundation
package import MartletDomain
import Metadata
import QueryEngine

extension OnlineStore {
    /// Where answers are kept to be computed again.
    package static var answerTable: TableName? { try? TableName("martlet.feature_log") }

    /// Writes the answers that wait to their table.
    func writeAnswers() async throws {
        let entries = answers.take()
        guard !entries.isEmpty, let table = Self.answerTable else { return }
        do {
            let rows = RecordBatch(
                columns: [
                    Column("view", .string(entries.map(\.view))),
                    Column("plan_hash", .string(entries.map(\.planHash))),
                    Column("keys", .string(try entries.map { try canonicalText($0.keys) })),
                    Column("at", .timestamp(entries.map(\.time))),
                    Column("answer", .string(try entries.map { try canonicalText(Self.words($0)) })),
                    Column("table_version", .long(entries.map(\.tableVersion))),
                    Column("pushed_through", .long(entries.map(\.pushedThrough))),
                ], rowCount: entries.count)
            _ = try await datasets.write(
                table, .append, rows, operation: .featureLog, inputs: [], source: "answers of served features",
                by: .online)
        } catch {
            answers.putBack(entries)
            throw error
        }
    }

    private static func words(_ entry: AnswerLog.Entry) -> [String: String] {
        var words: [String: String] = [:]
        for value in entry.values where !value.isRefused { words[value.feature] = value.cell.logged }
        // A refused value is neither there nor null; the batch refuses, too.
        for value in entry.values where value.isRefused { words[value.feature] = refusedWord }
        return words
    }

    static let refusedWord = "\u{0}refused"
}
