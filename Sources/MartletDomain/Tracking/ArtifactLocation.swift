import Foundation

/// What an experiment may say about where its files go.
public enum ArtifactLocation {
    /// The longest, in Unicode scalars.
    public static let longest = 2_048

    /// Everything that is wrong with `location`, each in a sentence; empty when nothing is.
    public static func problems(_ location: String) -> [String] {
        var problems: [String] = []
        let address = SourceAddress(location)
        if location.contains("#") {
            problems.append("'artifact_location' URL can't include fragments or params.")
        }
        if let query = location.firstIndex(of: "?").map({ String(location[$0...]) }), decoded(query).contains("..") {
            problems.append("Invalid query string")
        }
        // Ours have one slash; with two, what comes next is a host, or lacks one.
        if address.choosesHost || location.hasPrefix("mlflow-artifacts://") {
            problems.append(
                "'artifact_location' cannot use the '\(address.scheme)' scheme: it names a host other than this "
                    + "server, to which whoever reads the files would connect.")
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

    /// A place below `location`: a URL's query stays at the end.
    public static func appending(_ path: String, to location: String) -> String {
        let isURL = location.contains(":")
        let end = (isURL ? location.firstIndex(of: "?") : nil) ?? location.endIndex
        let folder = location[..<end]
        return folder + (folder.hasSuffix("/") ? "" : "/") + path + location[end...]
    }

    /// A relative path, also behind `file:`, as the absolute one that it means to a server that runs in `folder`; any other
    /// location as it is.
    ///
    /// Each client would take it as relative to its own folder.
    public static func resolved(_ location: String, in folder: String) -> String {
        let isFile = location.hasPrefix("file:")
        let path = isFile ? location.dropFirst("file:".count) : location[...]
        guard !path.hasPrefix("/"), !path.contains(":") else { return location }
        let names = path.split(separator: "/").filter { $0 != "." }
        let absolute = ([folder == "/" ? "" : folder] + names.map(String.init)).joined(separator: "/")
        return isFile ? "file://\(absolute)" : absolute
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
