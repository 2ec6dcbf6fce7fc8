public import MartletDomain

/// How models in service are looked after, or one model.
public struct GetModelHealth: MartletRequest {
    public struct Response: Codable, Sendable {
        public var models: [ModelHealth]
        public init(models: [ModelHealth]) { self.models = models }
    }
    public static let path = "registry/health"

    /// Nil for every model in service.
    public var model: String?

    public init(model: String? = nil) { self.model = model }
}

/// Moves all that one person answers for to another.
public struct HandOver: MartletRequest {
    public typealias Response = HandoverDossier
    public static let path = "registry/handover"

    public var from: String
    public var to: String

    public init(from: String, to: String) { (self.from, self.to) = (from, to) }
}
