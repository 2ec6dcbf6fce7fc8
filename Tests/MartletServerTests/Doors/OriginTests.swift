import HTTPTypes
import Testing
import TestKit

struct OriginTests {
    @Test func `A page of another site cannot drive the server through somebody's browser`() async throws {
        try await withServer { server in
            let path = "/api/2.0/mlflow/experiments/search?max_results=1"
            for origin in ["https://elsewhere.example", "http://localhost.elsewhere.example", "null", "http://"] {
                let answer = try await server.ask(.get, path, headers: [.origin: origin])
                #expect(answer.status == 403, "\(origin)")
                #expect(try answer.json()["error_code"] == "PERMISSION_DENIED")
            }
            #expect(try await server.ask(.get, path, headers: [.origin: "http://localhost"]).status == 200)
            #expect(try await server.ask(.get, path).status == 200)
        }
    }
}
