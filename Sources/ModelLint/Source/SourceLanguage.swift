/// How a text tells comments and strings from the rest.
package enum SourceLanguage: Sendable, Hashable, CaseIterable {
    case python, swift, sql
    /// YAML, TOML, shell: `#` begins a comment at the beginning of a word.
    case hash
    case notebook

    /// - Parameter path: Only its ending counts, in any case.
    package init?(path: String) {
        let name = path.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: "."), name.index(after: dot) < name.endIndex else { return nil }
        switch name[name.index(after: dot)...].lowercased() {
        case "py", "pyi": self = .python
        case "swift": self = .swift
        case "sql": self = .sql
        case "yaml", "yml", "toml", "sh", "env": self = .hash
        case "ipynb": self = .notebook
        default: return nil
        }
    }
}
