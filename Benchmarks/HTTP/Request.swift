import Foundation

/// A request, rendered once. Runs of `#` in its body are fields of numbers that are set in place.
struct Request: Sendable {
    private(set) var bytes: [UInt8]
    private var fields: [Range<Int>] = []

    init(_ method: String, _ path: String, json body: String? = nil, at address: ServerAddress) {
        self.init(method, path, body: Array((body ?? "").utf8), type: body.map { _ in "application/json" }, at: address)
    }

    init(_ method: String, _ path: String, body: [UInt8], type: String?, at address: ServerAddress) {
        bytes = Self.head(method, path, length: type == nil ? nil : body.count, type: type, at: address)
        var index = bytes.count
        bytes += body
        while index < bytes.count {
            guard bytes[index] == UInt8(ascii: "#") else {
                index += 1
                continue
            }
            let begin = index
            while index < bytes.count, bytes[index] == UInt8(ascii: "#") { index += 1 }
            fields.append(begin..<index)
        }
    }

    static func head(
        _ method: String, _ path: String, length: Int?, type: String?, at address: ServerAddress
    ) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(address.authority)\r\nAccept: */*\r\n"
        if let type { head += "Content-Type: \(type)\r\n" }
        if let length { head += "Content-Length: \(length)\r\n" }
        return Array((head + "\r\n").utf8)
    }

    var fieldCount: Int { fields.count }

    /// Writes the last digits of a number into a field, all of its width.
    mutating func set(_ field: Int, _ number: Int) {
        var rest = number
        for index in fields[field].reversed() {
            bytes[index] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}
