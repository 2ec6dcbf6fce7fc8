public import MartletDomain

/// Asks whether a version's files are those that were registered; they are read again where the file system says that
/// they may have changed.
public struct VerifyModelFiles: MartletRequest {
    public typealias Response = VersionSeal
    public static let path = "registry/verify-files"

    /// `models:/NAME/3`, `models:/NAME/Production` or `models:/NAME@ALIAS`.
    public var uri: String

    public init(_ uri: ModelURI) { self.uri = uri.description }
}
