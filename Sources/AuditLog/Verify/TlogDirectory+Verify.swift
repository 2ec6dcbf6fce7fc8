package import Foundation

extension TlogDirectory {
    /// Verifies an exported log offline: the checkpoint's signature, every entry, every hash of every tile, and the
    /// root. Reads nothing but the folder.
    ///
    /// - Parameters:
    ///   - key: the log's public key, from where the folder's keepers can't change it.
    ///   - kept: a checkpoint that was kept elsewhere: all that it signed must still be there, as it was.
    /// - Returns: the problems found, the lowest positions first. Without a valid checkpoint nothing else is read.
    /// - Throws: ``AuditLogError/noFolder(path:)`` if there is no such folder, and what is wrong with `kept`.
    package static func verifyDirectory(
        at folder: URL, key: LogVerificationKey, keeping kept: String? = nil
    ) throws(AuditLogError) -> AuditVerification {
        if let kept { _ = try Checkpoint(note: kept, verifiedBy: key) }
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
            throw .noFolder(path: folder.path)
        }
        return DirectoryVerifier(folder: folder).run(key: key, kept: kept)
    }
}

/// Walks the files that a checkpoint says there are.
private struct DirectoryVerifier {
    let folder: URL
    var problems = ProblemList()
    var expectedFiles: Set<String> = []

    init(folder: URL) { self.folder = folder }

    func run(key: LogVerificationKey, kept: String?) -> AuditVerification {
        let bytes = read(TlogPath.checkpoint, limit: SignedNote.maximumSizeInBytes)
        let note = bytes.flatMap { String(validating: $0, as: UTF8.self) } ?? ""
        var verifier = AuditVerifier(checkpoint: note, key: key)
        guard let size = verifier.finish().signedSize else {
            var result = verifier.finish()
            if bytes == nil { result.problems = [.init(.checkpoint, "the file checkpoint is missing or unreadable")] }
            return result
        }
        var walk = self
        var keeper = kept.map { KeptCheckpoint($0, key: key) }
        walk.feedEntries(to: &verifier, &keeper, size: size)
        var tileRoots: [MerkleHash] = []
        if !walk.problems.isFull { tileRoots = walk.checkTiles(size: size, found: verifier.finish()) }
        walk.lookForOtherFiles()
        var found = walk.merged(with: verifier.finish(tileRoots: tileRoots))
        keeper?.judge(&found)
        return found
    }

    /// Holds each entry against the leaf hash in the tile of level 0.
    private mutating func feedEntries(
        to verifier: inout AuditVerifier, _ keeper: inout KeptCheckpoint?, size: Int
    ) {
        let (full, partial) = TlogPath.widths(level: 0, size: size)
        for index in 0..<full + (partial > 0 ? 1 : 0) {
            if problems.isFull { return }
            let width = index < full ? 256 : partial
            let range = index * 256...index * 256 + width - 1
            let hashes = readTile(level: 0, index: index, width: width)
            if hashes == nil {
                problems.add(.file, at: range, "the tile of leaf hashes is missing or has a wrong size")
            }
            guard let bundle = readBundle(index: index, width: width) else {
                problems.add(.file, at: range, "the bundle of entries is missing or too large")
                continue
            }
            let (entries, rest) = EntryBundle.readable(bundle, limit: width)
            let isFramed = entries.count == width && rest == 0
            var next = range.lowerBound
            let found = MerkleTree.leafHashes(entries)
            for ((entry, hash), stored) in zip(zip(entries, found), hashes ?? found) {
                verifier.add(position: next, sizeInBytes: entry.count, hash: hash, leafHash: stored)
                keeper?.add(position: next, sizeInBytes: entry.count, hash: hash)
                next += 1
                // From the first wrong length on, the bytes are not those of the entries.
                if !isFramed, hash != stored { break }
            }
            if !isFramed {
                let first = min(next, range.upperBound)
                problems.add(.file, at: first...range.upperBound, "the bundle of entries can't be read from here on")
            }
        }
    }

