import Foundation
import MartletDomain
import Metadata

extension Artifacts {
    /// Takes the files of runs or logged models out of the store, within the change that removes them: all or none.
    /// - Returns: Where they lie now, to be deleted when the change is committed.
    /// - Throws: ``ArtifactError/sealed(path:prefix:)``, ``RetentionError/filesInTheWay(_:id:reason:)``.
    func discard(_ items: [Deletable], in db: Transaction) throws -> [URL] {
        var moved: [(from: String, to: URL)] = []
        do {
            for item in items {
                if let (from, to) = try discard(item, in: db) { moved.append((from, to)) }
                db.note(item.id, "removed")
            }
        } catch {
            for (from, to) in moved.reversed() { try? FileSystem.move(to.path, to: from) }
            throw error
        }
        if !moved.isEmpty { db.note("change", "\(try db.next("artifact_change"))") }
        return moved.map(\.to)
    }

    private func discard(_ item: Deletable, in db: Transaction) throws -> (from: String, to: URL)? {
        guard let path = item.folder else { return nil }
        try db.requireUnsealed(path)
        if let sealed = try db.sealedBelow("\(path)") { throw ArtifactError.sealed(path: "\(path)", prefix: sealed) }
        let (target, bin) = (try localURL(path).path, temporaryURL())
        try db.execute(
            "DELETE FROM artifact_files WHERE path >= ? AND path < ?", [.text("\(path)/"), .text("\(path)0")])
        guard FileSystem.kind(of: target) != nil else { return nil }
        do {
            try FileSystem.move(target, to: bin.path)
        } catch let failure as FileSystem.Failure {
            throw RetentionError.filesInTheWay(item.kind, id: item.id, reason: failure.description)
        }
        return (target, bin)
    }

    /// Deletes what was taken out. What cannot be deleted now is cleared when the store is opened next.
    func empty(_ bin: [URL]) async {
        guard !bin.isEmpty else { return }
        try? await offTheCooperativePool { for url in bin { try? FileManager.default.removeItem(at: url) } }
    }
}
