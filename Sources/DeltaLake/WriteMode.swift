/// What happens to the rows that are there.
enum WriteMode: Equatable {
    case append
    /// They go. `since` is the version that the new rows were computed from: a later change of rows is a conflict.
    case overwrite(replacingSchema: Bool, since: Int64?)

    var word: String { self == .append ? "Append" : "Overwrite" }
}
