import Foundation
import MartletDomain
import ReportPage

/// The first page of a pack: what is in it, what is not, and which demands each part answers. Links are relative.
func indexPage(_ manifest: EvidenceManifest, _ version: ModelVersion) -> String {
    let title = "Evidence: \(manifest.model)/\(manifest.version)"
    let incomplete = manifest.sections.filter { $0.state != .present }
    let verdict =
        incomplete.isEmpty
        ? "All \(manifest.sections.count) sections are complete."
        : "\(incomplete.count) of \(manifest.sections.count) sections are not complete; what is missing is named below."
    let facts = [
        (label: "Model version", value: "\(manifest.model)/\(manifest.version)"),
        (label: "Stage when packed", value: version.stage.rawValue),
        (label: "Files (SHA-256)", value: version.artifactDigest), (label: "Workspace", value: manifest.workspace),
        (label: "Packed", value: "\(manifest.madeAt) by \(manifest.madeBy)"),
        (
            label: "To verify",
            value: "martlet evidence verify pack.zip --public-key KEY, with the log's public key from its keeper"
        ),
    ]
    return reportPage(
        title: title,
        [
            "<header><h1>\(html(title))</h1><p class=\"verdict\(incomplete.isEmpty ? "" : " drift")\">\(html(verdict))</p></header>",
            "<main>", factsSection("This pack", id: "pack", facts),
        ] + manifest.sections.map(section) + [
            tableSection(
                "What each part answers", id: "demands",
                ["Part", "State", "SR 11-7", "NIST AI RMF", "DoD RAI", "EU AI Act"],
                manifest.sections.map { section in
                    let demands = section.kind.demands
                    return [
                        section.kind.title, section.state.rawValue, demands.sr117, demands.nistAIRMF, demands.dodRAI,
                        demands.euAIAct,
                    ]
                }),
            "</main>",
        ], data: manifest.sections, dataID: "sections")
}

private func section(_ section: EvidenceSection) -> String {
    // Entries and proofs are many; the folder says enough.
    let shown = section.files.filter { !$0.hasPrefix("audit/entries/") && !$0.hasPrefix("audit/proofs/") }
    let links = shown.map { "<li><a href=\"\(html(link($0)))\">\(html($0))</a></li>" }
    let hidden = section.files.count - shown.count
    let more = hidden > 0 ? "<li>\(hidden) files in audit/entries and audit/proofs</li>" : ""
    let missing = section.missing.map { "<li class=\"d\">Missing: \(html($0))</li>" }
    return """
        <section aria-labelledby="\(section.kind.rawValue)">
        <h2 id="\(section.kind.rawValue)">\(html(section.kind.title))</h2>
        <ul>\(links.joined())\(more)\(missing.joined())</ul>
        </section>
        """
}

private func link(_ path: String) -> String {
    path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
}
