import Hummingbird
import HTTPTypes

/// What a request asks of a file of some size.
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

/// What a request asks of a file that has this tag and date now: the whole file if it is not the one that part of is there
/// already (RFC 9110, section 13.1.5).
func byteRange(_ request: Request, size: Int64, eTag: String, lastModified: String) -> ByteRange {
    guard let asked = request.headers[.range] else { return .whole }
    if let condition = request.headers[.ifRange], condition != eTag, condition != lastModified { return .whole }
    return byteRange(asked, size: size)
}

/// Whether an `If-None-Match` header names this tag (RFC 9110, section 13.1.2).
func holds(_ header: String?, eTag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").contains { tag in
        let tag = tag.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        let text = String(tag)
        return text == "*" || text == eTag || text == "W/" + eTag
    }
}
