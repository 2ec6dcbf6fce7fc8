import Foundation
import MartletDomain

/// Who runs this program, and which: what MLflow's client writes to each run that it starts.
struct RunContext: Sendable {
    var user: String
    /// The program, as it was called.
    var source: String

    /// Who: by the variables that MLflow looks at in turn, else by the operating system.
    static var current: RunContext {
        let environment = ProcessInfo.processInfo.environment
        let named = ["MLFLOW_TRACKING_USERNAME", "LOGNAME", "USER", "LNAME", "USERNAME"]
            .compactMap { environment[$0] }.first { !$0.isEmpty }
        return RunContext(user: named ?? NSUserName(), source: CommandLine.arguments.first ?? "<console>")
    }

    var tags: [String: String] {
        [Run.userTag: user, "mlflow.source.name": source, "mlflow.source.type": "LOCAL"]
    }
}
