import DeltaLake
import MartletDomain

/// Which version of a table was in memory when something was answered.
///
/// Memory holds a version of the table and, on top of it, pushes that come into the table later, several at a time. It can
/// be had again where a version holds exactly those.
struct TablePast {
    let table: DeltaTable
    let newest: Int64
    /// The last push that each version has.
    private var pushes: [Int64: Int64] = [:]

    init(table: DeltaTable, newest: Int64) { (self.table, self.newest) = (table, newest) }

    /// Nil where no version holds just that, or where it is no longer kept.
    mutating func version(_ state: LoggedAnswers.State) async -> Int64? {
        guard state.tableVersion >= 0, state.tableVersion <= newest else { return nil }
        var version = state.tableVersion
        guard var held = await pushes(in: version) else { return nil }
        while held < state.pushedThrough {
            // What somebody else wrote in between was not in memory.
            guard version < newest, let next = await pushes(in: version + 1), next > held else { return nil }
            (version, held) = (version + 1, next)
        }
        return held == state.pushedThrough || version == state.tableVersion ? version : nil
    }

    private mutating func pushes(in version: Int64) async -> Int64? {
        if let known = pushes[version] { return known }
        let found = try? await table.batches(at: version)[OnlineStore.batchID(.both)] ?? 0
        pushes[version] = found
        return found
    }
}
