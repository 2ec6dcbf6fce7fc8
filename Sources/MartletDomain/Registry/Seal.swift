/// One file of a sealed folder.
public struct SealedFile: Sendable, Hashable, Codable {
    /// Below the folder, with `/`.
    public var path: String
    /// In hexadecimal.
    public var sha256: String
    public var bytes: Int64

    public init(path: String, sha256: String, bytes: Int64) {
        (self.path, self.sha256, self.bytes) = (path, sha256, bytes)
    }

    /// A line as `sha256sum` prints it: the bytes of this file's leaf in the seal's Merkle tree.
    public var line: String { "\(sha256)  \(path)\n" }
}

/// What is not as it was sealed.
public enum SealDifference: Sendable, Hashable {
    case changed(path: String, from: String, to: String)
    case added(path: String)
    case missing(path: String)

    public var sentence: String {
        switch self {
        case .changed(let path, let old, let new):
            "\(path) was changed (SHA-256 \(new.prefix(12))… in place of \(old.prefix(12))…)"
        case .added(let path): "\(path) was added"
        case .missing(let path): "\(path) is missing"
        }
    }
}

extension [SealedFile] {
    /// What other files differ in from these, by path.
    public func differences(to found: [SealedFile]) -> [SealDifference] {
        let old = Dictionary(map { ($0.path, $0) }) { first, _ in first }
        let new = Dictionary(found.map { ($0.path, $0) }) { first, _ in first }
        return Set(old.keys).union(new.keys).sorted().compactMap { path in
            switch (old[path], new[path]) {
            case (let old?, let new?):
                old.sha256 == new.sha256 ? nil : .changed(path: path, from: old.sha256, to: new.sha256)
            case (nil, _): .added(path: path)
            case (_, nil): .missing(path: path)
            }
        }
    }
}

/// The files of a version when it was registered, as they are on record.
public struct VersionSeal: Sendable, Hashable, Codable {
    /// Why the files are, or are not, what was sealed.
    public enum State: String, Sendable, Codable { case intact, broken, unsealed }

    public var version: ModelVersion.ID
    public var state: State
    /// SHA-256, in hexadecimal, over a line a file (``SealedFile/line``), sorted by path in UTF-8.
    public var digest: String
    /// The root of the Merkle tree of RFC 6962 (SHA-256) whose leaves are those lines, in that order; nil for a version
    /// that was registered before roots were recorded.
    public var root: String?
    /// As they were sealed.
    public var files: [SealedFile]
    /// In words; empty when intact.
    public var problems: [String]

    public init(
        version: ModelVersion.ID, state: State, digest: String, root: String?, files: [SealedFile], problems: [String]
    ) {
        (self.version, self.state, self.digest, self.root) = (version, state, digest, root)
        (self.files, self.problems) = (files, problems)
    }
}

/// Files that are not those that were sealed: nothing is loaded, and nothing goes in front of callers.
public struct SealBroken: MartletError, Equatable {
    /// What was to be used: `churn/7`.
    public var subject: String
    /// Empty when only the digest of all is on record.
    public var differences: [SealDifference]

    public init(subject: String, differences: [SealDifference]) {
        (self.subject, self.differences) = (subject, differences)
    }

    public var code: ErrorCode { .dataLoss }
    public var message: String {
        let shown = differences.prefix(10).map(\.sentence)
        let more = differences.count > 10 ? [", and \(differences.count - 10) more files differ"] : []
        let what =
            differences.isEmpty
            ? "their digest is not the one that was registered"
            : shown.joined(separator: ", ") + more.joined()
        return
            "\(subject) was not used: its files are not those that were sealed: \(what). Restore the files from a copy; "
            + "`martlet models verify \(shellWord(subject))` says when they are right again."
    }
}
