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
        // From the end on, because a branch ends where nothing of its folder comes after it.
        var (lines, after): ([String], [String]) = ([], [])
        // At each depth, whether the folder of the entry after has another name there or later.
        var goesOn: [Bool] = []
        for entry in entries.reversed() {
            let names = entry.path.split(separator: "/").map(String.init)
            let common = zip(names, after).prefix { $0 == $1 }.count
            var branches = Array(goesOn.prefix(common))
            if branches.count < names.count { branches.append(common < after.count) }
            branches += Array(repeating: false, count: names.count - branches.count)
            (after, goesOn) = (names, branches)
            let folders = branches.dropLast().map { $0 ? "│  " : "   " }.joined()
            let own = branches.last.map { $0 ? "├─ " : "└─ " } ?? ""
            let size = entry.size.map { "  \(shortSize($0))" } ?? "/"
            lines.append(folders + own + harmless(names.last ?? "") + size)
        }
        return lines.reversed()
    }
}
