import MartletDomain
import NIOCore
import NIOSSL
import Platform
import SwiftASN1
import X509

/// Whom a connection's certificate stands for. It was verified when the connection was opened.
enum CertifiedCaller {
    /// - Returns: Nil for no certificate, or one that no pattern fits.
    static func credentials(
        of channel: any Channel, by clients: AuthenticationSettings.ClientCertificates?
    ) -> Credentials? {
        // Asked on the connection's own thread, where requests are answered.
        guard let clients, channel.eventLoop.inEventLoop,
            let handler = try? channel.pipeline.syncOperations.handler(type: NIOSSLServerHandler.self),
            let shown = handler.peerCertificate, let bytes = try? shown.toDERBytes(),
            let certificate = try? Certificate(derEncoded: bytes),
            let user = clients.user(ofCertificateNamed: names(of: certificate))
        else { return nil }
        return .vouched(user: user, groups: [])
    }

    /// `CN=DOE.JOHN.1234567890`, `email:doe@example.org`: what patterns are held against.
    static func names(of certificate: Certificate) -> [String] {
        var names: [String] = []
        for part in certificate.subject {
            for attribute in part where attribute.type == .RDNAttributeType.commonName {
                if let text = String(attribute.value) { names.append("CN=\(text)") }
            }
        }
        if let alternatives = try? certificate.extensions.subjectAlternativeNames {
            for case .rfc822Name(let address) in alternatives { names.append("email:\(address)") }
        }
        return names
    }
}
