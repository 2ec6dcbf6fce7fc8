import Crypto
package import MartletDomain

/// Where a feature's values come from, as `why` reports it.
package struct FeatureProvenance: Codable, Sendable, Equatable {
    package var feature: String
    package var view: String
    package var version: Int
    /// The source table as the definition names it; nil for what is computed from the caller's row and other features.
    package var table: String?
    /// `avg`, `latest`, `expression`, … (``FeatureDefinition/kind``).
    package var kind: String
    /// For an expression or a ratio, the names that it is computed from.
    package var inputs: [String]
    /// The view's identity (``FeatureView/planDigest``).
    package var planDigest: String
}

extension FeatureView {
    /// SHA-256 of ``FeatureView/canonicalPlan``, 64 hexadecimal digits.
    package var planDigest: String { Self.digest(canonicalPlan) }

    /// The identity of several views used together: SHA-256 of their plans as one JSON array, sorted by view name.
    package static func planDigest(of views: [FeatureView]) -> String {
        let plans = views.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }.map(\.canonicalPlan)
        return digest("[" + plans.joined(separator: ",") + "]")
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).hexadecimal
    }

    package var provenance: [FeatureProvenance] {
        let digest = planDigest
        return features.map { feature in
            FeatureProvenance(
                feature: feature.name, view: name, version: version,
                table: feature.definition.readsTable ? source?.table : nil, kind: feature.definition.kind,
                inputs: feature.definition.inputs, planDigest: digest)
        }
    }
}
