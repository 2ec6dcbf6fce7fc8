import MartletDomain
import Testing

struct SourceTests {
    @Test(arguments: [
        "/etc/passwd", "etc", "./x", "~", "file:///etc", "file:/etc", "file://host/etc", "FILE:///etc", "\tfile:/etc",
        "mlflow-artifacts:/1/../2", "mlflow-artifacts:/1/%2e%2e/2", "mlflow-artifacts:/1/%252E%252e/2",
        "mlflow-artifacts:/1/..%2f..%2f2", "mlflow-artifacts:/1/.%2e/2", "mlflow-artifacts:/a%00", "s3://b/../k",
        "s3://b/%2e%2e/k", "s3://b/./k", "s3://..", "s3://b", "s3:k", "http://h/x", "https://h/x", "ftp://h/x",
        "hdfs:/x", "mlflow-artifacts://host:1/x", "abfss://c@a/k", "s3://[/x", "runs:/", "models:", "",
    ])
    func `A source that is a file of the server, another host or leads astray is refused`(source: String) {
        #expect(throws: RegistryError.self) { try RegistryError.checkSource(source) }
    }

    @Test(arguments: [
        "s3://b/k", "s3://b/a b", "s3://b/+..+/", "s3://b/k/", "s3://b//k", "gs://b/ü", "dbfs:/x", "dummy:/m",
        "runs:/0a/model", "models:/m-1", "models:/a/1", "mlflow-artifacts:/1/run/artifacts/model", "s3://b/%zz",
    ])
    func `Other addresses may be sources`(source: String) throws { try RegistryError.checkSource(source) }

    @Test func `A source of the artifact store needs the run or model that it lies in`() throws {
        let root = SourceAddress("mlflow-artifacts:/1/0a/artifacts")
        let inside = "mlflow-artifacts:/1/0a/artifacts/model"
        try SourceClaim(runID: "0a").check(inside, root: root)
        try SourceClaim(runID: "0a").check("runs:/0a/model", root: nil)
        try SourceClaim(modelID: "m-1").check("models:/m-1", root: nil)
        let refused: [(SourceClaim, String, SourceAddress?)] = [
            (SourceClaim(), inside, nil), (SourceClaim(runID: ""), inside, nil),
            (SourceClaim(runID: "0b"), inside, nil),
            (SourceClaim(runID: "0a"), "mlflow-artifacts:/1/0a/artifactsX", root),
            (SourceClaim(runID: "0a"), "mlflow-artifacts:/1/0a", root),
            (SourceClaim(), "runs:/0a/model", nil), (SourceClaim(runID: "0b"), "runs:/0a/model", nil),
            (SourceClaim(runID: "0a"), "runs://0a/model", nil),
            (SourceClaim(runID: "0a", modelID: "m-1"), "runs:/0a/model", nil),
            (SourceClaim(), "models:/m-1", nil), (SourceClaim(modelID: "m-2"), "models:/m-1", nil),
            (SourceClaim(modelID: "m-1"), "models://h/m-1", nil),
        ]
        for (claim, source, root) in refused {
            #expect(throws: RegistryError.self, "\(claim) \(source)") { try claim.check(source, root: root) }
        }
    }

    @Test(
        arguments: [
            ("1", 1), (" 7 ", 7), ("+3", 3), ("-1", -1), ("007", 7), ("1_0", 10), ("١٢", 12),
            ("9223372036854775807", .max),
        ] as [(String, Int64)])
    func `A version's number is read as Python reads one`(text: String, number: Int64) throws {
        #expect(Int64(wholeNumber: text) == number)
        #expect(try ModelVersion.ID("m", text).version == number)
    }

    @Test(arguments: ["", " ", "a", "1.0", "1e0", "0x1", "1__0", "_1", "1_", "- 1", "9223372036854775808"])
    func `Anything else is no version`(text: String) { #expect(Int64(wholeNumber: text) == nil) }

    @Test func `Names that mean another one as a path are none`() {
        for name in [".", "..", "..x", " ", "\t"] { #expect(!RegistryNames.problems(knownModel: name).isEmpty) }
        for name in ["a..", ".a", " a", "~"] {
            #expect(RegistryNames.problems(model: name).isEmpty, "\(name)")
        }
        #expect(RegistryNames.problems(model: String(repeating: "ü", count: 256)).isEmpty)
        #expect(!RegistryNames.problems(model: String(repeating: "ü", count: 257)).isEmpty)
        #expect(!RegistryNames.problems(alias: "v१").isEmpty && !RegistryNames.problems(alias: "ⓥ1").isEmpty)
        #expect(RegistryNames.problems(alias: "²").isEmpty)
    }
}
