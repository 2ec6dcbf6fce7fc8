import Foundation

/// The folder `_delta_log` of one table.
struct LogFolder: Sendable {
    /// Path of the table.
    let root: String
    /// What errors call the table.
    let table: String

    /// Longest log entry that is read, in bytes.
    static let entryLimit: Int64 = 256 << 20

    init(root: String) {
        self.root = root
        table = (root as NSString).lastPathComponent
    }

    var path: String { root + "/_delta_log" }

    static func entryName(_ version: Int64) -> String {
        let digits = String(version)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits + ".json"
    }

    func entryPath(_ version: Int64) -> String { path + "/" + Self.entryName(version) }

    /// What the folder holds; nil when there is no table.
    func listing() throws(DeltaError) -> LogListing? {
        guard DurableFile.folderExists(path) else { return nil }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path)
        } catch {
            throw .fileSystem(operation: "list", file: "_delta_log", reason: "it could not be read")
        }
        let listing = LogListing(names: names)
        return listing.entries.isEmpty && listing.checkpoints.isEmpty ? nil : listing
    }

    /// Calls `body` with each action of an entry, in order.
    ///
    /// An entry of ours says how many it has, so that one that was cut between two lines is refused, too.
    func read(_ version: Int64, _ decoder: JSONDecoder, body: (LogAction) -> Void) throws(DeltaError) {
        var (count, wanted): (Int, Int?) = (0, nil)
        try Self.decode(try content(version), LogAction.self, Self.entryName(version), table, decoder) { action in
            count += 1
            wanted = action.commitInfo?.actionCount ?? wanted
            body(action)
        }
        guard count >= wanted ?? 0 else {
            let reason = "was cut short: it has \(count) of the \(wanted ?? 0) actions that were committed"
            throw .malformedLog(table: table, entry: Self.entryName(version), line: nil, reason: reason)
        }
    }

    /// Calls `body` with each line of a file of this folder, in order.
    func read<Line: Decodable>(
        file name: String, as type: Line.Type, _ decoder: JSONDecoder, body: (Line) -> Void
    ) throws(DeltaError) {
        guard let data = try content(of: name) else {
            throw .malformedLog(table: table, entry: name, line: nil, reason: "is gone")
        }
        try Self.decode(data, type, name, table, decoder, body)
    }

    private static func decode<Line: Decodable>(
        _ data: Data, _ type: Line.Type, _ name: String, _ table: String, _ decoder: JSONDecoder, _ body: (Line) -> Void
    ) throws(DeltaError) {
        var line = 0
        for text in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            line += 1
            if text.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
            let action: Line
            do {
                action = try decoder.decode(Line.self, from: text)
            } catch {
                throw .malformedLog(
                    table: table, entry: name, line: line, reason: "is not an action (\(reason(error)))")
            }
            body(action)
        }
    }

    /// The bytes of one entry.
    func content(_ version: Int64) throws(DeltaError) -> Data {
        guard let data = try content(of: Self.entryName(version)) else {
            throw .missingLogEntries(table: table, version, wanted: version)
        }
        return data
    }

    /// The bytes of a file of this folder; nil when there is none of that name.
    private func content(of name: String) throws(DeltaError) -> Data? {
        guard let attributes = DurableFile.attributes(path + "/" + name) else { return nil }
        guard attributes.bytes <= Self.entryLimit else {
            throw .logTooLarge(table: table, entry: name, bytes: attributes.bytes, limit: Self.entryLimit)
        }
        guard attributes.isRegular, attributes.bytes > 0 else {
            let reason = attributes.isRegular ? "is empty" : "is not a regular file"
            throw .malformedLog(table: table, entry: name, line: nil, reason: reason)
        }
        guard let data = FileManager.default.contents(atPath: path + "/" + name) else {
            throw .fileSystem(operation: "read", file: name, reason: "it could not be opened")
        }
        return data
    }

    func hasEntry(_ version: Int64) -> Bool { DurableFile.attributes(entryPath(version)) != nil }

    /// Commits: gives the entry its name unless another writer took it, and waits until the disk has it.
    /// - Returns: False when another writer took it.
    func put(_ actions: [JSONText], as version: Int64) throws(DeltaError) -> Bool {
        let temporary = path + "/.tmp-" + UUID().uuidString.lowercased()
        var text = ""
        for action in Self.counted(actions) { text += action.text + "\n" }
        try DurableFile.write(Data(text.utf8), to: temporary)
        defer { DurableFile.remove(temporary) }
        guard try DurableFile.link(temporary, ifAbsent: entryPath(version)) else { return false }
        do {
            try DurableFile.syncFolder(path)
        } catch {
            throw .durabilityUnknown(table: table, version: version, reason: error.message)
        }
        return true
    }

    /// The actions, the first of which tells how many there are.
    private static func counted(_ actions: [JSONText]) -> [JSONText] {
        guard case .object(let members)? = actions.first, members.count == 1, members[0].0 == "commitInfo",
            case .object(let info) = members[0].1
        else { return actions }
        let counted = info + [(CommitMark.CodingKeys.actionCount.rawValue, JSONText.integer(Int64(actions.count)))]
        return [.object([("commitInfo", .object(counted))])] + actions.dropFirst()
    }

    private static func reason(_ error: any Error) -> String {
        switch error {
        case DecodingError.keyNotFound(let key, let context):
            "\(place(context.codingPath + [key])) is missing"
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            "\(place(context.codingPath)) is of the wrong type"
        default: "it is not JSON"
        }
    }

    private static func place(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "it" : path.map(\.stringValue).joined(separator: ".")
    }
}

