import Foundation

/// What an experiment may say about where its files go.
public enum ArtifactLocation {
    /// The longest, in Unicode scalars.
    public static let longest = 2_048

    /// Schemes whose addresses name a host that whoever reads them would connect to.
    ///
    /// Source: MLflow's policy on hosts in artifact locations (`mlflow/store/artifact/host_policy.py`, 3.18).
    private static let naming: Set<String> = [
        "ftp", "sftp", "hdfs", "viewfs", "http", "https", "mlflow-artifacts", "r2", "b2", "abfss",
    ]

    /// Everything that is wrong with `location`, each in a sentence; empty when nothing is.
    public static func problems(_ location: String) -> [String] {
        var problems: [String] = []
        let scheme = location.prefix { $0 != ":" }.lowercased()
        let isURL =
            location.contains(":")
            && scheme.unicodeScalars.allSatisfy {
                $0.isASCII && $0.properties.isAlphabetic || "0123456789+.-".unicodeScalars.contains($0)
            }
        if location.contains("#") {
            problems.append("'artifact_location' URL can't include fragments or params.")
        }
        if let query = location.firstIndex(of: "?").map({ String(location[$0...]) }), decoded(query).contains("..") {
            problems.append("Invalid query string")
        }
        if isURL, naming.contains(scheme), scheme != "mlflow-artifacts" || location.hasPrefix("mlflow-artifacts://") {
            problems.append(
                "'artifact_location' cannot use the '\(scheme)' scheme: it names a host other than this server, to which "
                    + "whoever reads the files would connect.")
        }
        if location.hasPrefix("runs:") {
            problems.append("Artifact location cannot be a runs:/ URI. Given: '\(location.prefix(500))'")
        }
        if location.unicodeScalars.count > longest {
            problems.append(
                "Invalid artifact path length. The length of the artifact path cannot be greater than \(longest) characters."
            )
        }
        return problems
    }

    /// With what is percent-encoded, however often, as it is meant.
    private static func decoded(_ text: String) -> String {
        var text = text
        for _ in 0..<10 {
            guard let next = text.removingPercentEncoding, next != text else { return text }
            text = next
        }
        return text
    }
}
