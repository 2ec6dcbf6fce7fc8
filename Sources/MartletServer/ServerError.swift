package import MartletDomain
import Foundation
import NIOCore

/// Why a server did not start.
package enum ServerError: MartletError, Equatable {
    /// A workspace without users would be served to other machines.
    case openToOthers(host: String)
    /// Something listens there already.
    case portTaken(host: String, port: Int)
    case notBound(host: String, port: Int, reason: String)
    /// A certificate, key or list of authorities cannot be used.
    case tls(file: String, reason: String)

    package var code: ErrorCode {
        switch self {
        case .openToOthers: .invalidState
        case .portTaken: .temporarilyUnavailable
        case .tls, .notBound: .invalidParameterValue
        }
    }

    package var message: String {
        switch self {
        case .openToOthers(let host):
            "This workspace has no users, so whoever reaches \(host) could do anything in it; the server was not started. "
                + "Make one with users by `martlet init --workspace DIR`, listen on this machine alone (--host 127.0.0.1), or "
                + "say --allow-open-workspace if something else keeps strangers out."
        case .portTaken(let host, let port):
            "The server was not started: something listens on port \(port) of \(host) already. Name another with --port N "
                + "(0 takes a free one), or stop what listens there."
        case .notBound(let host, let port, let reason):
            "The server was not started: it cannot listen on port \(port) of \(host): \(reason). Name an address of this "
                + "machine with --host, and a port with --port N."
        case .tls(let file, let reason):
            "The server was not started: \(file) cannot be used for TLS: \(reason)."
        }
    }
}

extension ServerError {
    /// What is said of an address that could not be listened on; nil for other failures.
    init?(binding error: any Error, host: String, port: Int) {
        switch error {
        case let error as IOError where error.errnoCode == EADDRINUSE: self = .portTaken(host: host, port: port)
        case let error as IOError:
            self = .notBound(host: host, port: port, reason: String(cString: strerror(error.errnoCode)))
        case is SocketAddressError, is SocketAddressError.UnknownHost:
            self = .notBound(host: host, port: port, reason: "there is no such address")
        default: return nil
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
