/// What a model takes and gives, in MLflow's words.
///
/// Source: MLflow, "Model Signatures and Input Examples"; the JSON is that of the `signature` block of a file `MLmodel`.
public struct ModelSignature: Sendable, Hashable {
    /// The type of one column. Raw values are MLflow's words.
    public enum ColumnType: String, Sendable, Hashable, Codable, CaseIterable {
        case boolean, integer, long, float, double, string, binary, datetime
    }

    public struct Column: Sendable, Hashable {
        /// Nil for a lone output without a name.
        public var name: String?
        public var type: ColumnType
        /// Whether a caller may leave it out.
        public var isRequired: Bool

        public init(_ name: String?, _ type: ColumnType, isRequired: Bool = true) {
            (self.name, self.type, self.isRequired) = (name, type, isRequired)
        }
    }

    /// An array without columns, as MLflow's client notes it for predictions.
    public struct Tensor: Sendable, Hashable {
        public var name: String?
        /// NumPy's word: `float32`.
        public var elementType: String
        /// Sizes of the dimensions; -1 is any.
        public var shape: [Int]

        public init(_ name: String? = nil, elementType: String, shape: [Int]) {
            (self.name, self.elementType, self.shape) = (name, elementType, shape)
        }
    }

    public enum Schema: Sendable, Hashable {
        case columns([Column])
        case tensors([Tensor])
    }

    public var inputs: Schema?
    public var outputs: Schema?
    /// MLflow's JSON of parameters at inference, kept as it came.
    public var parameters: String?

    public init(inputs: Schema?, outputs: Schema?, parameters: String? = nil) {
        (self.inputs, self.outputs, self.parameters) = (inputs, outputs, parameters)
    }

    public init(inputs: [Column], outputs: [Column]) {
        self.init(inputs: .columns(inputs), outputs: .columns(outputs))
    }

    /// The columns that it takes; empty if it takes tensors or says nothing.
    public var inputColumns: [Column] {
        if case .columns(let columns)? = inputs { columns } else { [] }
    }
}
