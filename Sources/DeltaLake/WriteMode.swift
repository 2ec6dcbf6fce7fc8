/// What happens to the rows that are there, and which commits of others meanwhile do not matter.
enum WriteMode {
    /// They stay. Whatever others do to rows does not matter.
    case append
    /// They go. `since` is the version that the new rows were computed from: a later change of rows is a conflict.
    case overwrite(replacingSchema: Bool, since: Int64?)
    /// Those of these files go, and the new rows were computed from the table: a change of rows is a conflict, and so
    /// is that one of the files was taken away, even if its rows are in another now.
    case replace([AddFile])
    /// The new files hold the rows of these: only a change of these files is a conflict.
    case rearrange([AddFile])

    /// Whether the rows were chosen without a look at the table.
    var isAppend: Bool { if case .append = self { true } else { false } }

    /// Whether rows that somebody changed meanwhile make the new ones wrong.
    var readsRows: Bool {
        switch self {
        case .append, .rearrange: false
        case .overwrite, .replace: true
        }
    }

    /// Whether the table has the same rows afterwards.
    var changesRows: Bool { if case .rearrange = self { false } else { true } }

    /// Whether rows that are there may go.
    var removesRows: Bool { readsRows }

    /// Delta's word for what others may do meanwhile.
    var isolation: String { changesRows ? "Serializable" : "SnapshotIsolation" }

    var word: String {
        switch self {
        case .append: "Append"
        case .overwrite: "Overwrite"
        case .replace: "Replace"
        case .rearrange: "Rearrange"
        }
    }

    /// The files that it takes out of a table of these files.
    func removed(of files: [AddFile]) -> [AddFile] {
        switch self {
        case .append: []
        case .overwrite: files
        case .replace(let chosen), .rearrange(let chosen): chosen
        }
    }
}
