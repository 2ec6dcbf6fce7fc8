/// A request of Martlet's own API: one JSON object posted to one path, one JSON object back.
///
/// What MLflow's API has a word for is asked in MLflow's words (`MartletAPI/MLflow`); these are for what it has none for.
public protocol MartletRequest: Codable, Sendable {
    associatedtype Response: Codable & Sendable
    /// Path below `/api/martlet/1.0/`: `registry/sign-off`.
    static var path: String { get }
}

/// Where Martlet's own API lives.
public let martletPrefix = "/api/martlet/1.0/"
