import DriftStatistics
import Foundation
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@Suite struct ReportPageTests {
    static let hostile = [
        "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\"' onload='x'", "a&b &amp; c",
        "\u{0}\u{1b}\u{202e}gnp", "<!-- --> ]]>", "{{x}} ${y}", String(repeating: "Ω", count: 300), "",
        "\u{2028}\u{fffe}\u{1f600}e\u{301}",
    ]

    private func table(columns: Int, names: (Int) -> String, shift: Double = 0.4, seed: UInt64 = 7)
        -> (reference: [(String, DriftColumn)], current: [(String, DriftColumn)])
    {
        var generator = SeededGenerator(state: seed)
        func set(_ shift: Double) -> [(String, DriftColumn)] {
            (0..<columns).map { column in
                if column % 3 == 2 {
                    let levels: [String?] = (0..<1500).map { row in
                        row % 17 == 0 ? nil : names(Int.random(in: 0..<25, using: &generator)) + "\(row % 20)"
                    }
                    return (names(column), .categorical(levels))
                }
                let values = (0..<1500).map { _ in
                    Double.random(in: 0...1, using: &generator) + (column % 2 == 0 ? shift : 0)
                }
                return (names(column), .numeric(values))
            }
        }
        return (set(0), set(shift))
    }

    private func page(_ drift: DatasetDrift, title: String = "Drift in August") -> String {
        driftReportPage(
            drift, title: title, facts: [("Reference", "flights, version 3"), ("Rows", "1500")],
            performance: [("AUC", "0.781")])
    }

    /// Element names of the page; empty when it is not well-formed.
    private func elements(_ page: String) -> [String] {
        final class Reader: NSObject, XMLParserDelegate {
            var names: [String] = []
            func parser(
                _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
                attributes: [String: String]
            ) {
                names.append(name)
                if attributes.keys.contains(where: { $0.hasPrefix("on") || $0 == "src" || $0 == "href" }) {
                    names.append("forbidden attribute")
                }
            }
        }
        let reader = Reader()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = reader
        return parser.parse() ? reader.names : []
    }

    @Test func `Thirty columns stay under the size bound and the page is well-formed`() {
        let (reference, current) = table(columns: 30, names: { "column number \($0)" })
        let text = page(datasetDrift(reference: reference, current: current))
        #expect(text.utf8.count <= 60_000 + 4_000 * 30, "\(text.utf8.count) bytes")
        let names = elements(text)
        #expect(names.filter { $0 == "figure" }.count == 30)
        #expect(names.filter { $0 == "script" }.count == 1)
        #expect(!names.contains("forbidden attribute"))
        #expect(["caption", "title", "desc", "bdi", "main", "h1"].allSatisfy(names.contains))
    }

    @Test func `A wider table costs at most four kilobytes a column`() {
        func size(_ columns: Int) -> Int {
            let (reference, current) = table(columns: columns, names: { "column number \($0)" })
            return page(datasetDrift(reference: reference, current: current)).utf8.count
        }
        let (small, large) = (size(3), size(63))
        #expect(large - small <= 60 * 4_000, "\((large - small) / 60) bytes a column")
        #expect(small < 60_000)
    }

    @Test func `Hostile names, levels, titles and facts stay text`() {
        let hostile = Self.hostile
        let (reference, current) = table(columns: 10, names: { hostile[$0 % hostile.count] })
        let drift = datasetDrift(reference: reference, current: current)
        for title in hostile {
            let text = driftReportPage(drift, title: title, facts: [(title, title)], performance: [(title, title)])
            let names = elements(text)
            #expect(!names.isEmpty, "not well-formed with \(title)")
            #expect(names.filter { $0 == "script" }.count == 1)
            #expect(!names.contains("img") && !names.contains("forbidden attribute"))
            #expect(text.components(separatedBy: "<script").count == 2)
            #expect(text.components(separatedBy: "</script").count == 2)
            #expect(!text.unicodeScalars.contains("\u{202e}") && !text.unicodeScalars.contains("\u{0}"))
        }
    }

    @Test func `The page holds the whole result as JSON`() throws {
        let hostile = Self.hostile
        let (reference, current) = table(columns: 10, names: { hostile[$0 % hostile.count] })
        let drift = datasetDrift(reference: reference, current: current)
        let text = page(drift)
        let start = try #require(text.range(of: "id=\"drift-result\">"))
        let end = try #require(text.range(of: "</script>", range: start.upperBound..<text.endIndex))
        let json = Data(text[start.upperBound..<end.lowerBound].utf8)
        #expect(try JSONDecoder().decode(DatasetDrift.self, from: json) == drift)
    }

    @Test func `The same result gives the same bytes`() {
        let pages = (0..<3).map { _ in
            let (reference, current) = table(columns: 6, names: { "c\($0)" })
            return page(datasetDrift(reference: reference, current: current))
        }
        #expect(Set(pages).count == 1)
    }

    @Test func `The page fetches nothing and runs nothing`() {
        let (reference, current) = table(columns: 6, names: { "c\($0)" })
        let text = page(datasetDrift(reference: reference, current: current))
        for forbidden in ["http://", "https://", "url(", "@import", "<link", "javascript:"] {
            #expect(!text.contains(forbidden), "\(forbidden)")
        }
        #expect(text.contains("default-src 'none'; style-src 'unsafe-inline'"))
        #expect(text.contains("<script type=\"application/json\""))
    }

    @Test func `The verdict is a sentence and the worst columns say why`() {
        let before = DriftColumn.numeric((0..<2000).map { Double($0 % 100) })
        let after = DriftColumn.numeric((0..<2000).map { Double($0 % 100) + 60 })
        let text = page(
            datasetDrift(
                reference: [("delay", before), ("same", before), ("gone", before)],
                current: [("delay", after), ("same", before)]))
        #expect(text.contains("The data drifted: 1 of 2 columns drifted (50 %), and the limit is 50 %."))
        #expect(text.contains("1 column could not be compared and is not counted."))
        #expect(text.contains("The mean rose from 49.5 to 109.5, 2.079 standard deviations of the reference."))
        #expect(text.contains("– Not computable: current has no column of this name"))
        let calm = page(datasetDrift(reference: [("same", before)], current: [("same", before)]))
        #expect(calm.contains("The data did not drift: 0 of 1 column drifted (0 %), below the limit of 50 %."))
        #expect(!calm.contains("Where it drifted most"))
        let nothing = page(datasetDrift(reference: [], current: []))
        #expect(nothing.contains("No verdict"))
        #expect(!elements(nothing).isEmpty)
    }

    @Test func `A tiny p-value is never shown as zero`() {
        let reference = DriftColumn.categorical(Array(repeating: "a", count: 100) + ["b", "c"])
        let current = DriftColumn.categorical(Array(repeating: "new", count: 100))
        let text = page(datasetDrift(reference: [("level", reference)], current: [("level", current)]))
        #expect(text.contains("<td class=\"n\">below 1e-300</td>"))
        #expect(text.contains("1 new level: “new”."))
        #expect(text.contains("3 lost levels: “a”, “b”, “c”."))
    }
}
