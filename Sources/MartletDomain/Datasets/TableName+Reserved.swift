extension TableName {
    /// The schema of the tables that Martlet keeps about itself, by which it can be held to account.
    public static let reservedSchema = "martlet"

    /// Whether only Martlet itself writes to it.
    public var isReserved: Bool { parts.dropLast().contains { $0.lowercased() == Self.reservedSchema } }
}

extension User {
    /// - Throws: ``ReservedTable`` unless the table is open to people.
    public func requireWrite(to table: TableName) throws(ReservedTable) {
        guard self == .martlet || !table.isReserved else { throw ReservedTable(table: table) }
    }
}

/// Somebody wants to change a table that tells what Martlet did.
public struct ReservedTable: MartletError, Equatable {
    public var table: TableName

    public init(table: TableName) { self.table = table }

    public var code: ErrorCode { .permissionDenied }
    public var message: String {
        "\(table) was not changed: tables below \(TableName.reservedSchema) are Martlet's own and tell what it did. Read "
            + "them as you like, and write to a table of another schema."
    }
}
