import ReportPage

/// The drift report as one HTML file: no network, no running script, printable, readable in light and dark.
///
/// The same arguments give the same bytes. The whole result stands in the file as JSON, in the script element
/// `drift-result`. Size: below 60 kB and 4 kB for each column.
///
/// - Parameters:
///   - facts: what was compared and when, as label and value: inputs, row counts, versions, times in UTC.
///   - performance: how good the model was on these data, as label and value; empty when labels are not known yet.
package func driftReportPage(
    _ drift: DatasetDrift, title: String, facts: [(label: String, value: String)],
    performance: [(label: String, value: String)] = []
) -> String {
    let ordered = drift.columnsByDrift
    let sections = [
        header(drift, title: title),
        "<main>", worst(ordered), factsSection("Model quality", id: "quality", performance), table(drift, ordered),
        charts(ordered), factsSection("What was compared", id: "facts", facts), "</main>",
    ]
    return reportPage(title: title, sections, data: drift, dataID: "drift-result")
}

private func header(_ drift: DatasetDrift, title: String) -> String {
    """
    <header>
    <h1>\(html(title))</h1>
    <p class="verdict\(drift.isDrifted ? " drift" : "")">\(drift.isDrifted ? "▲" : "○") \(html(drift.verdictText))</p>
    </header>
    """
}

private func worst(_ ordered: [ColumnDrift]) -> String {
    let columns = ordered.filter(\.isDrifted).prefix(5)
    guard !columns.isEmpty else { return "" }
    let items = columns.map { "<li><strong><bdi>\(shownName($0.name))</bdi></strong>: \(html($0.whyText))</li>" }
    return """
        <section aria-labelledby="worst">
        <h2 id="worst">Where it drifted most</h2>
        <ol>
        \(items.joined(separator: "\n"))
        </ol>
        </section>
        """
}

private func table(_ drift: DatasetDrift, _ ordered: [ColumnDrift]) -> String {
    let note = drift.falseAlarmText.map { "\n<p>\(html($0))</p>" } ?? ""
    return """
        <section aria-labelledby="all">
        <h2 id="all">All columns</h2>
        <div class="scroll" role="group" aria-labelledby="all" tabindex="0">
        <table>
        <caption><span>Drifted columns first, then by distance from the limit. Missing is the share of rows.\
        </span></caption>
        <colgroup span="6"></colgroup><colgroup span="2"></colgroup><colgroup span="2"></colgroup>
        <thead><tr><th scope="col" rowspan="2">Column</th><th scope="col" rowspan="2">Type</th>\
        <th scope="col" rowspan="2">Verdict</th><th scope="col" rowspan="2">Test</th>\
        <th scope="col" rowspan="2" class="n">Score</th><th scope="col" rowspan="2" class="n">Drift when</th>\
        <th scope="colgroup" colspan="2" class="g">Values</th>\
        <th scope="colgroup" colspan="2" class="g">Missing</th></tr>
        <tr><th scope="col" class="n">reference</th><th scope="col" class="n">current</th>\
        <th scope="col" class="n">reference</th><th scope="col" class="n">current</th></tr></thead>
        <tbody>
        \(ordered.map(row).joined(separator: "\n"))
        </tbody>
        </table>
        </div>\(note)
        </section>
        """
}

private func row(_ column: ColumnDrift) -> String {
    var verdict = "\(column.verdictShape) \(column.verdictWord)"
    if case .notComputable(let reason) = column.status { verdict += ": \(reason)" }
    return """
        <tr><th scope="row"><bdi>\(breakable(shownName(column.name)))</bdi></th>\
        <td>\(column.kind == .num ? "number" : "category")</td>\
        <td class="v\(column.isDrifted ? " d" : "")">\(html(verdict))</td>\
        <td class="t">\(html(column.displayName))</td>\
        <td class="n">\(html(column.scoreText))</td><td class="n">\(html(column.limitText))</td>\
        <td class="n">\(NumberText.count(column.referenceCount))</td>\
        <td class="n">\(NumberText.count(column.currentCount))</td>\
        <td class="n">\(html(NumberText.percent(column.referenceMissingShare)))</td>\
        <td class="n">\(html(NumberText.percent(column.currentMissingShare)))</td></tr>
        """
}

private func charts(_ ordered: [ColumnDrift]) -> String {
    let figures = ordered.enumerated().compactMap { number, column -> String? in
        let drawing = ColumnChart(column: column, number: number).svg
        guard !drawing.isEmpty else { return nil }
        let caption = ["\(column.verdictShape) \(column.verdictWord)."] + column.changeSentences
        return """
            <figure><h3><bdi>\(breakable(shownName(column.name)))</bdi></h3>\(drawing)\
            <figcaption>\(html(caption.joined(separator: " ")))</figcaption></figure>
            """
    }
    guard !figures.isEmpty else { return "" }
    return """
        <section aria-labelledby="charts">
        <h2 id="charts">Distributions</h2>
        <p class="key"><svg viewBox="0 0 32 16" aria-hidden="true"><path class="r" d="M0 2H32V14H0Z"/></svg>\
        reference <svg viewBox="0 0 32 16" aria-hidden="true"><path class="c" d="M1 2H31V14H1Z"/></svg>current. \
        Height or length is the share of the set's values, on the same bins for both. Under a chart of numbers, \
        reference above current: 5 to 95 % of the values as a line, the middle half as a box, the median as a tick.</p>
        <div class="charts">
        \(figures.joined(separator: "\n"))
        </div>
        </section>
        """
}
