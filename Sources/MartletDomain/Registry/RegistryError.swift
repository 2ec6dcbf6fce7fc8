/// Why the registry refused.
public enum RegistryError: MartletError, Equatable {
    /// A way to put a version in front of callers.
    public enum Door: Sendable, Hashable {
        case stage(Stage)
        case alias(String)
        case removedAlias(String)
        case rollback
    }

    case gatesUnmet(ModelVersion.ID, into: Door, [UnmetGate])
    case modelExists(String)
    case modelMissing(String)
    case versionMissing(ModelVersion.ID)
    case aliasMissing(model: String, alias: String)
    case noVersionInStage(model: String, Stage)
    case noVersions(model: String)
    case mayNotSign(user: String, [Role], Stage)
    case signsOwn(user: String, ModelVersion.ID)
    /// A version without files, which could be filled later with anything.
    case nothingToSign(ModelVersion.ID)
    /// Deleting a version that callers find by its stage.
    case inService(ModelVersion.ID, Stage)
    /// Deleting a version that callers find by aliases.
    case hasAliases(ModelVersion.ID, [String])
    /// Renaming or deleting a model that has versions in front of callers.
    case serves(model: String, verb: String, [ModelVersion.ID])
    case sourceRefused(String, reason: String)
    case planMissing(model: String)
    case gateNotOfThisFiles(ModelVersion.ID)
    /// The version has other files than those that somebody has looked at.
    case otherFiles(ModelVersion.ID)
    case requestMissing(ModelVersion.ID, Stage)
    case requestExists(ModelVersion.ID, Stage, by: String)
    /// Who asked may not decide.
    case decidesOwn(user: String, ModelVersion.ID)
    case notRequester(user: String, requester: String)
    case commentMissing(String)
    case notCommenter(user: String)
    case breakGlassMissing(ModelVersion.ID, BreakGlass.Target)
    case breakGlassOver(ModelVersion.ID, BreakGlass.Target, askedAt: Int64)
    case breakGlassAlone(user: String, ModelVersion.ID, BreakGlass.Target)
    /// Nothing stands in the way, so that there is nothing to break.
    case nothingToBreak(ModelVersion.ID, BreakGlass.Target)
    case noGoodVersion(model: String, alias: String? = nil)
    case orphans(from: String, [String])
    case invalid([String])

    public var code: ErrorCode {
        switch self {
        case .gatesUnmet, .mayNotSign, .signsOwn, .decidesOwn, .notRequester, .notCommenter, .breakGlassAlone:
            .permissionDenied
        case .modelExists, .requestExists: .resourceAlreadyExists
        case .modelMissing, .versionMissing, .noVersionInStage, .noVersions, .planMissing, .requestMissing,
            .commentMissing, .breakGlassMissing, .noGoodVersion, .aliasMissing:
            .resourceDoesNotExist
        case .invalid, .sourceRefused: .invalidParameterValue
        case .inService, .hasAliases, .serves, .nothingToSign, .breakGlassOver, .nothingToBreak, .orphans:
            .invalidState
        case .gateNotOfThisFiles, .otherFiles: .resourceConflict
        }
    }

    /// How what is said of an alias that nothing has begins, as with MLflow.
    package static func aliasMissingWords(_ alias: String) -> String { "Registered model alias \(alias) not found." }

