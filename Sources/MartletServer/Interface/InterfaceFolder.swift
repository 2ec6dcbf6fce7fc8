import Foundation
package import MartletDomain

/// The files of MLflow's own web interface, in the folder where Python installed them.
///
/// What may be served is what was there when the server started: a request names one of those files or nothing.
package struct InterfaceFolder: Sendable {
    /// The folder that holds `index.html`.
    let root: URL
    /// Paths within the folder, with slashes.
    private let files: Set<String>

    private static let greatestCount = 20_000

    /// - Parameter path: An installed `mlflow` package's folder, or its `server/js/build`.
    /// - Throws: ``InterfaceError``
    package init(at path: String) throws {
        let asked = URL(filePath: (path as NSString).expandingTildeInPath, directoryHint: .isDirectory)
        let candidates = ["", "server/js/build", "mlflow/server/js/build", "js/build", "build"].map {
            $0.isEmpty ? asked : asked.appending(path: $0, directoryHint: .isDirectory)
        }
        guard let root = candidates.first(where: { Self.holdsPage($0) }) else {
            throw InterfaceError.notThere(path: path)
        }
        self.root = root
        var files: Set<String> = []
        guard let found = FileManager.default.enumerator(atPath: root.path) else {
            throw InterfaceError.notThere(path: path)
        }
        while let name = found.nextObject() as? String {
            var isFolder: ObjCBool = false
            let file = root.appending(path: name).path
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue else {
                continue
            }
            files.insert(name)
            guard files.count <= Self.greatestCount else { throw InterfaceError.tooManyFiles(path: root.path) }
        }
        self.files = files
    }

    private static func holdsPage(_ folder: URL) -> Bool {
        // The build of MLflow's interface and nothing else that has an index.html.
        ["index.html", "static/js"].allSatisfy {
            FileManager.default.fileExists(atPath: folder.appending(path: $0).path)
        }
    }

    /// A file and what is known of it now; nil when there is none of that name.
    /// - Parameter name: Its path within the folder, decoded.
    func file(_ name: String) -> InterfaceFile? {
        guard files.contains(name) else { return nil }
        let url = root.appending(path: name)
        let facts = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
        guard let facts, let size = facts[.size] as? NSNumber, let changed = facts[.modificationDate] as? Date else {
            return nil
        }
        return InterfaceFile(url: url, size: size.int64Value, changedAt: changed)
    }
}

struct InterfaceFile: Sendable {
    var url: URL
    /// In bytes.
    var size: Int64
    var changedAt: Date

    var eTag: String { "\"\(UInt64(max(0, changedAt.timeIntervalSince1970 * 1_000)))-\(size)\"" }

    /// By the name's ending.
    var contentType: String {
        switch url.pathExtension.lowercased() {
        case "html": "text/html; charset=utf-8"
        case "js", "mjs": "text/javascript; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "json", "map": "application/json"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "jpg", "jpeg": "image/jpeg"
        case "gif": "image/gif"
        case "webp": "image/webp"
        case "ico": "image/vnd.microsoft.icon"
        case "woff": "font/woff"
        case "woff2": "font/woff2"
        case "ttf": "font/ttf"
        case "wasm": "application/wasm"
        case "txt": "text/plain; charset=utf-8"
        case "mp4": "video/mp4"
        default: "application/octet-stream"
        }
    }
}

/// Why MLflow's interface cannot be served.
package enum InterfaceError: MartletError, Equatable {
    case notThere(path: String)
    case tooManyFiles(path: String)

    package var code: ErrorCode { .invalidParameterValue }

    /// The command that prints an installed package's folder.
    package static let findCommand =
        "python3 -c 'import importlib.util as u; print(u.find_spec(\"mlflow\").submodule_search_locations[0])'"

    package var message: String {
        switch self {
        case .notThere(let path):
            "MLflow's interface is not in \(path): neither there nor in its server/js/build is an index.html with a folder "
                + "static/js beside it. Name the folder of an installed mlflow package, which this prints: "
                + Self.findCommand
        case .tooManyFiles(let path):
            "\(path) holds too many files to be MLflow's interface. Name the folder of an installed mlflow package, which "
                + "this prints: " + Self.findCommand
        }
    }
}
