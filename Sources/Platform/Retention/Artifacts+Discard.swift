import MartletDomain
import Metadata

extension Artifacts {
    /// Takes the files of runs or logged models out of the store, within the change that removes them: all or none.
    /// - Parameter id: What ``changeFiles(_:by:_:)`` lends the change.
    /// - Throws: ``ArtifactError/sealed(path:prefix:)``, ``RetentionError/filesInTheWay(_:id:reason:)``.
    func discard(_ items: [Deletable], for id: String, in db: Transaction) throws {
        for item in items {
            db.note(item.id, "removed")
            guard let path = item.folder else { continue }
            try db.requireUnsealed(path)
            if let sealed = try db.sealedBelow("\(path)") {
                throw ArtifactError.sealed(path: "\(path)", prefix: sealed)
            }
            _ = try localURL(path)
            try db.execute(
                "DELETE FROM artifact_files WHERE path >= ? AND path < ?", [.text("\(path)/"), .text("\(path)0")])
        }
        do {
            guard let change = try bin.take(items.compactMap(\.folder), for: id, in: db) else { return }
            db.note("change", "\(change)")
        } catch let failure as FileSystem.Failure {
            let stuck = items.first { item in item.folder.map { failure.path.hasSuffix("/\($0)") } ?? false }
            guard let item = stuck ?? items.first else { throw failure }
            throw RetentionError.filesInTheWay(item.kind, id: item.id, reason: failure.description)
        }
    }
}
