import MartletDomain

/// What may become of the columns of a table without its files being written anew: columns that allow nulls may come
/// behind the others, and a column may begin to allow nulls.
enum SchemaChange {
    /// Every reason why `new` cannot take the place of `old`; empty when it can.
    static func problems(from old: TableSchema, to new: TableSchema) -> [String] {
        var problems = SchemaString.problems(in: new)
        for field in old.fields {
            guard let now = new[field.name] else {
                problems.append(
                    "column '\(field.name)' would be dropped: keep it, or overwrite the table with a new schema")
                continue
            }
            if now.type != field.type {
                problems.append(
                    "column '\(field.name)' is \(field.type) and would become \(now.type): keep its type and add "
                        + "another column, or overwrite the table with a new schema")
            }
            if field.nullable && !now.nullable {
                problems.append(
                    "column '\(field.name)' allows nulls and would not any more: its rows may hold some, so keep it so")
            }
        }
        for field in new.fields where old[field.name] == nil && !field.nullable {
            problems.append(
                "column '\(field.name)' is new and would allow no nulls, but the rows that are there have none of it: "
                    + "let it allow nulls")
        }
        let kept = new.names.filter { old[$0] != nil }
        if kept != old.names.filter({ new[$0] != nil }) || Array(new.names.prefix(kept.count)) != kept {
            problems.append(
                "the columns would come in another order: keep \(old.names.joined(separator: ", ")), then the new ones")
        }
        return problems
    }

    /// What somebody else did to the definition of a table, for whoever comes too late; empty when nothing.
    static func words(from old: TableState, to new: TableState) -> [String] {
        var words: [String] = []
        if old.versions != new.versions { words.append("changed the protocol") }
        let (before, after) = (old.schema, new.schema)
        words += after.fields.filter { before[$0.name] == nil }.map { "added column '\($0.name)'" }
        words += before.fields.filter { after[$0.name] == nil }.map { "dropped column '\($0.name)'" }
        for field in before.fields {
            guard let now = after[field.name], now != field else { continue }
            words.append("changed column '\(field.name)' from \(text(field)) to \(text(now))")
        }
        if old.metadata.partitionColumns != new.metadata.partitionColumns {
            words.append("partitioned the table by other columns")
        }
        let (properties, others) = (old.metadata.configuration ?? [:], new.metadata.configuration ?? [:])
        let changed = Set(properties.keys).union(others.keys).filter { properties[$0] != others[$0] }.sorted()
        words += changed.map { "changed property '\($0)'" }
        if words.isEmpty, old.metadata != new.metadata { words.append("changed the description of the table") }
        return words
    }

    private static func text(_ field: TableSchema.Field) -> String {
        "\(field.type)\(field.nullable ? "" : " without nulls")"
    }
}
