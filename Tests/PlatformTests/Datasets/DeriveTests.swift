import Foundation
import MartletDomain
import Platform
import QueryEngine
import TestKit
import Testing

struct DeriveTests {
    private func derive(
        _ platform: Platform, _ sql: String, _ inputs: [String: String] = ["s": "shop.sales"],
        versions: [String: Int64] = [:]
    ) async throws -> DatasetVersion {
        try await platform.datasets.derive(
            TableName("shop.derived"), selecting: sql, from: inputs.mapValues { try TableName($0) }, versions: versions,
            .overwrite, by: .anyone)
    }

    @Test func `A derived table records the exact versions it was computed from`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: "shop.sales")
            try await platform.importText("id\n2\n", as: "shop.sales", .append)
            try await platform.importText("id,name\n1,a\n2,b\n", as: "shop.names")
            let sql = "SELECT s.id, n.name FROM s JOIN names AS n USING (id)"
            let inputs = ["s": "shop.sales", "names": "shop.names"]
            let made = try await derive(platform, sql, inputs)
            #expect(Set(made.inputs.map(\.description)) == ["shop.sales@1", "shop.names@0"])
            #expect(made.rowCount == 2 && made.source == sql && made.operation == .derived)
            let old = try await derive(platform, sql, inputs, versions: ["s": 0])
            #expect(Set(old.inputs.map(\.description)) == ["shop.sales@0", "shop.names@0"] && old.rowCount == 1)
            let history = try await platform.datasets.history(TableName("shop.derived"))
            #expect(history.map { Set($0.inputs) } == [Set(old.inputs), Set(made.inputs)])
        }
    }

    @Test func `SQL reads and writes nothing outside the workspace's tables`() async throws {
        try await withTemporaryFolder { outside in
            try Data("id\n1\n".utf8).write(to: outside.appending(path: "secret.csv"))
            try await withWorkspace { platform in
                try await platform.importText("id\n1\n", as: "shop.sales")
                let (path, folder) = (outside.path, platform.workspace.folder.path)
                for sql in [
                    "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')",
                    "SELECT * FROM '/etc/passwd'", "SELECT * FROM read_blob('\(path)/secret.csv')",
                    "SELECT * FROM '\(path)/secret.csv'", "SELECT * FROM glob('/etc/*')",
                    "SELECT * FROM read_text('\(folder)/audit/log.key')",
                    "SELECT * FROM read_blob('\(folder)/metadata.sqlite')",
                    "SELECT * FROM read_text('\(folder)/tables/../audit/log.key')",
                    "SELECT * FROM read_text('\(folder)/martlet.yaml')",
                    // Within the workspace, but past the record of what was read.
                    "SELECT * FROM read_parquet('\(folder)/tables/shop/sales/*.parquet')",
                    "SELECT * FROM '\(folder)/tables/shop/sales/*.parquet'",
                    "SELECT * FROM glob('\(folder)/tables/**')",
                    "SELECT (SELECT count(*) FROM read_parquet('\(folder)/tables/shop/sales/*.parquet')) AS n FROM s",
                    "WITH \"\(folder)/tables/x.parquet\" AS (SELECT 1) SELECT * FROM '\(folder)/tables/x.parquet'",
                    "SELECT * FROM query('SELECT 1')", "SELECT * FROM duckdb_settings()",
                    "SELECT * FROM information_schema.tables",
                    "SELECT * FROM (DESCRIBE s)",
                    "COPY (SELECT 1) TO '\(path)/out.csv'", "COPY s TO '\(path)/out.csv'",
                    "EXPORT DATABASE '\(path)/db'",
                    "ATTACH '\(path)/out.db'", "ATTACH '\(folder)/metadata.sqlite' (TYPE sqlite)",
                    "INSTALL httpfs", "LOAD httpfs", "SELECT * FROM 'https://localhost:1/x.csv'",
                    "SET enable_external_access = true", "SET allowed_directories = ['/']", "PRAGMA database_list",
                    "SELECT 1; COPY (SELECT 1) TO '\(path)/out.csv'", "SELECT 1) TO '\(path)/out.csv'; --",
                    "CREATE TABLE t AS SELECT 1", "DROP VIEW s", "INSERT INTO s SELECT 2", "DELETE FROM s",
                    "SELECT getenv('HOME')", "SELECT random() AS x FROM s", "SELECT id, now() AS x FROM s",
                    "SELECT current_timestamp AS x FROM s", "SELECT uuid() AS x FROM s", "", ";", "SELECT",
                    "SELECT * FROM nowhere", "SELECT 1 AS a, 2 AS a",
                ] {
                    let error = await #expect(throws: (any Error).self, "\(sql)") { try await derive(platform, sql) }
                    #expect(error is any MartletError, "\(sql): \(String(describing: error))")
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: path) == ["secret.csv"])
                #expect(try await platform.datasets.names().map(\.description) == ["shop.sales"])
                // What was refused left nothing behind for who comes next.
                let made = try await derive(platform, "SELECT id + 1 AS id FROM s;")
                #expect(made.rowCount == 1 && made.inputs.map(\.description) == ["shop.sales@0"])
            }
        }
    }

    @Test(arguments: [
        "WITH t AS (SELECT id FROM s), u AS (SELECT * FROM t) SELECT count(*) AS n FROM u",
        "SELECT a.id FROM s AS a JOIN (SELECT * FROM S) AS b USING (id) -- a comment",
        "SELECT range AS n FROM range(10)",
        "SELECT unnest([1, 2]) AS n", "FROM s SELECT id", "SELECT id FROM s UNION ALL SELECT id FROM s",
        "SELECT id, row_number() OVER (ORDER BY id) AS n FROM s WHERE EXISTS (SELECT 1 FROM s)", "VALUES (1, 'a')",
    ])
    func `Whatever SQL can say of its inputs is computed`(sql: String) async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: "shop.sales")
            #expect(try await derive(platform, sql).rowCount > 0)
        }
    }

    @Test func `Input names may be any text, and take nothing but their own tables`() async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n", as: "shop.sales")
            let odd = "a\"; DROP VIEW s; --"
            let made = try await derive(
                platform, "SELECT x.id FROM \"a\"\"; DROP VIEW s; --\" AS x JOIN s USING (id)",
                [odd: "shop.sales", "s": "shop.sales"])
            #expect(made.rowCount == 1 && Set(made.inputs).count == 1)
            await #expect(throws: DatasetError.self) {
                try await derive(platform, "SELECT * FROM t", ["t": "shop.none"])
            }
            await #expect(throws: (any Error).self) {
                try await derive(platform, "SELECT * FROM s", versions: ["s": 9])
            }
        }
    }

    @Test(arguments: [
        "SELECT current_date() AS d FROM s", "SELECT age(TIMESTAMP '2024-01-01') AS a FROM s",
        "SELECT * FROM s USING SAMPLE 1", "SELECT * FROM s TABLESAMPLE bernoulli(50%)", "SELECT random() AS r FROM s",
        "SELECT current_schema() AS c FROM s",
    ]) func `SQL that gives another table another time is not run`(sql: String) async throws {
        try await withWorkspace { platform in
            try await platform.importText("id\n1\n2\n", as: "shop.sales")
            await #expect(throws: InvalidRequest.self) { try await derive(platform, sql) }
            let steady =
                "SELECT *, age(TIMESTAMP '2024-01-02', TIMESTAMP '2024-01-01')::VARCHAR AS a FROM s "
                + "USING SAMPLE reservoir(1 ROWS) REPEATABLE (7)"
            #expect(try await derive(platform, steady).rowCount == 1)
        }
    }
}
