import Foundation
import Hummingbird
import HTTPTypes
import MartletDomain
import Platform

/// A file as an attachment, streamed in constant memory; part of it when the request asks for a range of bytes.
func fileResponse(_ path: ArtifactPath, _ artifacts: Artifacts, _ request: Request, _ context: MartletContext)
    async throws -> Response
{
    let (url, file) = try artifacts.file(path)
    let size = file.sizeInBytes ?? 0
    var headers = HTTPFields()
    headers[.contentType] = ArtifactContentType.of(file.name)
    headers[.contentDisposition] = "attachment; filename=\(attachmentName(file.name))"
    headers[.acceptRanges] = "bytes"
    headers[.eTag] = "\"\(file.changedAt)-\(size)\""
    headers[.lastModified] = httpDate(file.changedAt)
    headers[.xContentTypeOptions] = "nosniff"
    guard let asked = request.headers[.range] else {
        headers[.contentLength] = "\(size)"
        let body = size == 0 ? ResponseBody() : try await FileIO().loadFile(path: url.path, context: context)
        return Response(status: .ok, headers: headers, body: body)
    }
    switch byteRange(asked, size: size) {
    case .whole:
        headers[.contentLength] = "\(size)"
        let body = size == 0 ? ResponseBody() : try await FileIO().loadFile(path: url.path, context: context)
        return Response(status: .ok, headers: headers, body: body)
    case .part(let range):
        headers[.contentLength] = "\(range.count)"
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(size)"
        let body = try await FileIO().loadFile(path: url.path, range: range, context: context)
        return Response(status: .partialContent, headers: headers, body: body)
    case .beyond:
        headers[.contentRange] = "bytes */\(size)"
        headers[.contentLength] = "0"
        return Response(status: .rangeNotSatisfiable, headers: headers)
    }
}

enum ByteRange: Equatable {
    case whole, beyond
    case part(ClosedRange<Int>)
}

/// What a `Range` header means for a file of `size` bytes. Several ranges, and what cannot be read, mean the whole file.
func byteRange(_ header: String, size: Int64) -> ByteRange {
    guard header.hasPrefix("bytes="), let size = Int(exactly: size) else { return .whole }
    let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }) else { return .whole }
    if ends[0].isEmpty {
        guard let last = Int(ends[1]), last > 0 else { return .whole }
        return size == 0 ? .beyond : .part(max(0, size - last)...(size - 1))
    }
    guard let first = Int(ends[0]) else { return .whole }
    let last = ends[1].isEmpty ? Int.max : Int(ends[1]) ?? Int.max
    guard first <= last else { return .whole }
    return first < size ? .part(first...min(last, size - 1)) : .beyond
}

/// A name for `Content-Disposition`: as it is when it is plain, else quoted and in UTF-8 by RFC 6266.
private func attachmentName(_ name: String) -> String {
    let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    if name.unicodeScalars.allSatisfy(plain.contains) { return name }
    let ascii = String(name.unicodeScalars.map { $0.isASCII && $0 != "\"" && $0 != "\\" ? Character($0) : "_" })
    let encoded = name.addingPercentEncoding(withAllowedCharacters: plain) ?? ascii
    return "\"\(ascii)\"; filename*=UTF-8''\(encoded)"
}

/// Seconds since 1970 UTC as HTTP writes dates.
func httpDate(_ seconds: Int64) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
}

/// Content types by a file's name.
enum ArtifactContentType {
    private static let text: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon", "toml", "yaml", "yml",
        "xml", "json", "js", "py", "py3", "csv", "tsv", "md", "rst", "mlmodel", "mlproject", "sql",
    ]
    private static let others = [
        "html": "text/html", "htm": "text/html", "css": "text/css", "svg": "image/svg+xml", "png": "image/png",
        "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp", "pdf": "application/pdf",
        "zip": "application/zip", "gz": "application/gzip", "tar": "application/x-tar", "mp4": "video/mp4",
        "wav": "audio/x-wav",
    ]

    static func of(_ name: String) -> String {
        let ending = name.split(separator: ".").last.map { $0.lowercased() } ?? ""
        return text.contains(ending) ? "text/plain" : others[ending] ?? "application/octet-stream"
    }
}
