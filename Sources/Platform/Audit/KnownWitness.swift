package import AuditLog
package import Foundation

/// A witness that `martlet.yaml` names.
package struct KnownWitness: Sendable {
    package let key: WitnessVerificationKey
    /// Below which it is asked (C2SP tlog-witness); nil for one that hands its word in by itself.
    package let address: URL?

    /// Reads a public key, or a public key, a space and an `http` or `https` address.
    package init(_ text: String) throws(AuditLogError) {
        let parts = text.split(separator: " ")
        guard let first = parts.first, parts.count <= 2 else {
            throw .malformedKey("\(text) is not a witness's public key, or a key and an address")
        }
        key = try WitnessVerificationKey(String(first))
        guard parts.count == 2 else {
            address = nil
            return
        }
        guard let url = URL(string: String(parts[1])), ["http", "https"].contains(url.scheme), url.host != nil else {
            throw .malformedKey("\(parts[1]) is not the address of the witness \(key.name)")
        }
        address = url
    }
}
