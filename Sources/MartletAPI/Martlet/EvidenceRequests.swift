public import MartletDomain

/// Asks for all that is on record of a model version, as a ZIP that is read and verified offline.
public struct PackEvidence: Codable, Sendable {
    public static let path = "evidence/pack"

    /// `models:/NAME/Production`, `models:/NAME@ALIAS` or `models:/NAME/3`.
    public var uri: String

    public init(_ uri: ModelURI) { self.uri = uri.description }
}
