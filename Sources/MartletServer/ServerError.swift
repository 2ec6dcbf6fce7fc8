package import MartletDomain

/// Why a server did not start.
package enum ServerError: MartletError, Equatable {
    /// A workspace without users would be served to other machines.
    case openToOthers(host: String)
    /// A certificate, key or list of authorities cannot be used.
    case tls(file: String, reason: String)

    package var code: ErrorCode {
        switch self {
        case .openToOthers: .invalidState
        case .tls: .invalidParameterValue
        }
    }

    package var message: String {
        switch self {
        case .openToOthers(let host):
            "This workspace has no users, so whoever reaches \(host) could do anything in it; the server was not started. "
                + "Make one with users by `martlet init --workspace DIR`, listen on this machine alone (--host 127.0.0.1), or "
                + "say --allow-open-workspace if something else keeps strangers out."
        case .tls(let file, let reason):
            "The server was not started: \(file) cannot be used for TLS: \(reason)."
        }
    }
}

extension ServerSettings {
    /// Whether only this machine reaches an address.
    static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
        return host == "localhost" || host == "::1" || (isIPv4 && parts[0] == "127")
    }
}

/// What a server shows over TLS, as PEM files.
package struct TLSFiles: Sendable, Hashable {
    /// The server's certificate, then those between it and an authority.
    package var certificate: String
    package var key: String

    package init(certificate: String, key: String) { (self.certificate, self.key) = (certificate, key) }
}
