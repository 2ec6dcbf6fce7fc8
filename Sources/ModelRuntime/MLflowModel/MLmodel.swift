package import Foundation
package import MartletDomain

/// The file `MLmodel` at the root of a model folder, as MLflow 3 writes it.
///
/// Source: MLflow's guide, "MLflow Models", section "Storage Format", and files that its client wrote.
package struct MLmodel: Sendable, Equatable {
    /// A value of a flavor's settings.
    package indirect enum Setting: Sendable, Equatable {
        case text(String)
        case null
        case group([String: Setting])

        package var text: String? { if case .text(let text) = self { text } else { nil } }
        package subscript(key: String) -> Setting? { if case .group(let members) = self { members[key] } else { nil } }
    }

    /// Where the example rows lie, relative to the folder.
    package struct InputExample: Sendable, Equatable {
        package var artifactPath: String
        package var servingInputPath: String?
        package var type: String

        package init(artifactPath: String, servingInputPath: String?, type: String) {
            (self.artifactPath, self.servingInputPath, self.type) = (artifactPath, servingInputPath, type)
        }
    }

    /// How the folder can be opened: `python_function` for anybody, `xgboost` for those who know it.
    package var flavors: [String: Setting]
    package var signature: ModelSignature?
    package var inputExample: InputExample?
    package var modelUUID: String?
    /// Of MLflow 3's logged model: `m-…`.
    package var modelID: String?
    package var runID: String?
    package var artifactPath: String?
    package var modelSizeInBytes: Int?
    package var mlflowVersion: String?
    /// UTC, `2026-01-31 23:59:59.123456`.
    package var utcTimeCreated: String?

    package init(flavors: [String: Setting]) { self.flavors = flavors }

    /// The names of its flavors, sorted.
    package var flavorNames: [String] { flavors.keys.sorted() }
}

/// Who a model is: what a tracking server knows it by.
package struct ModelIdentity: Sendable, Equatable {
    package var modelUUID: String
    package var modelID: String?
    package var runID: String?
    package var artifactPath: String?
    package var timeCreated: Date

    package init(
        modelUUID: String? = nil, modelID: String? = nil, runID: String? = nil, artifactPath: String? = nil,
        timeCreated: Date = Date()
    ) {
        let random = UUID().uuidString.lowercased().filter { $0 != "-" }
        self.modelUUID = modelUUID ?? modelID ?? random
        (self.modelID, self.runID, self.artifactPath) = (modelID, runID, artifactPath)
        self.timeCreated = timeCreated
    }

    /// As Python prints a time with microseconds.
    var utcTimeCreated: String {
        let bounded = min(max(timeCreated.timeIntervalSince1970, 0), 253_402_300_799)
        let microseconds = Int((bounded * 1_000_000).rounded())
        let (seconds, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        let (days, time) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let date = Date(timeIntervalSince1970: Double(days) * 86_400).formatted(.iso8601.year().month().day())
        let clock = String(format: "%02d:%02d:%02d.%06d", time / 3600, time / 60 % 60, time % 60, rest)
        return "\(date) \(clock)"
    }
}
