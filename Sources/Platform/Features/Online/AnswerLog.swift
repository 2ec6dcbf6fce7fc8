import FeatureEngine
import MartletDomain
import Synchronization

/// Answers of a share of the keys, waiting to be written to a table: chosen by key, so that all answers for a key are there
/// or none.
///
/// It never holds up an answer. What does not fit is dropped, and counted.
final class AnswerLog: Sendable {
    struct Entry: Sendable {
        var view: String
        var planHash: String
        /// What the caller gave: the key, then what formulas take.
        var keys: [JSONCell]
        /// As of when it was answered, microseconds.
        var time: Int64
        var values: [(feature: String, cell: FeatureCell, isRefused: Bool)]
        var tableVersion: Int64
        var pushedThrough: Int64
    }

    static let room = 50_000

    private let threshold: UInt64
    private let state = Mutex<(entries: [Entry], dropped: Int64, logged: Int64)>(([], 0, 0))

    /// - Parameter share: Of the keys, 0...1.
    init(share: Double) {
        threshold = share >= 1 ? .max : UInt64(max(0, share) * 18_446_744_073_709_549_568)
    }

    var isOff: Bool { threshold == 0 }

    func takes(_ key: some Sequence<JSONCell>) -> Bool {
        guard threshold > 0 else { return false }
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        for cell in key {
            hash = (hash ^ cell.stableHash) &* 0xFF51_AFD7_ED55_8CCD
            hash ^= hash >> 33
        }
        return hash <= threshold
    }

    func append(_ entry: Entry) {
        state.withLock { state in
            if state.entries.count < Self.room { state.entries.append(entry) } else { state.dropped += 1 }
        }
    }

    /// All that waits, which is then taken out.
    func take() -> [Entry] {
        state.withLock { state in
            defer { state.entries = [] }
            state.logged += Int64(state.entries.count)
            return state.entries
        }
    }

    /// Puts back what could not be written.
    func putBack(_ entries: [Entry]) {
        state.withLock { state in
            state.logged -= Int64(entries.count)
            let room = max(0, Self.room - state.entries.count)
            state.dropped += Int64(max(0, entries.count - room))
            state.entries.insert(contentsOf: entries.prefix(room), at: 0)
        }
    }

    /// Since the process began.
    var counts: (logged: Int64, dropped: Int64) { state.withLock { ($0.logged, $0.dropped) } }
}

extension JSONCell {
    /// The same in every process.
    fileprivate var stableHash: UInt64 {
        switch self {
        case .null: CellValue.null.stableHash
        case .boolean(let value): CellValue.boolean(value).stableHash
        case .long(let value): CellValue.long(value).stableHash
        case .double(let value):
            Int64(exactly: value).map { CellValue.long($0).stableHash } ?? CellValue.double(value).stableHash
        case .string(let text): CellValue.string(text).stableHash
        }
    }
}
