import MartletDomain

/// A snapshot is a line of magic and a version, then frames: a byte that says which, the length of what follows in 32
/// bits, the bytes, and XXH64 over all of these. First the plan's hash, the horizon and the caller's note; then keys with
/// their rows; last how many keys there were. Numbers are little-endian.
package enum SnapshotFormat {
    package static let magic = Array("martlet online features\n".utf8)
    static let version: UInt32 = 1
    /// Bytes after which a frame ends with the next key.
    static let frameSize = 1 << 20

    enum Frame: UInt8 { case header = 1, rows, end }
}

extension OnlinePlan {
    /// What a state of this plan holds, as text: states of equal texts hold the same. Where a source's rows lie is no part.
    var fingerprint: String {
        streams.map { stream in
            let identity = stream.identity
            let clocks = [identity.eventTime, identity.availableAt, identity.tieBreak].map { $0?.column ?? "-" }
            let filters = stream.layout.conditions.map { "\($0.expression) \($0.columns)" }
            let slots = stream.layout.slots.map { slot in
                "\(slot.rule.aggregate) \(slot.rule.input?.description ?? "-") \(slot.column ?? -1) \(slot.condition ?? -1)"
            }
            let parts: [[String]] = [
                [identity.table], identity.entity, stream.entityKinds.map(\.description), clocks,
                stream.columns.map { "\($0.name) \($0.kind)" }, filters, slots,
                stream.windows.map { "\($0)" }, ["\(stream.servesLookups) \(identity.isInNanoseconds)"],
            ]
            return parts.map { $0.joined(separator: "\u{1F}") }.joined(separator: "\u{1E}")
        }.joined(separator: "\u{1D}")
    }
}

extension OnlineState {
    private var fingerprint: UInt64 { stableHash64(Array("\(version)\u{1C}\(plan.fingerprint)".utf8)) }

    /// Writes the state, piece by piece. Rows that come meanwhile may or may not be in it.
    ///
    /// - Parameters:
    ///   - note: The caller's own, given back by ``restore(_:)``: up to where the tables had been read, say.
    ///   - write: Takes the pieces in order.
    package func snapshot(note: String, to write: ([UInt8]) throws -> Void) throws {
        var start = SnapshotWriter()
        start.append(SnapshotFormat.magic)
        start.put(SnapshotFormat.version)
        try write(start.bytes)
        var header = SnapshotWriter()
        header.put(fingerprint)
        header.put(horizon)
        header.put(note)
        try write(Self.frame(.header, header))
        var keys: UInt64 = 0
        for (index, stream) in streams.enumerated() {
            let layout = stream.plan.layout
            var frame = SnapshotWriter()
            for shard in 0..<OnlineStream.shardCount {
                for (key, log) in stream.logs(ofShard: shard) {
                    if frame.bytes.isEmpty { frame.put(count: index) }
                    frame.put(key)
                    frame.put(count: log.count)
                    log.forEachRow(layout) { frame.put($0, layout) }
                    frame.put(UInt8(log.folded.isEmpty ? 0 : 1))
                    if !log.folded.isEmpty {
                        frame.put(log.foldedNewest)
                        for state in log.folded { frame.put(state) }
                    }
                    keys += 1
                    if frame.bytes.count >= SnapshotFormat.frameSize {
                        try write(Self.frame(.rows, frame))
                        frame = SnapshotWriter()
                    }
                }
            }
            if !frame.bytes.isEmpty { try write(Self.frame(.rows, frame)) }
        }
        var end = SnapshotWriter()
        end.put(keys)
        try write(Self.frame(.end, end))
    }

    private static func frame(_ kind: SnapshotFormat.Frame, _ content: SnapshotWriter) -> [UInt8] {
        var frame = SnapshotWriter()
        frame.put(kind.rawValue)
        frame.put(content.bytes)
        frame.put(stableHash64(frame.bytes))
        return frame.bytes
    }

    /// Takes up a snapshot, whole or not at all. To be called on a new state.
    ///
    /// - Returns: The note it was written with.
    /// - Throws: ``SnapshotError`` for bytes of any other kind.
    package func restore(_ bytes: UnsafeRawBufferPointer) throws(SnapshotError) -> String {
        var reader = SnapshotReader(bytes)
        guard try Array(reader.take(SnapshotFormat.magic.count)) == SnapshotFormat.magic else {
            throw .damaged("it does not begin as one")
        }
        let version = try reader.integer(UInt32.self)
        guard version == SnapshotFormat.version else { throw .unknownVersion(version) }
        var header: (horizon: Int64, note: String)?
        var logs: [(stream: Int, key: EntityKey, log: EventLog)] = []
        while true {
            let start = reader.position
            let kind = try reader.integer(UInt8.self)
            var content = SnapshotReader(try reader.take(try reader.count(ofAtLeast: 1)))
            let hash = stableHash64(UnsafeRawBufferPointer(rebasing: bytes[start..<reader.position]))
            guard try reader.integer(UInt64.self) == hash else { throw .damaged("a checksum is not that of its bytes") }
            switch (SnapshotFormat.Frame(rawValue: kind), header) {
            case (.header, nil):
                guard try content.integer(UInt64.self) == fingerprint else {
                    throw .otherPlan
                }
                header = (try content.integer(), try content.text())
            case (.rows, .some): try rows(&content, into: &logs)
            case (.end, let header?):
                guard try content.integer(UInt64.self) == UInt64(logs.count), reader.remaining == 0 else {
                    throw .damaged("it does not end as it should")
                }
                for entry in logs { streams[entry.stream].put(entry.log, entry.key) }
                setHorizon(header.horizon)
                return header.note
            default: throw .damaged("its parts are not in order")
            }
            guard content.remaining == 0 else { throw .damaged("a part is longer than what is in it") }
        }
    }

    private func rows(
        _ reader: inout SnapshotReader, into logs: inout [(stream: Int, key: EntityKey, log: EventLog)]
    ) throws(SnapshotError) {
        let index = Int(try reader.integer(UInt32.self))
        guard streams.indices.contains(index) else { throw .damaged("it has rows of no table") }
        let plan = streams[index].plan
        while reader.remaining > 0 {
            let key = try reader.key(plan.entityKinds.count)
            var rows: [EventRow] = []
            for _ in 0..<(try reader.count(ofAtLeast: 8)) { rows.append(try reader.row(plan.layout)) }
            var folded: [AggregateState] = []
            var newest = Int64.min
            if try reader.integer(UInt8.self) == 1 {
                newest = try reader.integer()
                for slot in plan.layout.slots { folded.append(try reader.state(slot.rule.empty)) }
            }
            logs.append((index, key, EventLog(rows, folded: folded, foldedNewest: newest, plan.layout)))
        }
    }
}
