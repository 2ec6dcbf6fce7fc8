import Foundation
import MartletDomain

/// A folder that a demo may fill, and empty again if an earlier one filled it. Nobody else's folder is touched.
struct DemoFolder {
    let url: URL
    private var marker: URL { url.appending(path: ".martlet-demo") }

    init(_ url: URL) { self.url = url }

    /// Keeps a token for whoever looks at the demo afterwards; a workspace of one's own stores none.
    func keep(token: String, of name: String) throws {
        let folder = url.appending(path: "tokens")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let made = FileManager.default.createFile(
            atPath: folder.appending(path: name).path, contents: Data((token + "\n").utf8),
            attributes: [.posixPermissions: 0o600])
        guard made else { throw InvalidRequest("A token could not be kept in \(folder.path).") }
    }

    func prepare() throws {
        let manager = FileManager.default
        if manager.fileExists(atPath: url.path) {
            let contents = try manager.contentsOfDirectory(atPath: url.path)
            guard contents.isEmpty || manager.fileExists(atPath: marker.path) else {
                throw InvalidRequest(
                    "\(url.path) is not a demo's folder, so nothing in it was touched. Name another with --workspace DIR."
                )
            }
            try manager.removeItem(at: url)
        }
        try manager.createDirectory(at: url, withIntermediateDirectories: true)
        try Data().write(to: marker)
    }
}