    /// Holds each hash of a level above 0 against the tile below; level 1 is left to the verifier.
    ///
    /// - Returns: the hashes of level 1: the stored roots of full tiles of entries, as far as they are readable.
    private mutating func checkTiles(size: Int, found: AuditVerification) -> [MerkleHash] {
        var levelOne: [MerkleHash] = []
        var below: [MerkleHash?] = []
        for level in 1..<8 where size >> (8 * level) > 0 {
            var hashes: [MerkleHash?] = []
            let (full, partial) = TlogPath.widths(level: level, size: size)
            for index in 0..<full + (partial > 0 ? 1 : 0) {
                if problems.isFull { return levelOne }
                let width = index < full ? 256 : partial
                let leaves = 1 << (8 * level)
                let first = index * 256 * leaves
                guard let tile = readTile(level: level, index: index, width: width) else {
                    let range = first...first + (width * leaves - 1)
                    problems.add(.file, at: range, "the tile of level \(level) is missing or has a wrong size")
                    hashes += [MerkleHash?](repeating: nil, count: width)
                    continue
                }
                for (offset, hash) in tile.enumerated() where level > 1 {
                    let children = below.dropFirst((index * 256 + offset) * 256).prefix(256).compactMap { $0 }
                    let range = first + offset * leaves...first + (offset + 1) * leaves - 1
                    guard children.count == 256, MerkleTree.root(of: children) != hash, !problems.concerns(range),
                        !found.problems.contains(where: { $0.concerns(any: range) })
                    else { continue }
                    problems.add(.tile, at: range, "a hash of level \(level) does not fit the tile below it")
                }
                hashes += tile
            }
            // A level-1 hash that can't be read ends the list: positions in it are counted from the start.
            if level == 1 { levelOne = hashes.prefix { $0 != nil }.compactMap { $0 } }
            below = hashes
        }
        return levelOne
    }

    private func merged(with result: AuditVerification) -> AuditVerification {
        var (result, all) = (result, ProblemList())
        for problem in problems.problems + result.problems {
            let range = problem.position.map { $0...(problem.lastPosition ?? $0) }
            // What an unreadable bundle explains need not be told again as a gap.
            if problem.kind == .missing, let range, problems.concerns(range) { continue }
            all.add(problem.kind, at: range, problem.what)
        }
        result.problems = all.sorted
        result.problemsOmitted += problems.omitted + all.omitted
        return result
    }
}

extension DirectoryVerifier {
    private mutating func readTile(level: Int, index: Int, width: Int) -> [MerkleHash]? {
        guard let path = try? TlogPath.tilePath(level: level, index: index, width: width) else { return nil }
        expectedFiles.insert(path)
        guard let bytes = read(path, limit: width * 32), bytes.count == width * 32 else { return nil }
        return stride(from: 0, to: bytes.count, by: 32).compactMap { MerkleHash(bytes[$0..<$0 + 32]) }
    }

    private mutating func readBundle(index: Int, width: Int) -> [UInt8]? {
        guard let path = try? TlogPath.entriesPath(index: index, width: width) else { return nil }
        expectedFiles.insert(path)
        return read(path, limit: EntryBundle.maximumSizeInBytes)
    }

    /// The bytes of a plain file of at most `limit` bytes.
    private func read(_ path: String, limit: Int) -> [UInt8]? {
        let file = TlogDirectory.file(path, in: folder)
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file.path),
            attributes[.type] as? FileAttributeType == .typeRegular,
            let size = attributes[.size] as? Int, size <= limit, let data = try? Data(contentsOf: file)
        else { return nil }
        return Array(data)
    }

    private mutating func lookForOtherFiles() {
        guard !problems.isFull else { return }
        let root = folder.appendingPathComponent("tile", isDirectory: true)
        for case let path as String in FileManager.default.enumerator(atPath: root.path) ?? .init() {
            var isFolder: ObjCBool = false
            let file = root.appendingPathComponent(path)
            _ = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
            guard !isFolder.boolValue, !expectedFiles.contains("tile/" + path), !isEarlierPartial("tile/" + path)
            else { continue }
            problems.add(.unsigned, "the file tile/\(path) is not covered by the checkpoint")
        }
    }

    /// Whether a file is a partial tile or bundle of an earlier checkpoint: the beginning of the one that is there now.
    /// A bundle is held against the leaf hashes, so that a change of the newest one is not told of all before it.
    private func isEarlierPartial(_ path: String) -> Bool {
        guard let mark = path.range(of: ".p/", options: .backwards), let width = Int(path[mark.upperBound...]),
            (1..<TlogPath.tileWidth).contains(width), String(width) == path[mark.upperBound...]
        else { return false }
        let isBundle = path.hasPrefix("tile/entries/")
        let whole = (isBundle ? "tile/0/" + path.dropFirst(13) : path).components(separatedBy: ".p/")[0]
        let current = expectedFiles.contains(whole) ? whole : expectedFiles.first { $0.hasPrefix(whole + ".p/") }
        guard let current, let hashes = read(current, limit: TlogPath.tileWidth * MerkleHash.byteCount),
            hashes.count >= width * MerkleHash.byteCount,
            let earlier = read(path, limit: EntryBundle.maximumSizeInBytes)
        else { return false }
        let covered = hashes.prefix(width * MerkleHash.byteCount)
        guard isBundle else { return earlier.elementsEqual(covered) }
        let (entries, rest) = EntryBundle.readable(earlier, limit: width)
        return entries.count == width && rest == 0
            && MerkleTree.leafHashes(entries).flatMap(\.bytes).elementsEqual(covered)
    }
}
