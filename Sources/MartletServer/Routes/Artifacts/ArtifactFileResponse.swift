import Foundation
import Hummingbird
import HTTPTypes
import MartletDomain
import NIOCore
import NIOPosix
import Platform

/// A file as an attachment, streamed in constant memory; part of it when the request asks for a range of bytes.
func fileResponse(_ path: ArtifactPath, _ artifacts: Artifacts, _ request: Request) async throws -> Response {
    let file = try await artifacts.open(path)
    let (eTag, lastModified) = (file.eTag, httpDate(file.modifiedAt / 1_000_000_000))
    var headers = HTTPFields()
    headers[.eTag] = eTag
    headers[.lastModified] = lastModified
    headers[.acceptRanges] = "bytes"
    headers[.xContentTypeOptions] = "nosniff"
    if holds(request.headers[.ifNoneMatch], eTag: eTag) {
        headers[.contentLength] = "\(file.sizeInBytes)"
        return Response(status: .notModified, headers: headers)
    }
    headers[.contentType] = ArtifactContentType.of(file.name)
    headers[.contentDisposition] = attachment(named: file.name)
    headers[.reprDigest] = file.sha256.flatMap(ContentDigest.text(sha256:))
    switch byteRange(request, size: file.sizeInBytes, eTag: eTag, lastModified: lastModified) {
    case .whole:
        guard let size = Int(exactly: file.sizeInBytes), size > 0 else {
            return Response(status: .ok, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: try fileBody(file, 0...(size - 1)))
    case .part(let range):
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.sizeInBytes)"
        return Response(status: .partialContent, headers: headers, body: try fileBody(file, range))
    case .beyond:
        headers[.contentRange] = "bytes */\(file.sizeInBytes)"
        return Response(status: .rangeNotSatisfiable, headers: headers)
    }
}

/// Large enough that reading and sending cost more than asking for them, small enough for many readers at once.
private let chunk = 256 << 10

/// Part of a file: at once when it is small, else in chunks, read on threads that may wait for the disk.
private func fileBody(_ file: OpenArtifact, _ range: ClosedRange<Int>) throws -> ResponseBody {
    if range.count <= 64 << 10 {
        return ResponseBody(byteBuffer: try read(file, from: range.lowerBound, count: range.count))
    }
    file.willBeReadInOrder()
    return ResponseBody(contentLength: range.count) { writer in
        var offset = range.lowerBound
        while offset <= range.upperBound {
            let (start, count) = (offset, min(chunk, range.upperBound - offset + 1))
            let buffer = try await NIOThreadPool.singleton.runIfActive { try read(file, from: start, count: count) }
            try await writer.write(buffer)
            offset += count
        }
        try await writer.finish(nil)
    }
}

private func read(_ file: OpenArtifact, from offset: Int, count: Int) throws -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    let got = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<count]), at: Int64(offset))
    }
    // Somebody cut the file by hand: better a connection that ends than bytes that are none.
    guard got == count else { throw ArtifactError.notFound(file.name) }
    return buffer
}

extension OpenArtifact {
    /// Another for every content: the digest where it is known, else time and size.
    var eTag: String {
        sha256.map { "\"\($0)\"" } ?? "\"\(String(modifiedAt, radix: 16))-\(String(sizeInBytes, radix: 16))\""
    }
}

/// `Content-Disposition` as MLflow has it: the name as it is when it is a token, quoted when it is ASCII, else what ASCII
/// can say of it and all of it in UTF-8 (RFC 6266).
private func attachment(named name: String) -> String {
    func quoted(_ text: String) -> String {
        if text.utf8.allSatisfy(isTokenByte) { return text }
        return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
    if name.utf8.allSatisfy({ $0 < 0x80 }) { return "attachment; filename=\(quoted(name))" }
    let scalars = name.decomposedStringWithCompatibilityMapping.unicodeScalars.filter(\.isASCII)
    let ascii = String(String.UnicodeScalarView(scalars))
    return "attachment; filename=\(quoted(ascii.isEmpty ? "download" : ascii)); "
        + "filename*=UTF-8''\(PercentEncoding.encode(name))"
}

/// RFC 9110, section 5.6.2.
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}

/// Seconds since 1970 UTC as HTTP writes dates (RFC 9110, section 5.6.7).
func httpDate(_ seconds: Int64) -> String {
    let (days, rest) = seconds.quotientAndRemainder(dividingBy: 86_400)
    guard seconds >= 0, let date = Calendar.utc.dateComponents(seconds) else { return "Thu, 01 Jan 1970 00:00:00 GMT" }
    let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(days % 7)]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(weekday), \(two(Int64(date.day))) \(months[date.month - 1]) \(date.year) "
        + "\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60)) GMT"
}

extension Calendar {
    fileprivate static let utc: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    fileprivate func dateComponents(_ seconds: Int64) -> (year: Int, month: Int, day: Int)? {
        let parts = dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(seconds)))
        guard let year = parts.year, let month = parts.month, let day = parts.day, (1...12).contains(month) else {
            return nil
        }
        return (year, month, day)
    }
}
