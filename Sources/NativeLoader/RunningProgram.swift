package import Foundation

/// The program that runs.
package enum RunningProgram {
    /// Its file, whatever name it was called by: a program that is found by `PATH` is called by its bare name.
    package static let file: URL = {
        let link = "/proc/self/exe"
        let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: path).resolvingSymlinksInPath()
    }()
}
