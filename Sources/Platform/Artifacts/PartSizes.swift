import Foundation
import Synchronization

/// How large the parts are that wait for each open upload, so that no part looks at all those before it.
///
/// What is known of an upload is read once from its folder. Asked in the upload's turn.
final class PartSizes: Sendable {
    /// In bytes.
    private struct Sizes: Sendable {
        var byNumber: [Int: Int64] = [:]
        var total: Int64 = 0
    }

    private let uploads = Mutex<[String: Sizes]>([:])

    /// The size of all parts when `number` has `size`, and whether such a part waits already.
    func total(of id: String, in folder: URL, with number: Int, of size: Int64) -> (bytes: Int64, isThere: Bool) {
        let sizes = uploads.withLock { $0[id] } ?? read(id, in: folder)
        return (sizes.total - (sizes.byNumber[number] ?? 0) + size, sizes.byNumber[number] != nil)
    }

    /// Notes that a part came, or came again; `total(of:in:with:of:)` was asked before.
    func note(_ size: Int64, of number: Int, of id: String) {
        uploads.withLock { uploads in
            let before = uploads[id]?.byNumber.updateValue(size, forKey: number) ?? 0
            uploads[id]?.total += size - before
        }
    }

    func forget(_ id: String) { uploads.withLock { $0[id] = nil } }

    private func read(_ id: String, in folder: URL) -> Sizes {
        var sizes = Sizes()
        for part in Part.inFolder(folder) {
            sizes.total += part.size - (sizes.byNumber.updateValue(part.size, forKey: part.number) ?? 0)
        }
        let found = sizes
        uploads.withLock { $0[id] = found }
        return found
    }
}
