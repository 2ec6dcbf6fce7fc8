import Foundation

/// What a workspace lets webhooks ask. Part of `martlet.yaml`.
public struct WebhookSettings: Sendable, Hashable, Codable {
    /// Whether `http://` may be asked too; without it, only `https://`.
    public var allowHTTP: Bool
    /// Whether receivers may be on this machine and in private networks.
    public var allowPrivate: Bool

    enum CodingKeys: String, CodingKey {
        case allowHTTP = "allow_http"
        case allowPrivate = "allow_private"
    }

    public init(allowHTTP: Bool = false, allowPrivate: Bool = false) {
        (self.allowHTTP, self.allowPrivate) = (allowHTTP, allowPrivate)
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        allowHTTP = try container.decodeIfPresent(Bool.self, forKey: .allowHTTP) ?? false
        allowPrivate = try container.decodeIfPresent(Bool.self, forKey: .allowPrivate) ?? false
    }

    var schemes: [String] { allowHTTP ? ["https", "http"] : ["https"] }
}

/// A webhook's URL, taken apart so strictly that nobody who reads it can find another host in it.
public struct WebhookAddress: Sendable, Hashable {
    public var scheme: String
    /// A name, an IPv4 address, or an IPv6 address without brackets.
    public var host: String
    public var port: Int?
    /// `user:password`, decoded; nil if there is none.
    public var credentials: String?
    /// From the path on; with a slash at least.
    public var path: String

    /// In UTF-8 bytes.
    public static let longest = 2_000

    /// - Throws: ``WebhookError/invalid(_:)``.
    public init(_ url: String, _ settings: WebhookSettings) throws(WebhookError) {
        func refusal(_ reason: String) -> WebhookError { .invalid(["Invalid webhook URL: \(reason)"]) }
        guard !url.allSatisfy(\.isWhitespace) else { throw refusal("it is empty or just whitespace.") }
        guard url.utf8.count <= Self.longest else { throw refusal("it is longer than \(Self.longest) bytes.") }
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            throw refusal("it holds spaces, backslashes or letters that a URL spells by percent signs.")
        }
        guard let mark = url.firstRange(of: "://"), settings.schemes.contains(url[..<mark.lowerBound].lowercased())
        else {
            throw refusal(
                "its scheme is not allowed. Allowed schemes are: \(settings.schemes.joined(separator: ", "))."
                    + (settings.allowHTTP ? "" : " (martlet.yaml, webhooks: allow_http, allows http.)"))
        }
        scheme = url[..<mark.lowerBound].lowercased()
        let rest = url[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        var authority = rest[..<end]
        path = String(rest[end...].prefix { $0 != "#" })
        if !path.hasPrefix("/") { path = "/" + path }
        credentials = nil
        if let at = authority.lastIndex(of: "@") {
            let text = String(authority[..<at])
            credentials = text.removingPercentEncoding ?? text
            authority = authority[authority.index(after: at)...]
        }
        let isBracketed = authority.hasPrefix("[")
        guard isBracketed == authority.contains("]") else { throw refusal("its brackets do not match.") }
        let hostEnd =
            isBracketed
            ? authority.firstIndex(of: "]").map { authority.index(after: $0) } ?? authority.endIndex
            : authority.firstIndex(of: ":") ?? authority.endIndex
        let (name, tail) = (authority[..<hostEnd], authority[hostEnd...])
        host = isBracketed ? String(name.dropFirst().dropLast()) : String(name)
        port = nil
        if let number = tail.isEmpty ? nil : tail.dropFirst(), !number.isEmpty {
            guard tail.first == ":", let value = UInt16(number), value > 0 else { throw refusal("its port is none.") }
            port = Int(value)
        }
        let allowed = isBracketed ? "0123456789abcdefABCDEF:." : "-._"
        let isPlain = host.utf8.allSatisfy { byte in
            allowed.utf8.contains(byte)
                || !isBracketed
                    && ((0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte))
        }
        guard !host.isEmpty, isPlain, host.utf8.count <= 253 else { throw refusal("it must include a hostname.") }
    }

    /// `host:port` as the `Host` header says it.
    public var authority: String { bracketed(host) + (port.map { ":\($0)" } ?? "") }

    /// The URL to ask.
    /// - Parameter host: An IP address to ask in place of the name.
    public func url(at host: String? = nil) -> String {
        "\(scheme)://" + bracketed(host ?? self.host) + (port.map { ":\($0)" } ?? "") + path
    }

    private func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}

extension Webhook {
    /// What is wrong with a webhook's name; empty if nothing is.
    public static func problems(name: String) -> [String] {
        func isLetterOrDigit(_ byte: UInt8) -> Bool {
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        }
        let bytes = Array(name.utf8)
        let isGood =
            (1...63).contains(bytes.count) && bytes.allSatisfy { isLetterOrDigit($0) || "._-".utf8.contains($0) }
            && bytes.first.map(isLetterOrDigit) == true && bytes.last.map(isLetterOrDigit) == true
        guard !isGood else { return [] }
        return [
            "Webhook name '\(name.prefix(100))' is invalid. It must start and end with a letter or digit, be at most "
                + "63 characters long, and contain only letters, digits, dots (.), underscores (_), and hyphens (-)."
        ]
    }

    /// What is wrong with the events that a webhook asks for; empty if nothing is.
    public static func problems(
        events: [WebhookEvent], in dialect: WebhookDialect, isOfOneModel: Bool
    ) -> [String] {
        var problems: [String] = []
        if events.isEmpty { problems.append("Webhook events must be a non-empty list of events.") }
        if Set(events).count < events.count { problems.append("An event is named twice.") }
        if let other = events.first(where: { $0.dialect != dialect }) {
            problems.append(
                "'\(other.rawValue)' is no event in the manner of \(dialect == .mlflow ? "MLflow" : "Databricks"), in "
                    + "which the webhook is told; make another webhook for it.")
        }
        if isOfOneModel,
            let event = events.first(where: { [.registryModelCreated, .registeredModelCreated].contains($0) })
        {
            problems.append("'\(event.rawValue)' can be asked for by a webhook of all models only.")
        }
        return problems
    }

    /// Whether a text can stand in a header.
    public static func isHeader(_ text: String) -> Bool {
        text.utf8.count <= 4_000 && text.utf8.allSatisfy { (0x20...0x7E).contains($0) }
    }
}
