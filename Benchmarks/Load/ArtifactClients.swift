import Foundation

/// Uploads a file of so many megabytes, again and again by another name.
struct UploadClient: LoadClient {
    private let calls: TrackingCalls
    private let folder: String
    private let megabytes: Int
    private var count = 0

    init(_ calls: TrackingCalls, megabytes: Int) throws {
        (self.calls, self.megabytes) = (calls, megabytes)
        folder = try ArtifactFile.folder(calls)
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        count += 1
        return try ArtifactFile.upload(calls, "\(folder)/file-\(count)", megabytes, connection)
    }
}

/// Downloads a file, and compares every byte.
struct DownloadClient: LoadClient {
    private let request: Request
    private let megabytes: Int
    private var (received, isRight) = (0, true)

    init(_ calls: TrackingCalls, megabytes: Int) throws {
        let path = try ArtifactFile.folder(calls) + "/file"
        let answer = try ArtifactFile.upload(calls, path, megabytes, calls.connection)
        _ = try answer.expectSuccess()
        request = Request("GET", path, at: calls.server)
        self.megabytes = megabytes
    }

    mutating func request(_ connection: BlockingConnection) throws -> Answer {
        var (received, isRight) = (0, true)
        let status = try connection.ask(request.bytes) { part in
            isRight = isRight && ArtifactFile.isRight(part, at: received)
            received += part.count
        }
        (self.received, self.isRight) = (received, isRight)
        return Answer(status: status, body: [])
    }

    mutating func check(_ answer: Answer) throws -> Bool {
        guard isRight, received == megabytes << 20 else {
            throw WrongAnswer("\(received) bytes of a file of \(megabytes << 20), right: \(isRight)")
        }
        return true
    }
}

/// A file that repeats a megabyte.
private enum ArtifactFile {
    static let block: [UInt8] = {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        return (0..<(1 << 20)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
    }()

    static func folder(_ calls: TrackingCalls) throws -> String {
        let experiment = try calls.createExperiment()
        let run = try calls.createRun(in: experiment, named: "files")
        return "/api/2.0/mlflow-artifacts/artifacts/\(experiment)/\(run)/artifacts"
    }

    static func upload(
        _ calls: TrackingCalls, _ path: String, _ megabytes: Int, _ connection: BlockingConnection
    ) throws -> Answer {
        let head = Request.head(
            "PUT", path, length: megabytes << 20, type: "application/octet-stream", at: calls.server)
        return try connection.upload(head: head, block: block, count: megabytes)
    }

    static func isRight(_ part: UnsafeRawBufferPointer, at offset: Int) -> Bool {
        block.withUnsafeBytes { block in
            var (position, rest) = (offset, part)
            while !rest.isEmpty, let bytes = rest.baseAddress, let expected = block.baseAddress {
                let start = position % block.count
                let count = min(rest.count, block.count - start)
                guard memcmp(bytes, expected + start, count) == 0 else { return false }
                position += count
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
    }
}
