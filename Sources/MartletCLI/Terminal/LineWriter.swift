import Foundation
import MartletDomain

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Writes much text in pieces of a sensible size: to standard output, or to a file that is there when it is whole.
final class LineWriter {
    private let handle: FileHandle
    private let files: (temporary: URL, final: URL)?
    private var waiting = Data()

    /// Writes to standard output.
    init() { (handle, files) = (.standardOutput, nil) }

    /// - Throws: ``CommandRefusal`` when the file cannot be made.
    init(file: URL) throws {
        let temporary = file.deletingLastPathComponent().appending(path: ".\(file.lastPathComponent).\(UUID()).part")
        guard FileManager.default.createFile(atPath: temporary.path, contents: nil),
            let handle = try? FileHandle(forWritingTo: temporary)
        else {
            throw CommandRefusal(
                code: .invalidParameterValue, message: "\(file.path) cannot be written: is its folder there?")
        }
        (self.handle, files) = (handle, (temporary, file))
    }

    func write(_ text: String) throws {
        waiting.append(contentsOf: text.utf8)
        if waiting.count >= 1 << 16 { try flush() }
    }

    /// Writes the rest and, of a file, gives it its name.
    func end() throws {
        try flush()
        guard let files else { return }
        try handle.close()
        guard rename(files.temporary.path, files.final.path) == 0 else {
            throw CommandRefusal(code: .invalidParameterValue, message: "\(files.final.path) cannot be replaced.")
        }
    }

    /// Takes a file away that was not ended.
    func discard() {
        guard let files else { return }
        try? handle.close()
        try? FileManager.default.removeItem(at: files.temporary)
    }

    private func flush() throws {
        guard !waiting.isEmpty else { return }
        try handle.write(contentsOf: waiting)
        waiting.removeAll(keepingCapacity: true)
    }
}
