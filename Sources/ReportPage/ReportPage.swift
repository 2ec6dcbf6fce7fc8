/// A report as one HTML file: no network, no running script, printable, readable in light and dark.
///
/// The same arguments give the same bytes.
/// - Parameters:
///   - title: Stands in the head and at the foot.
///   - sections: Of the body, escaped already; empty ones are left out.
///   - data: The whole result, which stands in the file as JSON, in the script element `dataID`.
package func reportPage(title: String, _ sections: [String], data: some Encodable, dataID: String) -> String {
    let body =
        sections + [
            "<footer><p>\(html(title))</p></footer>",
            "<script type=\"application/json\" id=\"\(dataID)\">\(jsonForScript(data))</script>",
        ]
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>\(html(title))</title>
        <style>
        \(reportStyle)
        </style>
        </head>
        <body>
        \(body.filter { !$0.isEmpty }.joined(separator: "\n"))
        </body>
        </html>

        """
}

/// Labels and what they stand for; nothing when there are none.
package func factsSection(_ heading: String, id: String, _ pairs: [(label: String, value: String)]) -> String {
    guard !pairs.isEmpty else { return "" }
    let items = pairs.map { "<dt>\(html($0.label))</dt><dd>\(html($0.value))</dd>" }
    return """
        <section aria-labelledby="\(id)">
        <h2 id="\(id)">\(html(heading))</h2>
        <dl>
        \(items.joined(separator: "\n"))
        </dl>
        </section>
        """
}
