import Testing

import TerminalText

@Suite struct TextTableTests {
    @Test func `Columns are as wide as their widest cell, and numbers stand with their points below each other`() {
        let table = TextTable(
            [.init("NAME"), .init("AUC", .number), .init("N", .number)],
            [["a", "0.5", "1"], ["longer", "12.25", "100"], ["c", "NaN", ""]])
        #expect(
            table.lines() == [
                "NAME      AUC    N",
                "a        0.5     1",
                "longer  12.25  100",
                "c         NaN",
            ])
    }

    @Test func `The widest columns of words are cut first, ids and numbers never`() {
        let table = TextTable(
            [.init("ID", .whole), .init("NAME"), .init("NOTE"), .init("AUC", .number)],
            [["0123456789abcdef", "a name of some length", "a note that is longer than the name", "0.123456"]])
        for width in 48...90 {
            let lines = table.lines(fitting: width)
            #expect(lines.allSatisfy { displayWidth($0) <= width })
            #expect(lines[1].contains("0123456789abcdef") && lines[1].contains("0.123456"))
        }
        #expect(table.lines(fitting: 60)[1] == "0123456789abcdef  a name of some…  a note that is…  0.123456")
    }

    @Test func `Columns that find no room are left out, and the heading says so`() {
        let table = TextTable(
            [.init("ID", .whole), .init("A", .whole), .init("B", .whole)], [["11111111", "22222222", "33333333"]])
        #expect(table.lines(fitting: 24) == ["ID        A  …", "11111111  22222222"])
        #expect(table.lines(fitting: 3)[1] == "11111111")
    }

    @Test func `What somebody logged cannot steer the terminal`() {
        let table = TextTable([.init("VALUE")], [["red\u{1B}[31m\nnext\u{202E}line\u{0}"]])
        #expect(table.lines() == ["VALUE", "red\u{FFFD}[31m next\u{FFFD}line\u{FFFD}"])
    }

    @Test func `Wide characters take two cells, marks none`() {
        #expect(displayWidth("模型") == 4)
        #expect(displayWidth("e\u{301}") == 1)
        #expect(displayWidth("🚀") == 2)
        #expect(cut("模型模型", to: 5) == "模型…")
        #expect(cut("abc", to: 3) == "abc")
        #expect(cut("abcd", to: 1) == "…")
        #expect(cut("abcd", to: 0).isEmpty)
    }

    @Test func `A row that is too short is filled up`() {
        #expect(TextTable([.init("A"), .init("B")], [["1"]]).lines() == ["A  B", "1"])
        #expect(TextTable([], [["1"]]).lines().isEmpty)
    }
}
