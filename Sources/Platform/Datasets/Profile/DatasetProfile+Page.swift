package import MartletDomain
import ReportPage

/// A profile as one HTML file that needs nothing else; the same profile gives the same bytes.
///
/// The whole profile stands in the file as JSON, in the script element `profile`.
package func profilePage(_ profile: DatasetProfile) -> String {
    let title = "Profile of \(profile.table)"
    let quantiles =
        profile.quantilesAreExact
        ? "Quantiles and histograms are exact."
        : "Histograms are exact; quantiles are estimated, best at the ends."
    let estimated = profile.columns.contains { !$0.distinctIsExact }
    let header = """
        <header>
        <h1>\(html(title))</h1>
        <p class="verdict">\(html(profile.summary))</p>
        </header>
        """
    let caption =
        "\(quantiles)\(estimated ? " Distinct counts with ≈ are estimated, mostly within 3 %." : "") "
        + "Least, greatest, mean and deviation are of finite values."
    let table = tableSection(
        "All columns", id: "all", caption: caption,
        ["Column", "Type", "Nulls", "Distinct", "Least", "Greatest", "Mean", "Deviation"],
        numeric: [2, 3, 4, 5, 6, 7], profile.columns.map { $0.cells(of: profile.rows) })
    let ordered = profile.columns.filter { !$0.quantiles.isEmpty }
    let quantileTable = tableSection(
        "Quantiles", id: "quantiles", ["Column"] + ProfileQuantile.shares.map { NumberText.percent($0) },
        numeric: Set(1...ProfileQuantile.shares.count),
        ordered.map { column in [column.name] + column.quantiles.map { $0.value.description } })
    let figures = profile.columns.enumerated().map { number, column in
        (
            heading: column.name, drawing: column.drawing(number, of: profile.rows),
            caption: column.sentences(of: profile.rows).joined(separator: " ")
        )
    }
    return reportPage(
        title: title,
        [
            header, "<main>", table, quantileTable, figuresSection("Distributions", id: "distributions", figures),
            factsSection("What was looked at", id: "facts", profile.facts), "</main>",
        ], data: profile, dataID: "profile")
}

extension DatasetProfile {
    var summary: String {
        let rows = rows == 1 ? "1 row" : "\(NumberText.count(Int(rows))) rows"
        let withNulls = columns.count { $0.nulls > 0 }
        let odd = columns.count { $0.notANumber > 0 || $0.infinite > 0 }
        var words = "\(rows) in \(NumberText.columns(columns.count))."
        if withNulls > 0 { words += " \(NumberText.columns(withNulls)) with nulls." }
        if odd > 0 { words += " \(NumberText.columns(odd)) with NaN or infinite values." }
        return words
    }

    var facts: [(label: String, value: String)] {
        var facts = [
            (label: "Table", value: table.name.description), (label: "Version", value: "\(table.version)"),
            (label: "Rows", value: NumberText.count(Int(rows))),
            (label: "Files", value: "\(NumberText.count(fileCount)), \(NumberText.count(Int(sizeInBytes))) bytes"),
        ]
        guard let written else { return facts + [(label: "Written by", value: "another tool")] }
        facts.append((label: "Written by", value: "\(written.writtenBy), \(written.operation.rawValue)"))
        facts.append((label: "Written at (UTC)", value: Instant(milliseconds: written.writtenAt).description))
        if let source = written.source, !source.isEmpty { facts.append((label: "From", value: source)) }
        let inputs = written.inputs.map(\.description).joined(separator: ", ")
        if !inputs.isEmpty { facts.append((label: "Computed from", value: inputs)) }
        return facts
    }
}

extension ColumnProfile {
    fileprivate func cells(of rows: Int64) -> [String] {
        func short(_ value: ProfileValue?) -> String { value.map { shortened($0.description, to: 32) } ?? "–" }
        func number(_ value: Double?) -> String { value.map { ProfileValue($0).description } ?? "–" }
        return [
            name, type.description, nulls == 0 ? "0" : NumberText.percent(Double(nulls) / Double(max(1, rows))),
            (distinctIsExact ? "" : "≈ ") + NumberText.count(Int(distinct)), short(least), short(greatest),
            number(mean), number(standardDeviation),
        ]
    }

    fileprivate func drawing(_ number: Int, of rows: Int64) -> String {
        let title = "\(shownName(name)): distribution"
        let description = sentences(of: rows).joined(separator: " ")
        if let histogram, let ends = histogramEnds {
            let chart = stepChart(histogram.counts.map { Double($0) }, low: ends.low, high: ends.high)
            return chart.map { ReportPage.drawing(number, height: 110, title: title, description: description, $0) }
                ?? ""
        }
        // Bars of values that occur once each say nothing.
        guard let most = topValues.first, most.count > 1 || distinct <= 10 else { return "" }
        let bars = countBars(topValues.map { ($0.value, Double($0.count), NumberText.count(Int($0.count))) })
        return bars.map {
            ReportPage.drawing(number, height: 18 * topValues.count, title: title, description: description, $0)
        } ?? ""
    }

    /// What the drawing does not say.
    func sentences(of rows: Int64) -> [String] {
        var words = ["\(type)."]
        func counted(_ count: Int64, _ what: String) -> String {
            "\(NumberText.count(Int(count))) \(what) (\(NumberText.percent(Double(count) / Double(max(1, rows)))))."
        }
        if nulls > 0 { words.append(counted(nulls, nulls == 1 ? "null" : "nulls")) }
        if notANumber > 0 { words.append(counted(notANumber, "NaN")) }
        if infinite > 0 { words.append(counted(infinite, "infinite")) }
        words.append("\(distinctIsExact ? "" : "About ")\(NumberText.count(Int(distinct))) distinct.")
        if let lengths {
            let unit = type == .binary ? "bytes" : "characters"
            words.append(
                "From \(lengths.least) to \(lengths.greatest) \(unit), \(ProfileValue(lengths.mean)) on average.")
        }
        if let histogram, histogram.below + histogram.above > 0 {
            words.append(
                "Outside the drawing: \(NumberText.count(Int(histogram.below))) below, "
                    + "\(NumberText.count(Int(histogram.above))) above.")
        }
        return words
    }
}
