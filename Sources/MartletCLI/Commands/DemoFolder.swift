import Foundation
import MartletDomain

/// A folder that a demo may fill, and empty again if an earlier one filled it. Nobody else's folder is touched.
struct DemoFolder {
    let url: URL
    private var marker: URL { url.appending(path: ".martlet-demo") }

    init(_ url: URL) { self.url = url }

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
