extension Webhook {
    /// The URL as it may be shown and logged: a name and password in it are one sign.
    public var shownURL: String { Self.withoutCredentials(url) }

    /// What stands for a name and password in ``shownURL``. No URL that is stored has it.
    public static let hidden = "…"

    public static func withoutCredentials(_ url: String) -> String {
        guard let userInfo = userInfo(of: url) else { return url }
        return url[..<userInfo.lowerBound] + hidden + String(url[userInfo.upperBound...])
    }

    /// The URL that this webhook is told at when it is changed to `url`, which may be one as it was shown.
    ///
    /// A receiver's secrets are not handed to another: one of another scheme, host or port gets those that come with it.
    /// - Parameters:
    ///   - secret: The new one; nil to keep the old, empty for none.
    ///   - authorization: Likewise.
    /// - Throws: ``WebhookError/otherReceiver(_:)``, naming all that must be given again.
    public func redirected(to url: String, secret: String?, authorization: String?) throws(WebhookError) -> String {
        let isSame = Self.receiver(of: url) == Self.receiver(of: self.url)
        let isHidden = Self.userInfo(of: url).map { url[$0] == Self.hidden } ?? false
        var missing: [String] = []
        if !isSame, isSigned, secret == nil { missing.append("secret") }
        if !isSame, isAuthorized, authorization == nil { missing.append("authorization") }
        let known = Self.userInfo(of: self.url).map { String(self.url[$0]) }
        if isHidden, !isSame || known == nil { missing.append("name and password of the URL") }
        guard missing.isEmpty else { throw .otherReceiver(missing) }
        guard isHidden, let known, let place = Self.userInfo(of: url) else { return url }
        return url[..<place.lowerBound] + known + String(url[place.upperBound...])
    }

    /// Where the name and password of a URL stand, as ``WebhookAddress`` finds them.
    private static func userInfo(of url: String) -> Range<String.Index>? {
        guard let authority = authority(of: url), let at = url[authority].lastIndex(of: "@") else { return nil }
        return authority.lowerBound..<at
    }

    private static func authority(of url: String) -> Range<String.Index>? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let end = url[mark.upperBound...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        return mark.upperBound..<end
    }

    /// Scheme, host and port, in lower case; the scheme's own port is none.
    private static func receiver(of url: String) -> String {
        guard let mark = url.firstRange(of: "://"), let authority = authority(of: url) else { return url }
        let scheme = url[..<mark.lowerBound].lowercased()
        let start = userInfo(of: url).map { url.index(after: $0.upperBound) } ?? authority.lowerBound
        let host = url[start..<authority.upperBound].lowercased()
        for own in [scheme == "https" ? ":443" : ":80", ":"] where host.hasSuffix(own) {
            return scheme + "://" + host.dropLast(own.count)
        }
        return scheme + "://" + host
    }
}
