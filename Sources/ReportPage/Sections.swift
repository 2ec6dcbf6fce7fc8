/// A table in a frame that scrolls sideways. Cells are escaped here.
/// - Parameters:
///   - numeric: Places of the columns that are set to the right.
///   - caption: Stands above the table; may be empty.
package func tableSection(
    _ heading: String, id: String, caption: String = "", _ columns: [String], numeric: Set<Int> = [], _ rows: [[String]]
) -> String {
    guard !rows.isEmpty else { return "" }
    func kind(_ place: Int) -> String { numeric.contains(place) ? " class=\"n\"" : "" }
    let head = columns.enumerated().map { "<th scope=\"col\"\(kind($0))>\(html($1))</th>" }.joined()
    let body = rows.map { row in
        let cells = row.enumerated().map { place, cell in
            place == 0
                ? "<th scope=\"row\"><bdi>\(breakable(shownName(cell, limit: 200)))</bdi></th>"
                : "<td\(kind(place))>\(html(cell))</td>"
        }
        return "<tr>\(cells.joined())</tr>"
    }
    let words = caption.isEmpty ? "" : "<caption><span>\(html(caption))</span></caption>\n"
    return """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(html(heading))</h2>
        <div class="scroll" role="group" aria-labelledby="\(id)" tabindex="0">
        <table class="w">
        \(words)<thead><tr>\(head)</tr></thead>
        <tbody>
        \(body.joined(separator: "\n"))
        </tbody>
        </table>
        </div>
        </section>
        """
}

/// Figures side by side, as many as the page is wide.
/// - Parameters:
///   - note: HTML that stands above them.
///   - figures: A heading, a drawing (HTML, may be empty) and a caption each.
package func figuresSection(
    _ heading: String, id: String, note: String = "", _ figures: [(heading: String, drawing: String, caption: String)]
) -> String {
    guard !figures.isEmpty else { return "" }
    let list = figures.map { figure in
        """
        <figure><h3><bdi>\(breakable(shownName(figure.heading)))</bdi></h3>\(figure.drawing)\
        <figcaption>\(html(figure.caption))</figcaption></figure>
        """
    }
    return """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(html(heading))</h2>\(note)
        <div class="charts">
        \(list.joined(separator: "\n"))
        </div>
        </section>
        """
}
