import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

import FeatureEngine

struct SnapshotTests {
    private static func sample(_ dice: inout Dice) throws -> (RandomHistory, [UInt8]) {
        let history = RandomHistory(&dice)
        let state = try state(history)
        try state.ingest(RandomHistory.batch(history.events), into: "t")
        if dice.isLucky(50), let time = history.events.compactMap(\.time).max() { state.forget(before: time) }
        var bytes: [UInt8] = []
        try state.snapshot(note: "n") { bytes += $0 }
        return (history, bytes)
    }

    private static func state(_ history: RandomHistory) throws -> OnlineState {
        try OnlineState(
            history.specification, sources: ["t": history.source("t")],
            requests: Relation(sql: "r", columns: RandomHistory.requestColumns))
    }

    /// Makes every frame's checksum right again, as far as there are frames.
    private static func resealed(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        var position = SnapshotFormat.magic.count + 4
        while position + 5 <= bytes.count {
            let length = (0..<4).reduce(0) { $0 | Int(bytes[position + 1 + $1]) << (8 * $1) }
            let end = position + 5 + length
            guard end + 8 <= bytes.count else { break }
            let hash = stableHash64(Array(bytes[position..<end]))
            for byte in 0..<8 { bytes[end + byte] = UInt8(truncatingIfNeeded: hash >> UInt64(8 * byte)) }
            position = end + 8
        }
        return bytes
    }

    @Test func `Any bytes are taken up whole or refused with a reason`() throws {
        for index in 0..<150 * Seed.factor {
            var dice = Dice(seed: Seed.value, index: index)
            let (history, bytes) = try Self.sample(&dice)
            for _ in 0..<20 {
                var changed = bytes
                switch dice.below(4) {
                case 0: changed.removeLast(1 + dice.below(changed.count))
                case 1: for _ in 0...dice.below(4) { changed[dice.below(changed.count)] = UInt8(dice.below(256)) }
                case 2:
                    let place = dice.below(changed.count)
                    changed.insert(contentsOf: (0..<dice.below(9)).map { _ in UInt8(dice.below(256)) }, at: place)
                default: changed.swapAt(dice.below(changed.count), dice.below(changed.count))
                }
                let state = try Self.state(history)
                let isSealed = dice.isLucky(70)
                if isSealed { changed = Self.resealed(changed) }
                do {
                    _ = try changed.withUnsafeBytes { try state.restore($0) }
                    // Other rows than were written, but rows: they are answered from.
                    #expect(isSealed || changed == bytes, "\(Seed.note(index)): a change was not seen")
                    _ = try? state.answer(RandomHistory.batch(history.requests))
                } catch let error as SnapshotError {
                    #expect(!error.message.isEmpty)
                    #expect(state.size.rows == 0)
                }
            }
        }
    }

    @Test func `A snapshot of other features is refused`() throws {
        var dice = Dice(seed: 3)
        let (history, bytes) = try Self.sample(&dice)
        var other = history
        other.aggregates[0].window = .duration(77)
        let state = try Self.state(other)
        #expect(throws: SnapshotError.otherPlan) { _ = try bytes.withUnsafeBytes { try state.restore($0) } }
        var newer = bytes
        newer[SnapshotFormat.magic.count] = 9
        #expect(throws: SnapshotError.unknownVersion(9)) { _ = try newer.withUnsafeBytes { try state.restore($0) } }
    }
}
