public import MartletDomain

/// Asks which version a `models:/…` address means now, and which files it was registered with.
public struct FindModelVersion: MartletRequest {
    public struct Response: Codable, Sendable, Hashable {
        public var name: String
        public var version: String
        /// An `mlflow-artifacts:` address; nil when the files are not in Martlet's store.
        public var artifactURI: String?
        /// In hexadecimal, over a line `sha256␠␠path\n` a file, sorted by path in UTF-8.
        public var sha256: String
        public var fileCount: Int

        public init(name: String, version: String, artifactURI: String?, sha256: String, fileCount: Int) {
            (self.name, self.version, self.artifactURI) = (name, version, artifactURI)
            (self.sha256, self.fileCount) = (sha256, fileCount)
        }

        enum CodingKeys: String, CodingKey {
            case name, version, sha256
            case artifactURI = "artifact_uri"
            case fileCount = "file_count"
        }
    }
    public static let path = "registry/find-version"

    public var uri: String

    public init(_ uri: ModelURI) { self.uri = uri.description }
}
