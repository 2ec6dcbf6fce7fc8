/// Why tracking refused something. The words follow MLflow's, so that clients which match on them go on working.
public enum TrackingError: MartletError, Equatable {
    case noExperiment(id: String)
    case noExperimentNamed(String)
    case experimentExists(name: String, isDeleted: Bool)
    case experimentTagsRepeated(name: String, keys: [String])
    case nameTaken(id: String, name: String, isDeleted: Bool)
    case experimentNotActive(id: String)
    case renameOfDeleted(id: String)
    case noRun(id: String)
    case runNotActive(id: String)
    case runNameDiffers(name: String, tag: String)
    case paramChanged(run: String, key: String, old: String, new: String)
    case paramsChanged(run: String, [ParamChange])
    case modelParamsChanged(model: String, keys: [String])
    case keysRepeated([String], of: String)
    case outputRepeated(run: String, model: String)
    case metricOfNoModel(id: String)
    case noTag(key: String, of: String)
    case noLoggedModel(id: String)
    case noLoggedModelTag(key: String, model: String)
    case artifactsElsewhere(uri: String)

    /// A parameter that was logged before with another value.
    public struct ParamChange: Sendable, Hashable {
        public var key: String
        public var old: String
        public var new: String

        public init(key: String, old: String, new: String) { (self.key, self.old, self.new) = (key, old, new) }
    }

    public var code: ErrorCode {
        switch self {
        case .noExperiment, .noExperimentNamed, .noRun, .noTag, .noLoggedModel, .noLoggedModelTag:
            .resourceDoesNotExist
        case .experimentExists, .experimentTagsRepeated: .resourceAlreadyExists
        case .renameOfDeleted: .invalidState
        case .nameTaken, .keysRepeated, .outputRepeated, .metricOfNoModel, .modelParamsChanged: .badRequest
        case .artifactsElsewhere: .notImplemented
        case .experimentNotActive, .runNotActive, .runNameDiffers, .paramChanged, .paramsChanged:
            .invalidParameterValue
        }
    }

    public var message: String {
        switch self {
        case .noExperiment(let id): return "No Experiment with id=\(id) exists"
        case .noExperimentNamed(let name): return "Could not find experiment with name '\(name)'"
        case .experimentExists(let name, let isDeleted):
            return "Experiment(name=\(name)) already exists"
                + (isDeleted ? " in deleted state. " + Self.mend(name) : ".")
        case .experimentTagsRepeated(let name, let keys):
            return "Experiment(name=\(name)) was not made: its tags already exist among themselves, "
                + "\(keys.map { "'\($0)'" }.joined(separator: ", ")) twice. Send one value a key."
        case .nameTaken(let id, let name, let isDeleted):
            return "Experiment \(id) was not renamed: Experiment(name=\(name)) already exists"
                + (isDeleted ? " in deleted state. " + Self.mend(name) : ".")
        case .experimentNotActive(let id):
            return "The experiment \(id) must be in the 'active' state. Current state is deleted."
        case .renameOfDeleted(let id): return "Cannot rename a non-active experiment. Restore experiment \(id) first."
        case .noRun(let id): return "Run with id=\(id) not found"
        case .runNotActive(let id):
            return "The run \(id) must be in the 'active' state. Current state is deleted."
        case .runNameDiffers(let name, let tag):
            return "Both 'run_name' argument and '\(Run.nameTag)' tag are specified, but with different values "
                + "(run_name='\(name)', \(Run.nameTag)='\(tag)')."
        case .paramChanged(let run, let key, let old, let new):
            return "Changing param values is not allowed. Param with key='\(key)' was already logged with "
                + "value='\(old)' for run ID='\(run)'. Attempted logging new value '\(new)'."
        case .paramsChanged(let run, let changes):
            let list = changes.map { "{'key': '\($0.key)', 'old_value': '\($0.old)', 'new_value': '\($0.new)'}" }
            return "Changing param values is not allowed. Params were already logged="
                + "'[\(list.joined(separator: ", "))]' for run ID='\(run)'."
        case .modelParamsChanged(let model, let keys):
            return "Changing param values is not allowed: model \(model) has other values for "
                + "\(keys.map { "'\($0)'" }.joined(separator: ", ")) already. Nothing was changed."
        case .keysRepeated(let keys, let what):
            return
                "\(what) was not made: its keys must be unique, and \(keys.map { "'\($0)'" }.joined(separator: ", ")) "
                + "came more than once. Send one value a key."
        case .outputRepeated(let run, let model):
            return "Model \(model) is an output of run \(run) already, at another step; nothing was changed."
        case .metricOfNoModel(let id):
            return "The metric was not logged: there is no logged model with ID '\(id)'. Make the model first."
        case .noTag(let key, let owner): return "No tag with name: \(key) in \(owner)"
        case .noLoggedModel(let id): return "Logged model with ID '\(id)' not found."
        case .noLoggedModelTag(let key, let model):
            return "No tag with key '\(key)' found for model with ID '\(model)'."
        case .artifactsElsewhere(let uri):
            return "The files at '\(uri)' are not in Martlet's artifact store, so it cannot list or serve them. "
                + "Read them with a client that reaches that address."
        }
    }

    /// How a name that a deleted experiment has is had again.
    private static func mend(_ name: String) -> String {
        let quoted = "'" + name.replacing("'", with: "'\\''") + "'"
        return "To use that experiment, restore it: martlet experiments restore \(quoted). "
            + "To give its name to another, remove it for good: martlet experiments purge \(quoted)."
    }
}
