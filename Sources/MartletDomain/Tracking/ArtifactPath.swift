import Foundation

/// The place of a file in the artifact store: names from the root, none of which leads out of it.
public struct ArtifactPath: Sendable, Hashable, CustomStringConvertible {
    /// At least one for a file, none for the root.
    public let names: [String]

    /// `1/0a…9f/artifacts/model/MLmodel`; empty for the root.
    public var description: String { names.joined(separator: "/") }

    /// The store's own root.
    public static let root = ArtifactPath(names: [])

    /// The folder of the store where uploads gather; no client may name it.
    public static let incoming = ".martlet-incoming"

    /// Longest name, in UTF-8 bytes: what file systems allow.
    public static let longestName = 255
    /// Longest path, in UTF-8 bytes.
    public static let longestPath = 2_048

    private init(names: [String]) { self.names = names }

    /// A path that a client sent, percent-decoded once already, as HTTP asks.
    ///
    /// Slashes that meet or stand at the end, and `.`, mean nothing, as MLflow has it. Refused are paths that are absolute
    /// (also as another system writes them), hold `..` (also with what some servers cut off after a semicolon),
    /// backslashes, a hash, control characters, or names that are too long, and paths that become such by further
    /// decoding, or that decode to no UTF-8: nobody may rely on a proxy's or a client's counting.
    /// - Throws: ``ArtifactError/badPath(_:reason:)``.
    public init(_ path: String) throws(ArtifactError) {
        names = try Self.names(of: path)
        guard let first = names.first else { throw .badPath(path, reason: "it is empty") }
        guard first != Self.incoming else { throw .badPath(path, reason: "it is reserved") }
        var decoded = Array(path.utf8)
        for _ in 0..<8 {
            let next = PercentEncoding.decode(decoded)
            guard next != decoded else { return }
            guard let text = String(validating: next, as: UTF8.self) else {
                throw .badPath(path, reason: "its percent-encoding is not UTF-8")
            }
            let first = try Self.names(of: text, isPlain: true).first
            guard first != Self.incoming else { throw .badPath(path, reason: "it is reserved") }
            decoded = next
        }
        throw .badPath(path, reason: "it is encoded many times over")
    }

    /// A path as it stands in a URL, percent-encoded.
    /// - Throws: ``ArtifactError/badPath(_:reason:)``.
    public init(encoded path: String) throws(ArtifactError) {
        guard let text = PercentEncoding.text(path) else {
            throw .badPath(path, reason: "its percent-encoding is not UTF-8")
        }
        self = try ArtifactPath(text)
    }

    /// As `init(_:)`, with nothing at all for the root.
    public init(orRoot path: String?) throws(ArtifactError) {
        guard let path, !path.isEmpty else {
            self = .root
            return
        }
        self = try ArtifactPath(path)
    }

    /// This path and the names of `path` after it.
    public func appending(_ path: ArtifactPath) -> ArtifactPath { ArtifactPath(names: names + path.names) }

    /// The folders above, from the first below the root to the path itself.
    public var prefixes: [String] {
        names.indices.map { names[...$0].joined(separator: "/") }
    }

    /// Where the files under an `mlflow-artifacts:` address are; nil for addresses of other stores.
    /// - Throws: ``ArtifactError/badPath(_:reason:)`` when the address leads out of the store.
    public static func inStore(uri: String) throws(ArtifactError) -> ArtifactPath? {
        let scheme = "mlflow-artifacts:"
        guard uri.hasPrefix(scheme) else { return nil }
        let rest = uri.dropFirst(scheme.count)
        guard !rest.hasPrefix("//") else { return nil }
        return try ArtifactPath(orRoot: String(rest.drop { $0 == "/" }))
    }

    /// Works on bytes, because a letter with a mark can hide a slash from a comparison of characters.
    /// - Parameter isPlain: Refuses what else means nothing: slashes that meet or stand at the end, and `.`.
    private static func names(of path: String, isPlain: Bool = false) throws(ArtifactError) -> [String] {
        guard path.utf8.count <= longestPath else {
            throw .badPath(String(path.prefix(80)) + "…", reason: "it is longer than \(longestPath) bytes")
        }
        for byte in path.utf8 where byte < 0x20 || byte == 0x7F {
            throw .badPath(path, reason: "it holds control characters")
        }
        guard !path.utf8.contains(UInt8(ascii: "\\")) else { throw .badPath(path, reason: "it holds a backslash") }
        guard !path.utf8.contains(UInt8(ascii: "#")) else { throw .badPath(path, reason: "it holds a hash") }
        guard path.utf8.first != UInt8(ascii: "/") else { throw .badPath(path, reason: "it starts with a slash") }
        var names: [String] = []
        for name in path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: !isPlain) {
            // Some servers cut a name at a semicolon.
            let kept = name.prefix { $0 != UInt8(ascii: ";") }
            if !isPlain, kept.count == name.count, name.elementsEqual(".".utf8) { continue }
            guard !name.isEmpty, !name.elementsEqual(".".utf8) else {
                throw .badPath(path, reason: "it becomes another path when it is decoded once more")
            }
            guard !kept.elementsEqual("..".utf8), kept.count == name.count || !kept.elementsEqual(".".utf8) else {
                throw .badPath(path, reason: "it holds '..'")
            }
            guard name.count <= longestName else {
                throw .badPath(path, reason: "one of its names is longer than \(longestName) bytes")
            }
            let text = String(decoding: name, as: UTF8.self)
            guard ("/" + text).first == "/" else {
                throw .badPath(path, reason: "one of its names begins with a mark that joins the slash before it")
            }
            names.append(text)
        }
        guard names.first.map(isRootElsewhere) != true else {
            throw .badPath(path, reason: "it starts with a drive or a scheme")
        }
        return names
    }

    /// `C:`, `file:`.
    private static func isRootElsewhere(_ name: String) -> Bool {
        guard name.utf8.last == UInt8(ascii: ":") else { return false }
        return name.utf8.count == 2 || name.lowercased() == "file:"
    }
}
