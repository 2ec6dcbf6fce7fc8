/// A name that requests may ask for: as it is, or, if there is a `*` in it, with `*`, `?`, `[a-z]` and `[!a-z]` as wildcards
/// (those of Unix shells, and of MLflow's server).
struct HostPattern: Sendable, Hashable {
    /// In lower case, because names are the same in both.
    private let pattern: String
    private let hasStar: Bool

    init(_ pattern: String) {
        self.pattern = pattern.lowercased()
        hasStar = pattern.utf8.contains(UInt8(ascii: "*"))
    }

    /// - Parameter host: A `Host` header: a name or an address, and a port that may be missing.
    func matches(_ host: String) -> Bool {
        let host = host.lowercased()
        guard hasStar else { return pattern == host }
        guard Self.matches(Array(host.unicodeScalars)[...], Array(pattern.unicodeScalars)[...]) else { return false }
        // `10.*` means addresses; `10.example.org` is a name that could lead anywhere.
        if isAddressPrefix { return Self.isIPv4(host) }
        return ["fc00:*", "fd00:*"].contains(pattern) ? Self.isIPv6(host) : true
    }

    /// This machine's addresses and those of private networks (RFC 1918, RFC 4193), the names that MLflow's server answers
    /// to unless it is told otherwise.
    static let defaults: [HostPattern] = {
        let local = ["localhost", "127.0.0.1", "[[]::1]", "0.0.0.0"]
        let privates = ["192.168.*", "10.*"] + (16..<32).map { "172.\($0).*" } + ["fc00:*", "fd00:*"]
        return (["localhost", "127.0.0.1", "[::1]", "0.0.0.0"] + local.map { $0 + ":*" } + privates).map(
            HostPattern.init)
    }()

    /// Numbers and dots, then a star.
    private var isAddressPrefix: Bool {
        guard let star = pattern.firstIndex(of: "*"), star != pattern.startIndex else { return false }
        let before = pattern[..<star]
        return before.last == "." && !before.hasPrefix(".")
            && before.allSatisfy { $0.isASCII && ($0.isNumber || $0 == ".") }
            && pattern[star...].allSatisfy { $0.isASCII && ($0.isNumber || ".*:".contains($0)) }
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.prefix { $0 != ":" }.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.allSatisfy { $0.isASCII && $0.isNumber } && UInt8(part) != nil
                    && (part.count == 1 || part.first != "0")
            }
    }

    /// Without a zone, which could be any text.
    private static func isIPv6(_ host: String) -> Bool {
        let halves = host.split(separator: "::", maxSplits: 2, omittingEmptySubsequences: false)
        let groups = halves.flatMap { $0.split(separator: ":") }
        let isWhole = halves.count == 1 ? groups.count == 8 : halves.count == 2 && groups.count < 8
        return isWhole && groups.allSatisfy { (1...4).contains($0.count) && UInt16($0, radix: 16) != nil }
    }

    /// Whether `text` is what a shell's `pattern` means.
    private static func matches(_ text: ArraySlice<Unicode.Scalar>, _ pattern: ArraySlice<Unicode.Scalar>) -> Bool {
        var (text, pattern) = (text, pattern)
        // Where to go on when the newest star took one more.
        var retry: (text: ArraySlice<Unicode.Scalar>, pattern: ArraySlice<Unicode.Scalar>)?
        while true {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                retry = (text, pattern)
            } else if let one = text.first, let rest = step(one, pattern) {
                (text, pattern) = (text.dropFirst(), rest)
            } else if text.isEmpty, pattern.isEmpty {
                return true
            } else if let again = retry, !again.text.isEmpty {
                (text, pattern) = (again.text.dropFirst(), again.pattern)
                retry = (text, pattern)
            } else {
                return false
            }
        }
    }

    /// What follows the first sign of `pattern` if that sign means `one`; nil if it does not.
    private static func step(
        _ one: Unicode.Scalar, _ pattern: ArraySlice<Unicode.Scalar>
    ) -> ArraySlice<Unicode.Scalar>? {
        switch pattern.first {
        case nil: return nil
        case "?": return pattern.dropFirst()
        case "[":
            let inside = pattern.dropFirst()
            guard let end = inside.dropFirst().firstIndex(of: "]") else { return one == "[" ? inside : nil }
            return isIn(inside[..<end], one) ? pattern[(end + 1)...] : nil
        case let sign: return sign == one ? pattern.dropFirst() : nil
        }
    }

    /// Whether the inside of `[…]` means `one`: signs, ranges of them, or after `!` what none of these is.
    private static func isIn(_ inside: ArraySlice<Unicode.Scalar>, _ one: Unicode.Scalar) -> Bool {
        let isNegated = inside.first == "!" && inside.count > 1
        var (rest, isFound) = (isNegated ? inside.dropFirst() : inside, false)
        while let first = rest.first {
            rest = rest.dropFirst()
            if rest.first == "-", let last = rest.dropFirst().first {
                rest = rest.dropFirst(2)
                if first <= one, one <= last { isFound = true }
            } else if first == one {
                isFound = true
            }
        }
        return isFound != isNegated
    }
}
