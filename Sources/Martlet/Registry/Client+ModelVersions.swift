public import MartletAPI
public import MartletDomain

extension Client {
    /// Registers a logged model, or a folder of a run, as the next version; the registered model is made if there is none.
    /// - Parameter source: `models:/m-…`, `runs:/RUN/path` or `mlflow-artifacts:/path`.
    public func registerModel(
        _ name: String, source: String, runID: String? = nil, description: String? = nil, tags: [String: String] = [:]
    ) async throws -> MLflowRegistry.ModelVersion {
        try await ensureRegisteredModel(name)
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "POST", "mlflow/model-versions/create",
            MLflowRegistry.CreateModelVersion(
                name: name, source: source, run_id: runID ?? source.owner(after: "runs:/"), description: description,
                model_id: source.owner(after: "models:/"), tags: wireTags(tags)))
        return answer.model_version
    }

    /// A version by its number.
    public func modelVersion(_ name: String, version: String) async throws -> MLflowRegistry.ModelVersion {
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            get: "mlflow/model-versions/get", ["name": name, "version": version])
        return answer.model_version
    }

    /// The version that an alias stands for.
    /// - Throws: ``ClientError/refused(_:_:)`` with `resourceDoesNotExist` when there is none, for which MLflow's API has
    ///   the code of a bad value.
    public func modelVersion(_ name: String, alias: String) async throws -> MLflowRegistry.ModelVersion {
        do {
            let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
                get: "mlflow/registered-models/alias", ["name": name, "alias": alias])
            return answer.model_version
        } catch ClientError.refused(.invalidParameterValue, let words)
            where words.hasPrefix(RegistryError.aliasMissingWords(alias))
        {
            throw ClientError.refused(.resourceDoesNotExist, words)
        }
    }

    /// The version that a stage, an alias, a number or `latest` means now.
    /// - Throws: ``ClientError/refused(_:_:)`` with `resourceDoesNotExist` when there is none.
    public func modelVersion(at uri: ModelURI) async throws -> MLflowRegistry.ModelVersion {
        switch uri.choice {
        case .version(let number): return try await modelVersion(uri.name, version: "\(number)")
        case .alias(let alias): return try await modelVersion(uri.name, alias: alias)
        case .stage(let stage): return try await newest(of: uri, in: [stage])
        case .latest: return try await newest(of: uri, in: [])
        }
    }

    private func newest(of uri: ModelURI, in stages: [Stage]) async throws -> MLflowRegistry.ModelVersion {
        let versions = try await latestVersions(of: uri.name, in: stages)
        guard let newest = versions.max(by: { Int64($0.version) ?? 0 < Int64($1.version) ?? 0 }) else {
            throw ClientError.refused(.resourceDoesNotExist, "There is no version that \(uri) means.")
        }
        return newest
    }

    /// Versions that a filter lets through, a page at a time.
    ///
    /// - Parameters:
    ///   - filter: In MLflow's grammar: `name = 'flight-delay' AND run_id = '…'`. Empty lets all through.
    ///   - order: Such as `version_number DESC`. Empty is the latest changed first.
    ///   - pageSize: How many the server is asked for at a time.
    public func searchModelVersions(
        matching filter: String = "", orderBy order: [String] = [], pageSize: Int = 1_000
    ) -> Paged<MLflowRegistry.ModelVersion> {
        Paged { token in
            let answer: MLflowRegistry.ModelVersionsAnswer = try await mlflow(
                get: "mlflow/model-versions/search",
                items: [("filter", filter.unlessEmpty), ("max_results", "\(pageSize)"), ("page_token", token)]
                    + order.map { ("order_by", $0) })
            return .init(answer.model_versions ?? [], nextToken: answer.next_page_token)
        }
    }

    /// The newest version in each stage, or in those named.
    public func latestVersions(
        of name: String, in stages: [Stage] = []
    ) async throws -> [MLflowRegistry.ModelVersion] {
        let answer: MLflowRegistry.ModelVersionsAnswer = try await mlflow(
            "POST", "mlflow/registered-models/get-latest-versions",
            MLflowRegistry.LatestVersions(name: name, stages: stages.isEmpty ? nil : stages.map(\.rawValue)),
            isIdempotent: true)
        return answer.model_versions ?? []
    }

    /// Says what a version is, in place of what was said before.
    @discardableResult
    public func updateModelVersion(
        _ name: String, version: String, description: String
    ) async throws -> MLflowRegistry.ModelVersion {
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "PATCH", "mlflow/model-versions/update",
            MLflowRegistry.NamedVersion(name: name, version: version, description: description))
        return answer.model_version
    }

    /// Deletes a version for good, unless it is in service; its files and history stay.
    public func deleteModelVersion(_ name: String, version: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "DELETE", "mlflow/model-versions/delete", MLflowRegistry.NamedVersion(name: name, version: version))
    }

    /// Sets a tag, in place of one with the same key.
    public func setTag(_ key: String, _ value: String, ofModel name: String, version: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "POST", "mlflow/model-versions/set-tag",
            MLflowRegistry.SetTag(name: name, version: version, key: key, value: value), isIdempotent: true)
    }

    /// Takes a tag away.
    public func deleteTag(_ key: String, ofModel name: String, version: String) async throws {
        let _: MLflowRegistry.Empty = try await mlflow(
            "DELETE", "mlflow/model-versions/delete-tag", MLflowRegistry.SetTag(name: name, version: version, key: key))
    }

    /// Moves a version to a stage, if every gate of the workspace's policy is met.
    /// - Parameter archivingExisting: Whether others in that stage are archived at the same moment.
    @discardableResult
    public func transitionStage(
        of name: String, version: String, to stage: Stage, archivingExisting: Bool = false
    ) async throws -> MLflowRegistry.ModelVersion {
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "POST", "mlflow/model-versions/transition-stage",
            MLflowRegistry.TransitionStage(
                name: name, version: version, stage: stage.rawValue, archive_existing_versions: archivingExisting))
        return answer.model_version
    }

    /// Where a version's files are: an `mlflow-artifacts:` address, or the source that it was registered with when that is
    /// not Martlet's.
    public func downloadURI(of name: String, version: String) async throws -> String {
        let answer: MLflowRegistry.DownloadURIAnswer = try await mlflow(
            get: "mlflow/model-versions/get-download-uri", ["name": name, "version": version])
        return answer.artifact_uri
    }

    /// Registers a version's files as the next version of another model, which is made if there is none: the same run,
    /// description and tags; no stage, no alias and no sign-off.
    public func copyModelVersion(_ uri: ModelURI, to name: String) async throws -> MLflowRegistry.ModelVersion {
        let version = try await modelVersion(at: uri)
        try await ensureRegisteredModel(name)
        let answer: MLflowRegistry.ModelVersionAnswer = try await mlflow(
            "POST", "mlflow/model-versions/create",
            MLflowRegistry.CreateModelVersion(
                name: name, source: "models:/\(version.name)/\(version.version)", run_id: version.run_id,
                run_link: version.run_link, description: version.description, tags: version.tags))
        return answer.model_version
    }
}

extension String {
    /// The run or logged model that a source names by itself: MLflow's API wants it said beside it.
    fileprivate func owner(after scheme: String) -> String? {
        guard hasPrefix(scheme) else { return nil }
        let rest = dropFirst(scheme.count)
        guard let slash = rest.firstIndex(of: "/") else { return rest.contains("@") ? nil : String(rest) }
        return scheme == "runs:/" ? String(rest[..<slash]) : nil
    }
}
