import Foundation

/// What one commit did to the rows of a table.
struct TableChanges {
    /// Files that came and went with a change of rows.
    private(set) var added = 0
    private(set) var removed = 0
    /// Decoded paths of all files that it names.
    private var paths: Set<ExactText> = []

    /// Reads an entry of the log.
    /// - Parameter body: Gets each of its actions, in order.
    init(_ log: LogFolder, _ version: Int64, _ decoder: JSONDecoder, body: (LogAction) -> Void) throws(DeltaError) {
        var changes = (added: 0, removed: 0)
        var paths: Set<ExactText> = []
        try log.read(version, decoder) { action in
            if let add = action.add {
                paths.insert(Self.decoded(add.path))
                // What arranges the same rows otherwise says so.
                if add.dataChange != false { changes.added += 1 }
            }
            if let remove = action.remove {
                paths.insert(Self.decoded(remove.path))
                if remove.dataChange != false { changes.removed += 1 }
            }
            body(action)
        }
        (added, removed, self.paths) = (changes.added, changes.removed, paths)
    }

    var changedRows: Bool { added > 0 || removed > 0 }

    var words: String { "changed rows (files added: \(added), removed: \(removed))" }

    func touched(_ path: String) -> Bool { paths.contains(Self.decoded(path)) }

    private static func decoded(_ path: String) -> ExactText { ExactText(path.removingPercentEncoding ?? path) }
}
