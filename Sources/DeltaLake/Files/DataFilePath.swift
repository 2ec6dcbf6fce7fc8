import Foundation

/// Finds the files that a log names, and nothing outside the table.
struct DataFilePath {
    let root: String
    let table: String
    private let realRoot: String
    /// Folders already found to lie inside the table.
    private var folders: Set<ExactText> = []

    init(root: String, table: String) {
        (self.root, self.table) = (root, table)
        realRoot = DurableFile.realPath(root) ?? root
    }

    /// The absolute path of a file and its size, given the path as the log has it.
    mutating func resolve(_ logged: String) throws(DeltaError) -> (path: String, bytes: Int64) {
        guard let path = logged.removingPercentEncoding else {
            throw .pathOutsideTable(table: table, path: logged)
        }
        return try resolve(decoded: path, logged: logged)
    }

    /// The same, given the path without percent encoding.
    mutating func resolve(decoded: String, logged: String) throws(DeltaError) -> (path: String, bytes: Int64) {
        let outside = DeltaError.pathOutsideTable(table: table, path: logged)
        var path = decoded
        guard !path.unicodeScalars.contains("\0") else { throw outside }
        if let scheme = path.range(of: "^[A-Za-z][A-Za-z0-9+.-]*:/", options: .regularExpression) {
            guard path[scheme].lowercased() == "file:/" else { throw outside }
            path = "/" + path[scheme.upperBound...].drop { $0 == "/" }
        }
        // By scalars: a slash with an accent on it is a slash to the file system.
        let pieces = path.unicodeScalars.split(separator: "/").map { String($0) }.filter { $0 != "." }
        guard !pieces.isEmpty, !pieces.contains("..") else { throw outside }
        var absolute = "/" + pieces.joined(separator: "/")
        if path.hasPrefix("/") {
            guard absolute.hasPrefix(root + "/") || absolute.hasPrefix(realRoot + "/") else { throw outside }
        } else {
            absolute = root + absolute
        }
        guard let attributes = DurableFile.attributes(absolute) else {
            throw .missingDataFile(table: table, path: logged)
        }
        let folder = (absolute as NSString).deletingLastPathComponent
        if !folders.contains(ExactText(folder)) {
            guard isInside(DurableFile.realPath(folder)) else { throw outside }
            folders.insert(ExactText(folder))
        }
        guard attributes.isRegular || attributes.isLink && isInside(DurableFile.realPath(absolute)) else {
            throw outside
        }
        return (absolute, attributes.bytes)
    }

    private func isInside(_ path: String?) -> Bool { path == realRoot || path?.hasPrefix(realRoot + "/") == true }
}
