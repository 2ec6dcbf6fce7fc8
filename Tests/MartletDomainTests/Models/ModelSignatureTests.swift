import MartletDomain
import Testing

@Suite struct ModelSignatureTests {
    @Test func `The JSON is what MLflow's client writes, to the byte, for every type`() throws {
        // Printed by mlflow 3.17.2: Schema([ColSpec(…)]).to_json().
        let mlflow =
            #"[{"type": "boolean", "name": "boolean \"q' \u00e9", "required": true}, "#
            + #"{"type": "integer", "name": "i", "required": true}, {"type": "long", "name": "l", "required": true}, "#
            + #"{"type": "float", "name": "f", "required": true}, {"type": "double", "name": "d", "required": true}, "#
            + #"{"type": "string", "name": "s", "required": true}, {"type": "binary", "name": "b", "required": true}, "#
            + #"{"type": "datetime", "name": "t", "required": true}, "#
            + #"{"type": "long", "name": "opt", "required": false}]"#
        let schema = ModelSignature.Schema.columns([
            .init("boolean \"q' é", .boolean), .init("i", .integer), .init("l", .long), .init("f", .float),
            .init("d", .double), .init("s", .string), .init("b", .binary), .init("t", .datetime),
            .init("opt", .long, isRequired: false),
        ])
        #expect(schema.json == mlflow)
        #expect(try ModelSignature.Schema(json: mlflow) == schema)
        #expect(ModelSignature.Schema.columns([.init(nil, .double)]).json == #"[{"type": "double", "required": true}]"#)
    }

    @Test func `Tensors are read and written`() throws {
        let json = #"[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}]"#
        let schema = try ModelSignature.Schema(json: json)
        #expect(schema == .tensors([.init(elementType: "float32", shape: [-1, 3])]))
        #expect(schema.json == json)
    }

    @Test func `A type that is not known is refused by its column's name`() {
        let error = #expect(throws: InvalidRequest.self) {
            try ModelSignature.Schema(json: #"[{"type": "map", "name": "m"}, {"type": "array", "name": "n"}]"#)
        }
        #expect(error?.problems.count == 2)
        #expect(error?.problems.first?.contains("'m'") == true)
        #expect(throws: InvalidRequest.self) { try ModelSignature.Schema(json: "[{") }
    }
}
