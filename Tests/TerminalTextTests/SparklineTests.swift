import TerminalText
import Testing

struct SparklineTests {
    @Test func `A bin that holds anything shows, and the fullest is highest`() {
        #expect(sparkline([0, 1, 500, 1_000], isPlain: false) == " ▁▄█")
        #expect(sparkline([0, 1, 500, 1_000], isPlain: true) == " .=@")
        #expect(sparkline([0, 0], isPlain: true) == "" && sparkline([], isPlain: true) == "")
        #expect(sparkline([.max, 1], isPlain: true) == "@.")
    }

    @Test func `A bar is as long as its share, and one of anything has a cell`() {
        #expect(bar(50, of: 100, width: 10, isPlain: true) == "#####")
        #expect(bar(1, of: 1_000_000, width: 10, isPlain: true) == "#")
        #expect(bar(0, of: 5, width: 10, isPlain: true) == "" && bar(5, of: 5, width: 0, isPlain: true) == "")
    }
}