    public var message: String {
        switch self {
        case .gatesUnmet(let version, let door, let gates):
            "\(version) was not \(door.refusal): \(gates.count) of its gates \(gates.count == 1 ? "is" : "are") not met."
                + gates.map { "\n- \($0.sentence(version, into: door))" }.joined()
        case .modelExists(let name): "Registered Model (name=\(name)) already exists."
        case .modelMissing(let name): "Registered Model with name=\(name) not found"
        case .versionMissing(let id): "Model Version (name=\(id.name), version=\(id.version)) not found"
        case .aliasMissing(let model, let alias):
            Self.aliasMissingWords(alias) + " Give it to a version: martlet models alias set "
                + "\(shellWord("\(model)/VERSION")) \(shellWord(alias))"
        case .noVersionInStage(let model, let stage):
            "No version of \(model) is in \(stage.rawValue). Promote one: martlet registry transition "
                + "\(shellWord("\(model)/VERSION")) --stage \(stage.rawValue)"
        case .noVersions(let model): "Latest version not found for model \(model)."
        case .mayNotSign(let user, let roles, let stage):
            "\(user) may not sign for \(stage.rawValue): "
                + (roles.isEmpty
                    ? "nobody signs for that stage; sign for Staging or Production."
                    : "that takes the role \(roles.map(\.rawValue).joined(separator: " or ")), "
                        + "and whoever administers users never signs. Somebody who may can, with their own token.")
        case .signsOwn(let user, let version):
            "\(user) registered \(version) and so may not sign for it. Another person of that role can."
        case .nothingToSign(let version):
            "\(version) was not signed for: it has no files in Martlet's store. Log the model's files, and register them as "
                + "a new version."
        case .inService(let version, let stage):
            "\(version) was not deleted: it is in \(stage.rawValue). "
                + "Archive it first: martlet registry transition \(version.argument) --stage Archived"
        case .hasAliases(let version, let aliases):
            "\(version) was not deleted: callers find it by the alias \(aliases.joined(separator: ", ")). "
                + "Give the alias to another version, or take it away (delete_registered_model_alias), first."
        case .serves(let model, let verb, let versions):
            "\(model) was not \(verb): \(versions.map(\.description).joined(separator: ", ")) "
                + "\(versions.count == 1 ? "is" : "are") in front of callers. Archive first "
                + "(martlet registry transition \(shellWord("\(model)/VERSION")) --stage Archived) and take aliases away."
        case .sourceRefused(let source, let reason):
            "Invalid model version source: '\(source)'. \(reason) Log the model in a run and register that: "
                + "models:/m-ID, runs:/RUN/PATH or mlflow-artifacts:/PATH."
        case .planMissing(let model):
            "\(model) has no monitoring plan. Set one: \(UnmetGate.planCommand(model))"
        case .gateNotOfThisFiles(let version):
            "The result was not recorded: it was measured on other files than those of \(version). Run the gate again."
        case .otherFiles(let version):
            "Nothing was recorded: \(version) has other files than those that were looked at. See which it has now: "
                + "martlet models verify \(version.argument)"
        case .requestMissing(let version, let stage):
            "Nobody asks for \(version) to go to \(stage.rawValue). Ask: martlet models request \(version.argument) --to "
                + stage.rawValue
        case .requestExists(let version, let stage, let user):
            "\(user) asks already for \(version) to go to \(stage.rawValue). Others approve or reject it: "
                + "martlet models requests \(shellWord(version.name))"
        case .decidesOwn(let user, let version):
            "\(user) asked for \(version) and so does not decide on it. Another person does, or \(user) takes it back: "
                + "martlet models cancel \(version.argument) --to STAGE"
        case .notRequester(let user, let requester):
            "The request is \(requester)'s, so \(user) cannot take it back. Somebody who may sign can reject it: "
                + "martlet models reject NAME/VERSION --to STAGE"
        case .commentMissing(let id): "There is no comment \(id). martlet models activities NAME/VERSION lists them."
        case .notCommenter(let user): "The comment is somebody else's, so \(user) cannot change it. Write another."
        case .breakGlassMissing(let version, let target):
            "Nobody has asked to move \(version) past the gates. Ask: \(target.command(version)) --reason WHY"
        case .breakGlassOver(let version, let target, let time):
            "\(version) was not moved: it was asked for on \(Instant(milliseconds: time)), and a second person had "
                + "\(BreakGlass.patience / 60_000) minutes. Ask again: \(target.command(version)) --reason WHY"
        case .breakGlassAlone(let user, let version, let target):
            "\(version) was not moved: it takes two people, and \(user) asked for it. Another person runs: "
                + "\(target.command(version)) --confirm"
        case .nothingToBreak(let version, .stage(let stage)):
            "Nothing keeps \(version) from \(stage.rawValue). Run: martlet registry transition \(version.argument) --stage "
                + stage.rawValue
        case .nothingToBreak(let version, .alias(let alias)):
            "Nothing keeps \(version) from the alias \(alias). Run: martlet models alias set \(version.argument) "
                + shellWord(alias)
        case .noGoodVersion(let model, let alias):
            "\(model) has no earlier version to go back to: none was "
                + (alias.map { "called \($0)" } ?? "in Production") + " by the gates, is still there and has the "
                + "files that it had. Break glass for another: martlet models break-glass "
                + "\(shellWord("\(model)/VERSION")) \(alias.map { "--alias \(shellWord($0))" } ?? "--to Production") --reason WHY"
        case .orphans(let user, let things):
            "Nothing was handed over: some of what \(user) owns would be nobody's."
                + things.map { "\n- \($0)" }.joined()
        case .invalid(let problems): problems.joined(separator: "\n")
        }
    }
}

extension BreakGlass.Target {
    /// The command that asks for it, or confirms it, but for its last word.
    public func command(_ version: ModelVersion.ID) -> String {
        switch self {
        case .stage(let stage): "martlet models break-glass \(version.argument) --to \(shellWord(stage.rawValue))"
        case .alias(let alias): "martlet models break-glass \(version.argument) --alias \(shellWord(alias))"
        }
    }
}

extension RegistryError.Door {
    fileprivate var refusal: String {
        switch self {
        case .stage(let stage): "moved to \(stage.rawValue)"
        case .alias(let alias): "given the alias \(alias), by which callers would find it"
        case .removedAlias(let alias): "parted from the alias \(alias), by which callers find it"
        case .rollback: "put back into Production"
        }
    }
}
