/// A request that may be anything.
package struct FuzzRequest: Sendable {
    package var method: String
    /// The path and the query, as they stand on the request line.
    package var target: String
    package var headers: [(name: String, value: String)] = []
    package var body: [UInt8] = []

    package init(_ method: String, _ target: String, body: [UInt8] = []) {
        (self.method, self.target, self.body) = (method, target, body)
    }

    /// A line for a shell that sends the same to `server`, an address such as `http://127.0.0.1:5000`.
    package func curl(_ server: String) -> String {
        var line = ""
        var arguments = ["curl", "-sS", "-i", "--path-as-is", "-X", Self.quoted(method)]
        for header in headers where header.name.lowercased() != "content-length" {
            arguments += ["-H", Self.quoted("\(header.name): \(header.value)")]
        }
        if !body.isEmpty {
            line = "printf '%b' '\(body.map(Self.escaped).joined())' | "
            arguments += ["--data-binary", "@-"]
        }
        return line + (arguments + [Self.quoted(server + target)]).joined(separator: " ")
    }

    private static func quoted(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            return "'" + text.replacing("'", with: #"'\''"#) + "'"
        }
        return "\"$(printf '%b' '\(Array(text.utf8).map(escaped).joined())')\""
    }

    private static func escaped(_ byte: UInt8) -> String {
        if byte >= 0x20, byte < 0x7F, byte != UInt8(ascii: "'"), byte != UInt8(ascii: "\\") {
            return String(UnicodeScalar(byte))
        }
        let octal = String(byte, radix: 8)
        return #"\0"# + String(repeating: "0", count: 3 - octal.count) + octal
    }
}