/// Which versions and checkpoints a log folder holds.
struct LogListing {
    struct Checkpoint {
        var version: Int64
        /// File names, in the order of their parts.
        var files: [String]
        /// Whether a UUID is in its name: then it follows the second specification.
        var hasUUID = false
    }

    /// Versions with an entry of their own, ascending.
    var entries: [Int64] = []
    /// No table comes so far; whoever names a file so means to make the next number overflow.
    private static let mostVersions: Int64 = 1 << 53

    /// Complete checkpoints, ascending.
    var checkpoints: [Checkpoint] = []

    init(names: [String]) {
        var parts: [String: [Int: String]] = [:]
        for name in names {
            let words = name.split(separator: ".", omittingEmptySubsequences: false)
            guard words.count >= 2, words[0].count == 20, words[0].utf8.allSatisfy({ (48...57).contains($0) }),
                let version = Int64(words[0]), version <= Self.mostVersions
            else { continue }
            if words.count == 2, words[1] == "json" {
                entries.append(version)
            } else if words.count == 3, words[1] == "checkpoint", words[2] == "parquet" {
                checkpoints.append(.init(version: version, files: [name]))
            } else if words.count == 4, words[1] == "checkpoint", UUID(uuidString: String(words[2])) != nil,
                words[3] == "parquet" || words[3] == "json"
            {
                checkpoints.append(.init(version: version, files: [name], hasUUID: true))
            } else if words.count == 5, words[1] == "checkpoint", words[4] == "parquet", words[2].count == 10,
                words[3].count == 10, let part = Int(words[2]), let count = Int(words[3]), part >= 1, part <= count
            {
                parts["\(words[0]).\(words[3])", default: [:]][part] = name
            }
        }
        for (key, files) in parts {
            guard let version = Int64(key.prefix(20)), let count = Int(key.suffix(10)), files.count == count else {
                continue
            }
            checkpoints.append(.init(version: version, files: files.sorted { $0.key < $1.key }.map(\.value)))
        }
        entries.sort()
        checkpoints.sort { ($0.version, $0.files[0]) < ($1.version, $1.files[0]) }
    }

    /// The newest version.
    var latest: Int64 { max(entries.last ?? -1, checkpoints.last?.version ?? -1) }

    /// The oldest version that can be read, given no gaps.
    var earliest: Int64 { entries.first == 0 ? 0 : checkpoints.first?.version ?? entries.first ?? 0 }
}
