import MartletDomain
import Testing

struct FeatureTableTests {
    private func declaration(
        _ keys: [String] = ["uei"], time: [String] = ["as_of"], columns: [(String, String)]? = nil
    ) -> FeatureTableDeclaration {
        let standard = [("uei", "string"), ("as_of", "timestamp"), ("rating", "double"), ("awards", "long")]
        return FeatureTableDeclaration(
            name: "risk.vendors", primaryKeys: keys, timeKeys: time,
            columns: (columns ?? standard).map { ColumnDeclaration($0.0, $0.1) })
    }

    private func codes(_ body: () throws -> Void) -> [FeatureIssue.Code] { issues(body).map(\.code) }

    private func issues(_ body: () throws -> Void) -> [FeatureIssue] {
        do {
            try body()
            return []
        } catch {
            return (error as? FeatureError)?.issues ?? []
        }
    }

    @Test func `A definition has a name of three parts and keys without nulls`() throws {
        let made = try declaration().definition()
        #expect(made.name.description == "main.risk.vendors")
        #expect(made.schema.fields.map(\.nullable) == [false, false, true, true])
        #expect(made.keys.rowKey == ["uei", "as_of"])
        #expect(made.keys.features(of: made.schema) == ["rating", "awards"])
    }

    @Test func `The time key may be among the primary keys, and is then taken out of them`() throws {
        let made = try declaration(["uei", "as_of"]).definition()
        #expect(made.keys.primaryKeys == ["uei"])
        #expect(made.keys.timeKey == "as_of")
        #expect(try made == declaration().definition())
    }

