public import Foundation
import MartletAPI
public import MartletDomain

extension Client {
    /// All that is on record of a model version, as a ZIP.
    ///
    /// - Parameters:
    ///   - uri: By stage, alias or number.
    ///   - receive: Called with the bytes as they come.
    public func evidencePack(_ uri: ModelURI, receive: @escaping @Sendable (Data) throws -> Void) async throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let wire = WireRequest(
            method: "POST", path: martletPrefix + PackEvidence.path, headers: ["Content-Type": "application/json"],
            body: .bytes(try encoder.encode(PackEvidence(uri))), isIdempotent: true, timeout: .seconds(900))
        let answer = try await stream(wire) { head, data in if head.isGood { try receive(data) } }
        if let refusal = Self.refusal(answer) { throw refusal }
    }
}
