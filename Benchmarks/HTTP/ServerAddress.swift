import ArgumentParser
import Foundation

/// Where a server listens: `http://127.0.0.1:5000`.
struct ServerAddress: Sendable, ExpressibleByArgument {
    let host: String
    let port: UInt16

    init?(argument: String) {
        guard let url = URL(string: argument), url.scheme == "http", let host = url.host(percentEncoded: false),
            let port = UInt16(exactly: url.port ?? 80)
        else { return nil }
        (self.host, self.port) = (host, port)
    }

    var authority: String { "\(host):\(port)" }
}
