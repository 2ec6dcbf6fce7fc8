/// Which run and logged model hold a new version's files, as somebody says who registers it over MLflow's API.
///
/// MLflow takes a source of its own artifact store only from whoever also names the run or model that it lies in.
/// Source of the rules: MLflow 3.18, `server/handlers.py`.
public struct SourceClaim: Sendable, Hashable {
    /// Nil when it was not said, which is not the same as empty.
    public var runID: String?
    public var modelID: String?

    public init(runID: String? = nil, modelID: String? = nil) { (self.runID, self.modelID) = (runID, modelID) }

    public var run: String? { runID.flatMap { $0.isEmpty ? nil : $0 } }
    public var model: String? { modelID.flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether the claim holds for `source`.
    /// - Parameter root: Where the files of the model that is claimed or, if none is, of the run lie; nil when there is
    ///   none.
    /// - Throws: ``RegistryError/sourceRefused(_:reason:)``.
    public func check(_ source: String, root: SourceAddress?) throws(RegistryError) {
        let address = SourceAddress(source)
        let name = model == nil ? "run_id" : "model_id"
        let notContained = "The \(name) request parameter must identify the resource that contains the source."
        switch address.scheme {
        case "runs":
            let owner = address.names.first
            guard address.authority.isEmpty, model == nil, let run, owner == run else {
                throw .sourceRefused(source, reason: notContained)
            }
        case "models":
            guard address.authority.isEmpty, let names = address.modelNames else {
                throw .sourceRefused(source, reason: notContained)
            }
            guard names.count > 1 || names[0].contains("@") || names[0] == model else {
                throw .sourceRefused(
                    source,
                    reason: "The model_id request parameter must identify the resource that contains the source."
                )
            }
        case "mlflow-artifacts":
            guard let root, address.isWithin(root) else { throw .sourceRefused(source, reason: notContained) }
        default: break
        }
    }
}

extension SourceAddress {
    /// `models:/ID`, `models:/NAME@ALIAS` (one name) or `models:/NAME/CHOICE` (two); nil for anything else.
    public var modelNames: [String]? {
        guard path.hasPrefix("/") else { return nil }
        let names = path.drop { $0 == "/" }.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isBlank = names.contains { $0.allSatisfy(\.isWhitespace) }
        return (1...2).contains(names.count) && !isBlank ? names : nil
    }
}

extension RegistryError {
    /// Refuses what no version's source may be, whoever asks: files of the server, other hosts, and paths that mean
    /// something else than they say.
    public static func checkSource(_ source: String) throws(RegistryError) {
        guard source.utf8.count <= 2_000 else {
            throw .sourceRefused(String(source.prefix(80)) + "…", reason: "It is longer than 2000 bytes.")
        }
        let address = SourceAddress(source)
        guard address.authority.contains("[") == address.authority.contains("]") else {
            throw .sourceRefused(source, reason: "Its brackets do not match.")
        }
        guard !address.choosesHost else {
            throw .sourceRefused(
                source, reason: "The '\(address.scheme)' scheme names a host that the server would connect to.")
        }
        guard !address.isLocal else {
            throw .sourceRefused(source, reason: "Files of the server itself cannot be registered.")
        }
        guard !SourceAddress.leadsAstray(source) else {
            throw .sourceRefused(source, reason: "It must be an absolute address without relative references.")
        }
    }
}

extension [KeyedText] {
    /// Whether these tags make a registered model or a version a prompt, as MLflow marks them; of equal keys the last
    /// counts.
    public var markPrompt: Bool { last { $0.key == "mlflow.prompt.is_prompt" }?.value.lowercased() == "true" }
}
