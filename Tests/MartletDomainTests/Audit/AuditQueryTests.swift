import MartletDomain
import Testing

@Suite struct AuditQueryTests {
    @Test func `A version of a table is about the table, and an account's name is no version of anything`() {
        #expect(
            AuditQuery.objects(of: ["table": "flights.training@12"]) == ["flights.training@12", "flights.training"])
        #expect(AuditQuery.objects(of: ["table": "flights.training"]) == ["flights.training"])
        #expect(AuditQuery.objects(of: ["user": "ada@example.org"]) == ["ada@example.org"])
        #expect(AuditQuery.objects(of: ["table": "@1"]) == ["@1"])
        #expect(AuditQuery.objects(of: ["model_uri": "models:/churn@champion"]) == ["models:/churn@champion", "churn"])
    }
}
