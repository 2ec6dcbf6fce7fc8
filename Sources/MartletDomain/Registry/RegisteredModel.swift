/// A model by its name: what versions are versions of.
public struct RegisteredModel: Sendable, Hashable, Codable {
    public var name: String
    public var text: String?
    /// Milliseconds since 1970 UTC.
    public var createdAt: Int64
    public var updatedAt: Int64
    /// Of each stage the version with the greatest number.
    public var latestVersions: [ModelVersion]
    /// By name.
    public var aliases: [Alias]
    public var tags: [KeyedText]

    /// A name by which callers find one version.
    public struct Alias: Sendable, Hashable, Codable {
        public var name: String
        public var version: Int64

        public init(name: String, version: Int64) { (self.name, self.version) = (name, version) }
    }

    public init(
        name: String, text: String? = nil, createdAt: Int64, updatedAt: Int64, latestVersions: [ModelVersion] = [],
        aliases: [Alias] = [], tags: [KeyedText] = []
    ) {
        (self.name, self.text, self.createdAt, self.updatedAt) = (name, text, createdAt, updatedAt)
        (self.latestVersions, self.aliases, self.tags) = (latestVersions, aliases, tags)
    }
}
