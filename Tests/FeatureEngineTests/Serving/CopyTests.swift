import FuzzInputs
import MartletDomain
import QueryEngine
import Testing

import FeatureEngine

struct CopyTests {
    @Test func `A copy takes rows in that the state it was made of does not have`() throws {
        let seed = UInt64.random(in: .min ... .max)
        var dice = Dice(seed: seed)
        for _ in 0..<200 {
            let history = RandomHistory(&dice)
            let state = try OnlineState(
                history.specification, sources: ["t": history.source("t")],
                requests: Relation(sql: "r", columns: RandomHistory.requestColumns))
            let rows = RandomHistory.batch(history.events)
            try state.ingest(rows, into: "t")
            let before = try Self.bytes(state)
            let copy = state.copy()
            let size = copy.size
            #expect(size == state.size, "seed \(seed)")
            try copy.ingest(rows, into: "t")
            #expect(copy.size.rows == 2 * size.rows, "seed \(seed)")
            #expect(try Self.bytes(state) == before, "seed \(seed)")
            #expect(copy.horizon == state.horizon)
        }
    }

    private static func bytes(_ state: OnlineState) throws -> [UInt8] {
        var bytes: [UInt8] = []
        try state.snapshot(note: "n") { bytes += $0 }
        return bytes
    }
}
