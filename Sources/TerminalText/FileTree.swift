/// Files and folders as a tree, one line each.
package struct FileTree: Sendable, Equatable {
    package struct Entry: Sendable, Equatable {
        /// Names with `/` between them.
        package var path: String
        /// In bytes; nil for a folder.
        package var size: Int64?

        package init(_ path: String, size: Int64?) { (self.path, self.size) = (path, size) }
    }

    /// Each folder before what is in it, and all that is in it before what comes after it.
    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    package var lines: [String] {
        let names = entries.map { $0.path.split(separator: "/").map(String.init) }
        return entries.indices.map { index in
            let depth = names[index].count
            let branches = (1..<max(1, depth)).map { Self.goesOn(names, after: index, at: $0) ? "│  " : "   " }
            let own = depth == 0 ? "" : Self.goesOn(names, after: index, at: depth) ? "├─ " : "└─ "
            let size = entries[index].size.map { "  \(shortSize($0))" } ?? "/"
            return branches.joined() + own + harmless(names[index].last ?? "") + size
        }
    }

    /// Whether another entry of the same folder, `depth` names deep, comes after this one.
    private static func goesOn(_ names: [[String]], after index: Int, at depth: Int) -> Bool {
        let folder = names[index].prefix(depth - 1)
        for later in names[(index + 1)...] {
            guard later.count >= depth, later.prefix(depth - 1) == folder else { return false }
            if later[depth - 1] != names[index][depth - 1] { return true }
        }
        return false
    }
}
