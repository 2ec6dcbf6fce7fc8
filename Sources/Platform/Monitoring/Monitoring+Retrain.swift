import Foundation
import MartletDomain

extension Monitoring {
    /// Trains the version's successor on everything known by the end of the window and registers it, gated like any other.
    /// - Returns: The training's run; nil when the version was not trained here.
    func retrain(_ look: Look, experiment: String, by caller: Caller) async throws -> String? {
        guard let runID = look.version.runID, let original = try await models.specification(ofRun: runID) else {
            return nil
        }
        let set = try await features.trainingSet(original.trainingSet)
        let rows = try await features.trainingSet(
            set.recipe, in: try TimeWindow(from: set.window.start, to: look.window.end),
            knownAt: look.knownAt, into: original.trainingSet.name, by: caller)
        var specification = original
        specification.trainingSet = rows.table
        // Its old holdout lies within the new training rows; a reviewer chooses a new one.
        specification.holdout = nil
        specification.registerAs = look.model
        specification.runName = "retrained after \(Instant(microseconds: look.window.end).description.prefix(10))"
        return try await models.train(specification, by: caller).runID
    }
}
