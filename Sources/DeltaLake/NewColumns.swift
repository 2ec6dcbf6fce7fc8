import Foundation
import MartletDomain

/// What the statistics of files say of columns that came after them: that all their values are null.
///
/// Some readers take a column of which a file says nothing for one without nulls, and lose its rows to a filter.
enum NewColumns {
    /// The files of the table once more, with columns of `schema` that the table lacks counted as nulls. Files whose
    /// statistics count nothing stay as they are.
    ///
    /// Source: delta-io/delta, PROTOCOL.md, "Action Reconciliation": the newest `add` of a path holds.
    static func additions(_ state: TableState, _ schema: TableSchema) -> [JSONText] {
        let names = schema.names.filter { state.schema[$0] == nil }
        guard !names.isEmpty else { return [] }
        return state.replay.files.compactMap { file in
            guard let rows = file.rowCount, let stats = file.stats.flatMap({ counting(names, rows, in: $0) }) else {
                return nil
            }
            var file = file
            file.stats = stats
            return CheckpointActions.row(file)
        }
    }

    /// Done to the text, so that no number in it is rounded. Inside a value of it the quotes would be escaped.
    private static func counting(_ names: [String], _ rows: Int64, in stats: String) -> String? {
        guard let place = stats.range(of: "\"nullCount\":{") else { return nil }
        struct Counted: Decodable {
            struct Column: CodingKey {
                var stringValue: String
                var intValue: Int? { nil }
                init(stringValue: String) { self.stringValue = stringValue }
                init?(intValue: Int) { nil }
            }

            var names: Set<String> = []
            enum CodingKeys: String, CodingKey { case nullCount }

            init(from decoder: any Decoder) throws {
                let members = try decoder.container(keyedBy: CodingKeys.self)
                let counts = try members.nestedContainer(keyedBy: Column.self, forKey: .nullCount)
                names = Set(counts.allKeys.map(\.stringValue))
            }
        }
        // A column that went by a restore and came again may be counted already.
        let counted = (try? JSONDecoder().decode(Counted.self, from: Data(stats.utf8)))?.names ?? []
        let names = names.filter { !counted.contains($0) }
        guard !names.isEmpty else { return nil }
        let counts = names.map { JSONText.string($0).text + ":" + String(rows) }.joined(separator: ",")
        let rest = stats[place.upperBound...]
        return stats[..<place.upperBound] + counts + (rest.hasPrefix("}") ? "" : ",") + rest
    }
}
