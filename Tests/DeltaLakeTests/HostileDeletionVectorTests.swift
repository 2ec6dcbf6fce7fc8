import DeltaLake
import Foundation
import MartletDomain
import Testing

@Suite struct HostileDeletionVectorTests {
    private static let metadata = #"""
        {"metaData":{"id":"i","format":{"provider":"parquet","options":{}},"schemaString":"{\"type\":\"struct\",\"fields\":[{\"name\":\"n\",\"type\":\"long\",\"nullable\":true,\"metadata\":{}}]}","partitionColumns":[],"configuration":{}}}
        """#
    private static let start =
        #"{"protocol":{"minReaderVersion":3,"minWriterVersion":7,"readerFeatures":["deletionVectors"],"#
        + #""writerFeatures":["deletionVectors"]}}"# + "\n" + metadata + "\n"

    /// The numbers 0 to 99 in one file, and nothing else.
    private func with(_ rows: Int = 100, _ body: (TemporaryTable, String) async throws -> Void) async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT range AS n FROM range(\(rows))")
            let name = (try await place.table.snapshot().files[0].path as NSString).lastPathComponent
            try await body(place, name)
        }
    }

    private func entry(_ name: String, _ vector: String, rows: Int = 100) throws -> String {
        let text = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
        return Self.start
            + #"{"add":{"path":\#(text),"partitionValues":{},"size":1,"dataChange":true,"stats":"{\"numRecords\":\#(rows)}","deletionVector":\#(vector)}}"#
    }

    private func inline(_ data: [UInt8], _ count: Int, size: Int? = nil) throws -> String {
        try descriptor("i", VectorBytes.z85(data), nil, size ?? data.count, count)
    }

    private func descriptor(_ type: String, _ text: String, _ offset: Int?, _ size: Int, _ count: Int) throws -> String
    {
        let quoted = String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
        return #"{"storageType":"\#(type)","pathOrInlineDv":\#(quoted),"# + (offset.map { #""offset":\#($0),"# } ?? "")
            + #""sizeInBytes":\#(size),"cardinality":\#(count)}"#
    }

    /// What reading with that vector is refused with; nil when it is not.
    private func refusal(_ place: TemporaryTable, _ name: String, _ vector: String) async throws -> DeltaError? {
        try place.writeLog([try entry(name, vector)])
        do {
            let count = try await place.table.snapshot().rowCount
            #expect(try await place.rows("SELECT count(*) FROM {}") == [["\(count)"]])
            return nil
        } catch let error as DeltaError {
            #expect(error.message.count > 20)
            return error
        }
    }

    private func expectRefused(_ place: TemporaryTable, _ name: String, _ vector: String, _ words: String) async throws
    {
        guard case .deletionVector(_, name, let reason)? = try await refusal(place, name, vector) else {
            Issue.record("\(words): not refused")
            return
        }
        #expect(reason.contains(words))
    }

    @Test func `An inline vector takes out the rows that it says`() async throws {
        try await with(30) { place, name in
            let text = "^Bg9^0rr910000000000iXQKl0rr91000f55c8Xg0@@D72lkbi5=-{L"
            try place.writeLog([try entry(name, try descriptor("i", text, nil, 44, 6), rows: 30)])
            let expected = (0..<30).filter { ![3, 4, 7, 11, 18, 29].contains($0) }.map { ["\($0)"] }
            #expect(try await place.rows() == expected)
        }
    }

    @Test func `A vector that is cut anywhere is refused`() async throws {
        try await with { place, name in
            for kind in VectorBytes.Kind.allCases {
                let whole = VectorBytes.portable([1, 2, 50, 99], kind)
                #expect(try await refusal(place, name, inline(whole, 4)) == nil)
                for length in 0..<whole.count {
                    let cut = Array(whole.prefix(length))
                    guard case .deletionVector? = try await refusal(place, name, inline(cut, 4)) else {
                        Issue.record("\(kind) cut at \(length) was not refused")
                        continue
                    }
                }
            }
        }
    }

    @Test func `Counts beyond the bytes, wrong order and wrong magic are refused with the reason`() async throws {
        let little32 = { (number: UInt32) in VectorBytes.little(number) }
        let head = little32(1_681_511_377)
        let one = head + VectorBytes.little(UInt64(1)) + little32(0)
        let pair = VectorBytes.little(UInt16(0)) + VectorBytes.little(UInt16(0))
        let cases: [([UInt8], Int, String)] = [
            // The order of bytes of an earlier format.
            ([0x64, 0x39, 0xD3, 0xD0, 0, 0, 0, 1], 1, "begins with 3503503716"),
            (little32(7) + VectorBytes.little(UInt64(0)), 0, "begins with 7"),
            (head + VectorBytes.little(UInt64.max), 1, "ends before"),
            (one + little32(12_346) + little32(.max), 1, "containers in one bitmap"),
            (one + little32(12_346) + little32(65_536) + pair, 1, "ends before"),
            (one + little32(12_347 | 0xFFFF_0000) + [255], 1, "ends before"),
            (one + little32(99), 1, "no roaring bitmap"),
            (head + VectorBytes.little(UInt64(1)) + little32(.max) + VectorBytes.bitmap([1]), 1, "31 bits"),
            (
                head + VectorBytes.little(UInt64(2)) + little32(0) + VectorBytes.bitmap([1]) + little32(0)
                    + VectorBytes.bitmap([2]), 2, "ascend"
            ),
            (VectorBytes.portable([1, 2]) + [0], 2, "behind its last"),
            (
                one + little32(12_346) + little32(2) + pair + pair + little32(0) + little32(0) + [0, 0, 1, 0], 2,
                "ascend"
            ),
            (one + little32(12_346) + little32(1) + [0, 0, 1, 0] + little32(0) + [5, 0, 5, 0], 2, "do not ascend"),
            (one + little32(12_347) + [1, 0, 0, 1, 0] + [2, 0, 0, 0, 5, 0, 3, 0, 0, 0], 2, "overlap"),
            (one + little32(12_347) + [1, 0, 0, 1, 0] + [1, 0, 255, 255, 5, 0], 2, "overlap or leave"),
            (one + little32(12_347) + [1, 0, 0, 9, 0] + [1, 0, 5, 0, 0, 0], 10, "whose header says 10"),
            (VectorBytes.portable([1, 2, 3]), 2, "takes out 3 rows, and the log says 2"),
            (VectorBytes.portable([1, 100]), 2, "takes out row 100, and the file has 100 rows"),
            (
                head + VectorBytes.little(UInt64(1)) + little32(5) + VectorBytes.bitmap([0]), 1,
                "takes out row 21474836480"
            ),
        ]
        try await with { place, name in
            for (bytes, count, words) in cases {
                try await expectRefused(place, name, try inline(bytes, count), words)
            }
            try await expectRefused(place, name, try inline([0], 1, size: 5), "which says 5")
            try await expectRefused(place, name, try inline([0], 1, size: -1), "has -1 bytes")
            try await expectRefused(place, name, try inline([0], 1, size: .max), "bytes, and Martlet reads")
            for text in ["#####", "1234", "abc d", "\u{e9}\u{e9}1", "00000\"", "0000\u{0}"] {
                try await expectRefused(place, name, try descriptor("i", text, nil, 4, 1), "base 85")
            }
            try await expectRefused(place, name, try descriptor("x", "00000", nil, 4, 1), "called 'x'")
        }
    }

    @Test func `A bit that flips anywhere in an inline vector does no harm`() async throws {
        try await with { place, name in
            for kind in VectorBytes.Kind.allCases {
                let whole = VectorBytes.portable([1, 2, 50, 98], kind)
                for bit in 0..<(whole.count * 8) {
                    var flipped = whole
                    flipped[bit / 8] ^= 1 << UInt8(bit % 8)
                    _ = try await refusal(place, name, inline(flipped, 4))
                }
            }
        }
    }

    @Test func `A vector file that is cut, damaged or of another version is refused`() async throws {
        let uuid = VectorBytes.z85(Array(0..<16))
        let file = "deletion_vector_00010203-0405-0607-0809-0a0b0c0d0e0f.bin"
        let data = VectorBytes.portable([1, 2, 3])
        let whole = VectorBytes.file(data)
        func vector(_ offset: Int?, _ size: Int) throws -> String { try descriptor("u", uuid, offset, size, 3) }
        try await with { place, name in
            try await expectRefused(place, name, try vector(1, data.count), "which is gone")
            let path = place.location.appendingPathComponent(file)
            try Data(whole).write(to: path)
            for offset in [nil, 0, 1] { #expect(try await refusal(place, name, vector(offset, data.count)) == nil) }
            for offset in [-1, 2, whole.count, .max, .min] {
                try await expectRefused(place, name, try vector(offset, data.count), "lies beyond the end")
            }
            try await expectRefused(place, name, try vector(1, data.count - 1), "has \(data.count) bytes in")
            for length in 0..<whole.count {
                try Data(whole.prefix(length)).write(to: path)
                try await expectRefused(place, name, try vector(1, data.count), "lies beyond the end")
            }
            for index in whole.indices {
                var damaged = whole
                damaged[index] ^= 0x10
                try Data(damaged).write(to: path)
                let words = index == 0 ? "does not begin with version 1" : index < 5 ? "bytes in" : "checksum"
                try await expectRefused(place, name, try vector(1, data.count), words)
            }
            try await expectRefused(place, name, try descriptor("u", "short", 1, 4, 1), "does not end in a UUID")
            try await expectRefused(place, name, try descriptor("u", "\u{e9}" + uuid.dropFirst(), 1, 4, 1), "UUID")
        }
    }

    @Test func `A vector outside the table is refused, and one inside by its absolute path is read`() async throws {
        let data = VectorBytes.portable([1, 2, 3])
        try await with { place, name in
            let outside = place.location.deletingLastPathComponent().appendingPathComponent("v.bin")
            let inside = place.location.appendingPathComponent("v w.bin")
            for file in [outside, inside] { try Data(VectorBytes.file(data)).write(to: file) }
            for path in [inside.path.replacing(" ", with: "%20"), "file://" + inside.path.replacing(" ", with: "%20")] {
                #expect(try await refusal(place, name, descriptor("p", path, 1, data.count, 3)) == nil)
            }
            for path in ["/etc/passwd", "file:///etc/passwd", outside.path, "../v.bin", "s3://bucket/v.bin", ""] {
                #expect(
                    try await refusal(place, name, descriptor("p", path, 1, data.count, 3))
                        == .pathOutsideTable(table: "table", path: path))
            }
            let uuid = VectorBytes.z85(Array(0..<16))
            let file = "deletion_vector_00010203-0405-0607-0809-0a0b0c0d0e0f.bin"
            try Data(VectorBytes.file(data)).write(to: outside.deletingLastPathComponent().appendingPathComponent(file))
            #expect(
                try await refusal(place, name, descriptor("u", ".." + uuid, 1, data.count, 3))
                    == .pathOutsideTable(table: "table", path: "../" + file))
        }
    }

    @Test func `Random vectors leave exactly the other rows`() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(seed: seed)
        let total = 70_000
        try await with(total) { place, name in
            for round in 0..<6 {
                let share = Double.random(in: 0...1, using: &generator)
                let span = Int.random(in: 1...total, using: &generator)
                let length = [1, 1, 30, 3000][Int.random(in: 0..<4, using: &generator)]
                var gone: Set<Int> = []
                for start in stride(from: total - span, to: total, by: length)
                where Double.random(in: 0..<1, using: &generator) < share * share * share {
                    gone.formUnion(start..<min(start + length, total))
                }
                gone.insert(total - 1)
                let kind = VectorBytes.Kind.allCases[Int.random(in: 0..<2, using: &generator)]
                let data = VectorBytes.portable(gone.sorted(), kind)
                try place.writeLog([try entry(name, try inline(data, gone.count), rows: total)])
                let rows = try await place.rows("SELECT n FROM {}").compactMap { $0[0].flatMap { Int($0) } }
                let expected = (0..<total).filter { !gone.contains($0) }
                #expect(rows == expected, "seed \(seed), round \(round)")
                #expect(try await place.table.snapshot().rowCount == Int64(expected.count), "seed \(seed)")
            }
        }
    }

    @Test func `A column that hides the place of a row is refused when rows are deleted`() async throws {
        try await TemporaryTable.with { place in
            _ = try await place.table.append(selecting: "SELECT range AS n, 7 AS File_Row_Number FROM range(5)")
            let name = (try await place.table.snapshot().files[0].path as NSString).lastPathComponent
            let vector = try inline(VectorBytes.portable([1]), 1)
            #expect(
                try await refusal(place, name, vector)
                    == .reservedColumn(table: "table", path: name, column: "File_Row_Number"))
        }
    }
}

/// SplitMix64.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