    @Test func `All problems of a declaration are told at once`() {
        var wrong = declaration(
            ["uei", "uei", "nobody"], time: ["as_of", "rating"],
            columns: [
                ("uei", "string"), ("as_of", "string"), ("rating", "double"), ("Rating", "double"), ("small", "byte"),
                ("odd", "hyperlog"), ("", "long"),
            ])
        wrong.name = "vendors/x"
        wrong.partitionColumns = ["gone"]
        wrong.tags = ["": "x"]
        let codes = codes { _ = try wrong.definition() }
        #expect(
            Set(codes) == [
                .invalidName, .duplicateName, .invalidDeclaration, .missingColumn, .typeMismatch,
            ])
        #expect(codes.count >= 9, "\(codes)")
    }

    @Test(arguments: [
        ([String](), ["as_of"]), (["as_of"], ["as_of"]), (["uei"], ["as_of", "rating"]),
    ])
    func `A table needs a key that is no time, and one time key at most`(keys: [String], times: [String]) {
        #expect(codes { _ = try declaration(keys, time: times).definition() }.contains(.invalidDeclaration))
    }

    @Test func `A column named with another case is pointed at`() {
        let issues = issues { _ = try declaration(["UEI"]).definition() }
        #expect(issues.map(\.code) == [.missingColumn])
        #expect(issues.first?.message.contains("'uei'") == true)
    }

    @Test(arguments: ["catalog..t", "t", "a b.c", "a.b.c.d", "a.b/c", "a.\u{7}b", ""])
    func `A name that cannot be a folder is refused`(name: String) {
        var wrong = declaration()
        wrong.name = name
        #expect(codes { _ = try wrong.definition() } == [.invalidName])
    }

    @Test func `Declared columns and those of the rows must be the same, in any order`() throws {
        let rows = TableSchema([
            .init("as_of", .timestamp), .init("awards", .long), .init("rating", .double), .init("uei", .string),
        ])
        #expect(try declaration().definition(withColumnsOf: rows).schema.names.first == "uei")
        let others = TableSchema([
            .init("as_of", .date), .init("rating", .double), .init("uei", .string), .init("extra", .long),
        ])
        #expect(
            codes { _ = try declaration().definition(withColumnsOf: others) } == [
                .typeMismatch, .missingColumn, .missingColumn,
            ])
        let nothing = FeatureTableDeclaration(name: "a.b", primaryKeys: ["uei"])
        #expect(codes { _ = try nothing.definition() }.contains(.invalidDeclaration))
    }

    @Test(arguments: [
        ("as_of", "long"), ("as_of", "string"), ("as_of", "double"),
    ])
    func `A time key is a timestamp or a date`(column: String, type: String) {
        let columns = [("uei", "string"), (column, type), ("rating", "double")]
        #expect(codes { _ = try declaration(columns: columns).definition() } == [.typeMismatch])
        #expect(
            codes { _ = try declaration(columns: [("uei", "string"), ("as_of", "date")]).definition() }.isEmpty)
    }

    @Test func `A table that is there is compared in every respect`() throws {
        let made = try declaration().definition()
        let table = FeatureTable(
            id: "x", name: made.name, keys: made.keys, description: "", tags: [:], dataSources: [], origin: .created,
            createdBy: "", createdAt: 0)
        #expect(table.differences(from: made, schema: made.schema).isEmpty)
        var other = declaration(
            ["awards"], time: [], columns: [("uei", "long"), ("awards", "long"), ("colour", "string")])
        other.partitionColumns = ["colour"]
        let differences = table.differences(from: try other.definition(), schema: made.schema)
        #expect(differences.count == 7, "\(differences)")
    }

    private func table(time: Bool = true) throws -> (FeatureTable, TableSchema) {
        let made = try declaration(time: time ? ["as_of"] : []).definition()
        let table = FeatureTable(
            id: "x", name: made.name, keys: made.keys, description: "", tags: [:], dataSources: [], origin: .created,
            createdBy: "", createdAt: 0)
        return (table, made.schema)
    }

    @Test func `New columns of rows come behind those of the table and allow nulls`() throws {
        let (table, schema) = try table()
        let rows = TableSchema([.init("size", .long)] + schema.fields.reversed())
        let after = try table.schema(afterWriting: rows, .merge, to: schema)
        #expect(after.names == ["uei", "as_of", "rating", "awards", "size"])
        #expect(after["size"]?.nullable == true)
        #expect(after["uei"]?.nullable == false)
    }

    @Test func `Rows of a table with times must have every column, others may lack features in a merge`() throws {
        let (timed, schema) = try table()
        let short = TableSchema(schema.fields.filter { $0.name != "awards" })
        #expect(codes { _ = try timed.schema(afterWriting: short, .merge, to: schema) } == [.missingColumn])
        let (plain, _) = try table(time: false)
        #expect(codes { _ = try plain.schema(afterWriting: short, .merge, to: schema) }.isEmpty)
        #expect(codes { _ = try plain.schema(afterWriting: short, .overwrite, to: schema) } == [.missingColumn])
        let keyless = TableSchema(schema.fields.filter { $0.name != "uei" })
        #expect(codes { _ = try plain.schema(afterWriting: keyless, .merge, to: schema) } == [.missingColumn])
    }

    @Test func `Another type and names that differ by case are refused together`() throws {
        let (table, schema) = try table()
        let rows = TableSchema([
            .init("uei", .long), .init("as_of", .timestamp), .init("rating", .float), .init("awards", .long),
            .init("Awards", .long), .init("x", .long), .init("X", .long),
        ])
        let codes = codes { _ = try table.schema(afterWriting: rows, .merge, to: schema) }
        #expect(codes.filter { $0 == .typeMismatch }.count == 2)
        #expect(codes.filter { $0 == .duplicateName }.count == 3)
    }

    @Test func `Refused rows are named, the first twenty and how many more`() {
        let rows = (1...25).map { FeatureRowProblems.Row(number: Int64($0), key: "(A)") }
        let problems = FeatureRowProblems(
            key: ["uei"], nulls: [.init(number: 7, key: "(NULL)")], nullCount: 1, duplicates: rows, duplicateCount: 25)
        #expect(problems.issues.map(\.code) == [.nullKey, .duplicateKey])
        #expect(problems.issues[0].message.contains("row 7 (NULL)"))
        #expect(problems.issues[1].message.contains("row 20 (A); and 5 more"))
    }
}
