/// What a model version's source says, taken apart as MLflow's server does it (Python's `urllib.parse.urlparse`):
/// `scheme://authority/path?query#fragment`.
public struct SourceAddress: Sendable, Hashable {
    /// In lower case; empty when there is none.
    public var scheme: String
    /// What stands between `//` and the next slash; empty when there is none.
    public var authority: String
    public var path: String

    public init(_ text: String) {
        var rest = text.unicodeScalars.filter { !["\t", "\r", "\n"].contains($0) }.drop { $0.value <= 0x20 }
        (scheme, authority) = ("", "")
        if let colon = rest.firstIndex(of: ":"), let first = rest.first, first.isASCIILetter,
            rest[..<colon].allSatisfy({ $0.isASCIILetter || "0123456789+-.".unicodeScalars.contains($0) })
        {
            scheme = String(String.UnicodeScalarView(rest[..<colon])).lowercased()
            rest = rest[rest.index(after: colon)...]
        }
        if rest.starts(with: "//".unicodeScalars) {
            let named = rest.dropFirst(2)
            let end = named.firstIndex { "/?#".unicodeScalars.contains($0) } ?? named.endIndex
            authority = String(String.UnicodeScalarView(named[..<end]))
            rest = named[end...]
        }
        path = String(String.UnicodeScalarView(rest.prefix { !"?#".unicodeScalars.contains($0) }))
    }

    /// Schemes that make a server connect to the host named in the address. Source: MLflow 3.18,
    /// `artifact/host_policy.py`.
    private static let hosts: Set<String> = [
        "ftp", "sftp", "hdfs", "viewfs", "http", "https", "mlflow-artifacts", "r2", "b2", "abfss",
    ]

    /// Whether whoever reads from it would connect to a host of the client's choice.
    public var choosesHost: Bool {
        Self.hosts.contains(scheme) && !(scheme == "mlflow-artifacts" && authority.isEmpty)
    }

    /// Whether it means files of the server itself.
    public var isLocal: Bool { scheme.isEmpty || scheme == "file" }

    /// The names in the path, decoded; empty ones are left out.
    public var names: [String] {
        path.unicodeScalars.split(separator: "/").map { Self.decoded(String($0), plusIsSpace: false) }
    }

    /// Whether this is `root`, or something below it.
    public func isWithin(_ root: SourceAddress) -> Bool {
        let (own, roots) = (names, root.names)
        return scheme == root.scheme && authority.lowercased() == root.authority.lowercased() && !roots.isEmpty
            && own.starts(with: roots)
    }

    /// Whether `text` could mean something else than it says: no path, a relative one, `.`, `..` or U+0000, also when
    /// it is percent-encoded any number of times.
    public static func leadsAstray(_ text: String) -> Bool {
        let decoded = decoded(text, plusIsSpace: true)
        let path = SourceAddress(decoded).path.unicodeScalars
        let names = path.split(separator: "/")
        func isDots(_ name: Substring.UnicodeScalarView, _ count: Int) -> Bool {
            name.count == count && name.allSatisfy { $0 == "." }
        }
        return path.first != "/" || names.isEmpty || path.contains("\0")
            || names.contains { isDots($0, 1) || isDots($0, 2) }
            || decoded.unicodeScalars.split(separator: "/").contains { isDots(Substring($0).unicodeScalars, 2) }
    }

    /// Percent-decoded until nothing changes any more.
    private static func decoded(_ text: String, plusIsSpace: Bool) -> String {
        var bytes = Array(text.utf8)
        while true {
            let next = PercentEncoding.decode(bytes, plusIsSpace: plusIsSpace)
            guard next != bytes else { return String(decoding: bytes, as: UTF8.self) }
            bytes = next
        }
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
