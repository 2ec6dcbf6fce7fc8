import Foundation

/// The data files that lie in the folder of a table, whether its log knows them or not.
///
/// Links are neither followed nor listed. Folders whose names begin with `_` or `.` belong to others, unless they are
/// those of a partition (`_day=1`).
struct TableFiles {
    struct Found {
        /// Relative to the table.
        var path: String
        var bytes: Int64
        /// Milliseconds since 1970.
        var modified: Int64
    }

    let root: String

    /// Folders within folders, at most.
    private static let depth = 64

    /// Parquet files in the order of their paths, those of a writer that did not finish too.
    func list() throws(DeltaError) -> [Found] {
        var found: [Found] = []
        try list("", 0, into: &found)
        return found
    }

    private func list(_ folder: String, _ level: Int, into found: inout [Found]) throws(DeltaError) {
        guard level < Self.depth else { return }
        let path = folder.isEmpty ? root : root + "/" + folder
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .fileSystem(operation: "list", file: folder.isEmpty ? "." : folder, reason: "it could not be read")
        }
        for name in names.sorted() {
            let relative = folder.isEmpty ? name : folder + "/" + name
            guard let attributes = DurableFile.attributes(root + "/" + relative), !attributes.isLink else { continue }
            if attributes.isRegular {
                guard isData(name) else { continue }
                found.append(.init(path: relative, bytes: attributes.bytes, modified: attributes.modified))
            } else if isOurs(name), DurableFile.folderExists(root + "/" + relative) {
                try list(relative, level + 1, into: &found)
            }
        }
    }

    private func isData(_ name: String) -> Bool {
        guard name.hasSuffix(".parquet") else { return false }
        return name.hasPrefix(".tmp-") || !name.hasPrefix(".") && !name.hasPrefix("_")
    }

    private func isOurs(_ name: String) -> Bool {
        name != "_delta_log" && (name.contains("=") || !name.hasPrefix("_") && !name.hasPrefix("."))
    }

    /// A path as a log has it, relative to the table; nil when it names nothing inside it.
    func relative(_ logged: String) -> String? {
        guard var path = logged.removingPercentEncoding else { return nil }
        if let scheme = path.range(of: "^file:/+", options: [.regularExpression, .caseInsensitive]) {
            path = "/" + path[scheme.upperBound...]
        }
        let inside = "/" + pieces(path).joined(separator: "/")
        guard path.hasPrefix("/") else { return String(inside.dropFirst()) }
        for root in [root, DurableFile.realPath(root) ?? root] where inside.hasPrefix(root + "/") {
            return String(inside.dropFirst(root.count + 1))
        }
        return nil
    }

    private func pieces(_ path: String) -> [String] {
        path.unicodeScalars.split(separator: "/").map { String($0) }.filter { $0 != "." }
    }
}
