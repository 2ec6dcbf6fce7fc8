import Foundation

/// Files whose rows came into a table and went out of it, over one commit or several. One that came and went again, or
/// went and came again, is in neither.
struct ChangedFiles {
    private var came: [ExactText: (place: Int, file: AddFile)] = [:]
    private var went: [ExactText: (place: Int, file: AddFile)] = [:]
    private var count = 0

    init() {}

    /// What differs between two versions, whatever happened in between.
    init(from old: [AddFile], to new: [AddFile]) {
        for file in old { remove(file) }
        for file in new { add(file) }
    }

    var added: [AddFile] { came.values.sorted { $0.place < $1.place }.map(\.file) }
    var removed: [AddFile] { went.values.sorted { $0.place < $1.place }.map(\.file) }

    /// Takes in one commit. Files that it put into another arrangement, and no more, do not count.
    /// - Parameter before: The table as it was before the commit.
    mutating func apply(_ actions: [LogAction], to before: LogReplay) {
        var gone: Set<ExactText> = []
        for case let remove? in actions.map(\.remove) where remove.dataChange != false {
            guard let file = before.file(at: remove.path),
                file.deletionVector?.uniqueID == remove.deletionVector?.uniqueID
            else { continue }
            if gone.insert(Self.key(file)).inserted { self.remove(file) }
        }
        for case let add? in actions.map(\.add) where add.dataChange != false {
            if let file = before.file(at: add.path), !gone.contains(Self.key(file)) {
                // What is there already is said once more; a vector of deleted rows takes the place of another.
                if Self.key(file) == Self.key(add) { continue }
                self.remove(file)
            }
            self.add(add)
        }
    }

    private mutating func add(_ file: AddFile) {
        if went.removeValue(forKey: Self.key(file)) != nil { return }
        count += 1
        came[Self.key(file)] = (count, file)
    }

    private mutating func remove(_ file: AddFile) {
        if came.removeValue(forKey: Self.key(file)) != nil { return }
        count += 1
        went[Self.key(file)] = (count, file)
    }

    /// A path and the rows of it that are deleted.
    private static func key(_ file: AddFile) -> ExactText {
        ExactText((file.path.removingPercentEncoding ?? file.path) + "\u{0}" + (file.deletionVector?.uniqueID ?? ""))
    }
}
