import Foundation
import Synchronization

/// How far this process has read a file, told five times a second: the engine that reads it does not say so itself.
///
/// Source: proc(5), `/proc/[pid]/fdinfo`. Where there is no such folder nothing is told until the end.
final class ReadProgress: Sendable {
    private let isStopped = Mutex(false)
    private let tell: @Sendable (Int64, Int64) -> Void
    private let total: Int64

    init(of file: URL, total: Int64, _ tell: @escaping @Sendable (Int64, Int64) -> Void) {
        (self.tell, self.total) = (tell, total)
        let thread = Thread { [weak self] in
            while let progress = self, !progress.isStopped.withLock({ $0 }) {
                if let position = Self.position(of: file.path) { tell(min(position, total), total) }
                Thread.sleep(forTimeInterval: 0.2)
            }
        }
        thread.name = "read progress"
        thread.start()
    }

    /// Tells for the last time: all of it.
    func stop() {
        isStopped.withLock { $0 = true }
        tell(total, total)
    }

    /// The least position of those who have the file open; who computes its digest is ahead of who reads its rows.
    private static func position(of path: String) -> Int64? {
        let folder = "/proc/self/fd"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        return names.compactMap { name -> Int64? in
            guard (try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/" + name)) == path,
                let text = try? String(contentsOfFile: "/proc/self/fdinfo/" + name, encoding: .utf8),
                let line = text.split(separator: "\n").first(where: { $0.hasPrefix("pos:") })
            else { return nil }
            return Int64(line.dropFirst(4).trimmingCharacters(in: .whitespaces))
        }.min()
    }
}
