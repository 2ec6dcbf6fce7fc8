import Testing

import TerminalText

@Suite struct MetricPlotTests {
    private func line(_ count: Int, _ y: (Double) -> Double) -> [PlotSeries.Point] {
        (0..<count).map { PlotSeries.Point(Double($0), y(Double($0))) }
    }

    @Test func `A rising line goes from the lower left to the upper right, with ticks at round values`() {
        let plot = MetricPlot(
            "auc", [PlotSeries("run a", line(11) { $0 / 10 })], xTitle: "step", width: 26, height: 6)
        #expect(
            plot.lines == [
                "auc",
                "  1 +                 ****",
                "    |               **",
                "    |           ****",
                "0.5 +       ****",
                "    |   ****",
                "  0 +***",
                "    ++---------+---------+",
                "     0         5        10",
                "             step",
                "* run a  last 1",
            ])
    }

    @Test func `Braille draws eight dots in a character`() {
        var canvas = PlotCanvas(width: 2, height: 1, style: .braille(inColour: false))
        canvas.dot(0, 0, series: 0)
        canvas.dot(1, 3, series: 0)
        #expect(canvas.lines == ["\u{2881} "])
        for x in 0..<4 { for y in 0..<4 { canvas.dot(x, y, series: 0) } }
        #expect(canvas.lines == ["⣿⣿"])
        canvas.dot(99, 99, series: 0)
        canvas.dot(-1, 0, series: 0)
        #expect(canvas.lines == ["⣿⣿"])
    }

    @Test func `Runs are told apart by signs, and by colours where there are any`() {
        let series = [PlotSeries("one", line(5) { $0 }), PlotSeries("two", line(5) { 4 - $0 })]
        let plain = MetricPlot("m", series, xTitle: "step", width: 40, height: 8).lines
        #expect(plain.contains { $0.contains("*") } && plain.contains { $0.contains("o") })
        #expect(plain.suffix(2) == ["* one  last 4", "o two  last 0"])
        let coloured = MetricPlot(
            "m", series, xTitle: "step", width: 40, height: 8, style: .braille(inColour: true)
        ).lines.joined()
        #expect(coloured.contains("\u{1B}[34m") && coloured.contains("\u{1B}[31m"))
    }

    @Test func `A logarithmic scale has powers of ten, and says what it leaves out`() {
        let plot = MetricPlot(
            "loss", [PlotSeries("a", [.init(0, 1_000), .init(1, 10), .init(2, 0), .init(3, 0.1)])], xTitle: "step",
            isLogarithmic: true, width: 40, height: 9)
        let text = plot.lines.joined(separator: "\n")
        #expect(text.contains("1000 +") && text.contains("0.1 +"))
        #expect(text.contains("1 not above zero"))
    }

    @Test func `NaN, infinities and what stands for them are counted, not drawn`() {
        let series = PlotSeries(
            "a", [.init(0, 1), .init(1, .nan), .init(2, .infinity), .init(3, .greatestFiniteMagnitude), .init(4, 2)])
        #expect(series.count == 2 && series.leftOut == 3)
        #expect(MetricPlot("m", [series], xTitle: "step").lines.last == "* a  last 2  (3 not finite)")
    }

    @Test(
        arguments: [
            [], [.init(0, 5)], [.init(0, 0)], [.init(3, 1), .init(3, 2)], [.init(0, 1e308), .init(1, -1e308)],
            [.init(0, .leastNonzeroMagnitude), .init(1, 2 * .leastNonzeroMagnitude)],
            [.init(-9e18, 1), .init(9e18, 1)],
            [.init(0, 1e17), .init(1, 1e17 + 32)],
        ] as [[PlotSeries.Point]])
    func `No data is too odd to draw`(points: [PlotSeries.Point]) {
        for isLogarithmic in [false, true] {
            for style in [PlotCanvas.Style.plain, .braille(inColour: false)] {
                let lines = MetricPlot(
                    "m", [PlotSeries("a", points)], xTitle: "step", isLogarithmic: isLogarithmic, width: 1, height: 1,
                    style: style
                ).lines
                #expect(lines.count >= 7)
            }
        }
    }

    @Test func `No line is wider than asked`() {
        for width in stride(from: 20, through: 120, by: 7) {
            let lines = MetricPlot(
                "m", [PlotSeries("a", line(100) { $0 * $0 })], xTitle: "step", width: width, height: 10
            ).lines.dropLast()
            #expect(lines.allSatisfy { displayWidth($0) <= width })
        }
    }

    @Test func `A long history is thinned without losing a peak, the first or the last`() {
        var series = PlotSeries("a", capacity: 64)
        for x in 0..<10_000 { series.add(.init(Double(x), x == 777 ? 99 : x == 5_555 ? -99 : 0)) }
        #expect(series.count == 10_000)
        #expect(series.points.count <= 64)
        #expect(series.points.map(\.y).max() == 99 && series.points.map(\.y).min() == -99)
        #expect(series.points.first?.x == 0 && series.points.last?.x == 9_999)
    }

    @Test func `Points are drawn from left to right, however they came`() {
        let series = PlotSeries("a", [.init(2, 1), .init(0, 3), .init(2, 0), .init(1, 2)])
        #expect(series.points.map(\.x) == [0, 1, 2, 2])
        #expect(series.points.map(\.y) == [3, 2, 1, 0])
    }

    @Test(arguments: [
        (0.0, 1.0, 4, ["0", "0.5", "1"]), (0, 100, 5, ["0", "20", "40", "60", "80", "100"]),
        (0.123, 0.131, 4, ["0.125", "0.13"]), (-1e6, 1e6, 4, ["-1e+06", "-500000", "0", "500000", "1e+06"]),
    ])
    func `Ticks are round`(lower: Double, upper: Double, count: Int, labels: [String]) {
        #expect(PlotScale(holding: [lower, upper]).ticks(about: count).map(\.label) == labels)
    }
}
