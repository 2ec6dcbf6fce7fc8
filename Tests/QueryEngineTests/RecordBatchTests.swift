import MartletDomain
import QueryEngine
import Testing

@Suite struct `Record batches` {
    @Test func `Joined batches keep order and nulls`() throws {
        let whole = RecordBatch(columns: [Column("a", .long([1, 2]))], rowCount: 2)
        let holes = RecordBatch(columns: [Column("a", .long([0, 3]), validity: [false, true])], rowCount: 2)
        let joined = try RecordBatch.concatenating([whole, holes, whole])
        #expect(joined.rowCount == 6)
        #expect(joined.columns[0].values == .long([1, 2, 0, 3, 1, 2]))
        #expect(joined.columns[0].validity == [true, true, false, true, true, true])
        #expect(try RecordBatch.concatenating([]).rowCount == 0)
    }

    @Test func `Batches of different columns are not joined`() {
        let longs = RecordBatch(columns: [Column("a", .long([1]))], rowCount: 1)
        let texts = RecordBatch(columns: [Column("a", .string(["1"]))], rowCount: 1)
        #expect(throws: QueryError.self) { try RecordBatch.concatenating([longs, texts]) }
        let none = RecordBatch(columns: [], rowCount: 1)
        #expect(throws: QueryError.self) { try RecordBatch.concatenating([longs, none]) }
    }

    @Test func `A missing column is refused with the names that are there`() {
        let batch = RecordBatch(columns: [Column("a", .long([1])), Column("b", .long([1]))], rowCount: 1)
        #expect(throws: QueryError.missingColumn("A", present: ["a", "b"])) { try batch.column("A") }
    }

    @Test func `Any number reads as a double and a null as NaN`() throws {
        let validity = [true, false]
        let columns: [Column.Values] = [
            .boolean([true, false]), .byte([1, 0]), .short([1, 0]), .integer([1, 0]), .long([1, 0]), .float([1, 0]),
            .double([1, 0]), .decimal([1000, 0], precision: 5, scale: 3),
        ]
        for values in columns {
            let doubles = try #require(Column("x", values, validity: validity).doubles)
            #expect(doubles[0] == 1)
            #expect(doubles[1].isNaN)
        }
        #expect(Column("x", .string(["1"])).doubles == nil)
        #expect(Column("x", .timestamp([1])).doubles == nil)
    }

    @Test func `Strings and integers read as optionals`() {
        #expect(Column("x", .string(["a", ""]), validity: [true, false]).strings == ["a", nil])
        #expect(Column("x", .byte([-1, 0]), validity: [true, false]).longs == [-1, nil])
        #expect(Column("x", .double([1])).longs == nil)
        #expect(Column("x", .long([1])).strings == nil)
    }

    @Test(arguments: [(Int128(-1230), 2, "-12.30"), (5, 3, "0.005"), (-5, 1, "-0.5"), (0, 2, "0.00"), (7, 0, "7")])
    func `A decimal's text has all its digits`(unscaled: Int128, scale: Int, text: String) {
        #expect(Column.text(ofDecimal: unscaled, scale: scale) == text)
    }
}
