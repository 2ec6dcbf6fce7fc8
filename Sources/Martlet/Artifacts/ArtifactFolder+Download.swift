public import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

extension ArtifactFolder {
    /// Fetches a file to this machine, in constant memory. `destination` is there when it is whole, and not before.
    ///
    /// What arrives is kept beside it, as `.NAME.….part`. When the connection breaks, or the program does, the rest is
    /// asked for by a `Range`, provided that the server still has the same file by its `ETag`; else it starts over.
    ///
    /// - Parameter destination: The file; replaced if it is there. Its folder is made if there is none.
    public func download(_ path: String, to destination: URL, progress: TransferProgress.Report? = nil) async throws {
        try FileManager.default.createDirectory(
            at: destination.deletingLastPathComponent(), withIntermediateDirectories: true)
        var failures = 0
        while true {
            var part = PartialFile(beside: destination)
            let before = part.size
            let sink = DownloadSink(part) { progress?(TransferProgress(path: path, bytes: $0, totalBytes: $1)) }
            var asked: (any Error)?
            do {
                let answer = try await client.stream(request(path, part)) { try sink.take($0, $1) }
                part = try sink.close()
                if try part.isComplete(after: answer) {
                    return try part.move(to: destination)
                }
                asked = ClientError.refusalOrInterruption(answer, uri)
            } catch let error as ClientError {
                part = try sink.close()
                asked = error
            } catch {
                _ = try? sink.close()
                throw error
            }
            // What moved forward is no failure: a bad line gets a large file in the end.
            failures = part.size > before ? 1 : failures + 1
            if let asked, (asked as? ClientError)?.isTransient != true || failures >= client.patience.attempts {
                throw asked
            }
            try await Task.sleep(for: client.patience.delay(after: failures, randomness: .random(in: 0...1)))
        }
    }

    private func request(_ path: String, _ part: PartialFile) throws -> WireRequest {
        var request = WireRequest(
            method: "GET", path: try Client.artifactPath(address(path)), headers: ["Accept-Encoding": "identity"])
        if part.size > 0, let tag = part.tag {
            request.headers["Range"] = "bytes=\(part.size)-"
            request.headers["If-Range"] = tag
        }
        return request
    }
}

extension ClientError {
    fileprivate static func refusalOrInterruption(_ answer: WireResponse, _ uri: String) -> ClientError {
        if answer.status == 416 { return .interrupted(uri, reason: "the file changed while it was fetched") }
        return Client.refusal(answer) ?? .interrupted(uri, reason: "the file ended too early")
    }
}

/// What there is of a file that is being fetched. Its name says which state of the original it is from.
struct PartialFile {
    let destination: URL
    /// The `ETag` of the original; nil when there is none that a file's name can hold, and then nothing is taken up
    /// again.
    private(set) var tag: String?
    /// How long the original is in bytes, once the server has said.
    var total: Int64?

    /// What an earlier attempt left, or nothing yet.
    init(beside destination: URL) {
        self.destination = destination
        let (folder, prefix) = (destination.deletingLastPathComponent(), Self.prefix(destination))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(prefix) && name.hasSuffix(".part") {
            tag = Self.kept("\"\(name.dropFirst(prefix.count).dropLast(".part".count))\"", destination)
            if tag != nil { break }
        }
    }

    var size: Int64 {
        let details = try? FileManager.default.attributesOfItem(atPath: url.path)
        return (details?[.size] as? NSNumber)?.int64Value ?? 0
    }

    var url: URL {
        let name = Self.prefix(destination) + (tag?.dropFirst().dropLast() ?? "") + ".part"
        return destination.deletingLastPathComponent().appending(path: name)
    }

    private static func prefix(_ destination: URL) -> String { ".\(destination.lastPathComponent)." }

    /// The tag, if it is a strong one in quotes that can stand in a file's name, of 255 bytes at most, where no other
    /// file's name begins alike.
    private static func kept(_ tag: String, _ destination: URL) -> String? {
        let inner = tag.dropFirst().dropLast()
        guard tag.hasPrefix("\""), tag.hasSuffix("\""), !inner.isEmpty,
            inner.utf8.allSatisfy({ $0 == UInt8(ascii: "-") || $0.isLetterOrDigit }),
            prefix(destination).utf8.count + inner.utf8.count + ".part".utf8.count <= 255
        else { return nil }
        return tag
    }

    /// Opens it for the body of an answer: at its end when the answer goes on from there, else empty.
    mutating func open(for answer: WireResponse) throws -> FileHandle {
        let newTag = answer.headers["etag"].flatMap { Self.kept($0, destination) }
        let range = answer.headers["content-range"].flatMap(ContentRange.init)
        total = range?.total ?? answer.headers["content-length"].flatMap(Int64.init)
        if answer.status == 206 {
            guard let range, range.start == size, newTag == tag else {
                discard()
                throw ClientError.interrupted(destination.lastPathComponent, reason: "the file changed meanwhile")
            }
        } else {
            discard()
            tag = newTag
            guard FileManager.default.createFile(atPath: url.path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: url.path])
            }
        }
        let handle = try FileHandle(forWritingTo: url)
        try handle.seekToEnd()
        return handle
    }

    func discard() { try? FileManager.default.removeItem(at: url) }

    /// Whether everything is there after an answer that ended well.
    mutating func isComplete(after answer: WireResponse) throws -> Bool {
        if answer.status == 416 {
            // Nothing was left to ask for, or the original is another by now.
            total = answer.headers["content-range"].flatMap(ContentRange.init)?.total
            if total != size { discard() }
            return total == size
        }
        guard answer.isGood else { return false }
        // An empty body never opened the file.
        if !FileManager.default.fileExists(atPath: url.path) { try open(for: answer).close() }
        return total.map { $0 == size } ?? true
    }

    /// Gives it its name.
    func move(to destination: URL) throws {
        guard rename(url.path, destination.path) == 0 else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: destination.path])
        }
    }
}

/// `bytes 5-9/10` or `bytes */10`, by RFC 9110.
struct ContentRange: Equatable {
    var start: Int64?
    var total: Int64?

    init?(_ text: String) {
        guard text.hasPrefix("bytes ") else { return nil }
        let parts = text.dropFirst("bytes ".count).split(separator: "/")
        guard parts.count == 2 else { return nil }
        start = parts[0].split(separator: "-").first.flatMap { Int64($0) }
        total = Int64(parts[1])
    }
}

extension UInt8 {
    fileprivate var isLetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}
