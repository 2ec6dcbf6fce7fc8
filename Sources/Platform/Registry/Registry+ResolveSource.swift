import MartletDomain
import Metadata

/// What the source of a new version comes to.
struct VersionSource: Sendable {
    /// As it is recorded: what meant a version by stage, alias or `latest` names its number.
    var text: String
    /// The folder below the artifact root, without a slash at either end; nil for what is none of ours, or not known.
    var folder: String?
    var runID: String?
    /// The run as it was told of, by who registers or by the version that is copied: what receivers of events learn.
    var toldRunID: String?
    /// The logged model that it was registered for.
    var modelID: String?
    /// Where clients download it from.
    var storageLocation: String
}

extension Registry {
    /// What a source means, who made it, and where its files are.
    func resolve(_ source: String, runID: String?, claim: SourceClaim?) async throws -> VersionSource {
        try RegistryError.checkSource(source)
        let address = SourceAddress(source)
        if address.scheme == "models", let names = address.modelNames, names.count == 2 || names[0].contains("@") {
            return try await copy(of: source, address, names, runID: runID, claim: claim)
        }
        try claim?.check(source, root: try await root(of: claim, for: address))
        var model: ModelSource?
        if let id = claim?.model { model = try await resolveSource("models:/\(id)") }
        let found = try await place(of: source, isClaimed: claim != nil)
        let run = claim == nil ? found?.runID : model?.runID
        return VersionSource(
            text: source, folder: try found.flatMap { try folder(of: $0, source) }, runID: runID ?? run,
            toldRunID: runID, modelID: claim?.model,
            storageLocation: address.scheme == "models" ? found?.artifactURI ?? source : source)
    }

    /// A prompt keeps its text in a tag, and has one of MLflow's words in place of a source.
    func promptSource(_ source: String) throws -> VersionSource {
        guard ["dummy-source", "prompt-template"].contains(source) else {
            throw RegistryError.sourceRefused(source, reason: "A prompt's source is MLflow's placeholder.")
        }
        return VersionSource(text: source, storageLocation: source)
    }

    /// Another version of the registry, as it is now.
    private func copy(
        of source: String, _ address: SourceAddress, _ names: [String], runID: String?, claim: SourceClaim?
    ) async throws -> VersionSource {
        guard address.authority.isEmpty else {
            throw RegistryError.sourceRefused(source, reason: "Only models of this registry can be copied.")
        }
        let uri = try ModelURI("models:/" + names.joined(separator: "/"))
        if try await model(uri.name).tags.markPrompt {
            throw RegistryError.sourceRefused(source, reason: "A prompt is not the source of a model version.")
        }
        let original = try await resolve("\(uri)")
        guard claim?.runID.map({ $0 == original.runID ?? "" }) ?? true, claim?.model == nil else {
            throw RegistryError.sourceRefused(
                source, reason: "The run_id and model_id request parameters must match the referenced model version.")
        }
        let text = "models:/\(original.id.name)/\(original.id.version)"
        return VersionSource(
            text: text, folder: original.artifactPath, runID: runID ?? original.runID,
            toldRunID: runID ?? original.runID,
            storageLocation: downloadURI(of: original))
    }

    /// Where the files of the run or model lie that a source of the artifact store is said to belong to.
    private func root(of claim: SourceClaim?, for address: SourceAddress) async throws -> SourceAddress? {
        guard let claim, address.scheme == "mlflow-artifacts",
            let owner = claim.model.map({ "models:/\($0)" }) ?? claim.run.map({ "runs:/\($0)" })
        else { return nil }
        do {
            return try await resolveSource(owner).map { SourceAddress($0.artifactURI) }
        } catch let error as any MartletError where error.code == .resourceDoesNotExist {
            return nil
        }
    }

    /// - Parameter isClaimed: MLflow takes a run's word for a path of a run that it does not know.
    private func place(of source: String, isClaimed: Bool) async throws -> ModelSource? {
        do {
            return try await resolveSource(source)
        } catch let error as any MartletError
            where error.code == .resourceDoesNotExist && isClaimed && SourceAddress(source).scheme == "runs"
        {
            return nil
        }
    }

    private func folder(of found: ModelSource, _ source: String) throws -> String? {
        let inStore = try ArtifactPath.inStore(uri: found.artifactURI.withPlainSlashes)
        guard inStore != nil || !found.artifactURI.contains("://") else { return nil }
        let path = try inStore ?? ArtifactPath(found.artifactURI.withPlainSlashes)
        // Sealing more than one run's or model's files would stop everybody else's work.
        guard path.names.count >= 3 else {
            throw RegistryError.sourceRefused(source, reason: "It is not a folder of one run or model.")
        }
        return "\(path)"
    }
}

extension String {
    /// Without a slash at the end, and with one where several meet after the scheme.
    fileprivate var withPlainSlashes: String {
        guard !contains("://") else { return self }
        let isRooted = hasPrefix("/")
        return (isRooted ? "/" : "") + split(separator: "/").joined(separator: "/")
    }
}
