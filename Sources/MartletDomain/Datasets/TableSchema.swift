/// The columns of a table, in order.
public struct TableSchema: Sendable, Hashable, Codable {
    public struct Field: Sendable, Hashable, Codable {
        public var name: String
        public var type: DataType
        public var nullable: Bool

        public init(_ name: String, _ type: DataType, nullable: Bool = true) {
            (self.name, self.type, self.nullable) = (name, type, nullable)
        }
    }

    public var fields: [Field]

    public init(_ fields: [Field]) { self.fields = fields }

    /// The field of that exact name.
    public subscript(name: String) -> Field? { fields.first { $0.name == name } }

    public var names: [String] { fields.map(\.name) }
}
