import Foundation
import Martlet
import Synchronization
import TestKit
import Testing

struct RetryPolicyTests {
    @Test func `Waits double up to the longest, lose at most half, and keep to what the server asks`() {
        let policy = RetryPolicy(firstDelay: .milliseconds(250), longestDelay: .seconds(2))
        let longest = (1...6).map { policy.delay(after: $0, randomness: 0) }
        #expect(longest == [250, 500, 1_000, 2_000, 2_000, 2_000].map { .milliseconds($0) })
        #expect(policy.delay(after: 2, randomness: 1) == .milliseconds(250))
        #expect(policy.delay(after: 1, asked: .seconds(1), randomness: 0.5) == .seconds(1))
        #expect(policy.delay(after: 1, asked: .seconds(3_600), randomness: 0.5) == .seconds(2))
        #expect(policy.delay(after: .max, randomness: 0) == .seconds(2))
        #expect(policy.delay(after: -1, randomness: 0) == .milliseconds(250))
    }

    @Test(arguments: [
        (503, true, 5), (429, true, 5), (500, true, 5), (502, true, 5), (504, true, 5), (408, true, 5),
        (503, false, 5), (429, false, 5), (500, false, 1), (502, false, 1), (504, false, 1),
        (400, true, 1), (404, true, 1), (403, true, 1), (501, true, 1), (413, true, 1),
    ])
    func `An answer is asked for again only when that can help and cannot harm`(
        status: Int, isIdempotent: Bool, attempts: Int
    ) async throws {
        let transport = CountingTransport { _ in WireResponse(status: status, body: Data()) }
        let client = Client(
            transport: transport, retry: RetryPolicy(attempts: 5, firstDelay: .zero, longestDelay: .zero))
        await #expect(throws: ClientError.self) {
            if isIdempotent {
                _ = try await client.artifact(at: "mlflow-artifacts:/x")
            } else {
                _ = try await client.send(DeriveDataset(table: TableName("a.b"), sql: "", inputs: [:], mode: .append))
            }
        }
        #expect(transport.count == attempts)
    }

    @Test func `A broken connection is tried again only when asking twice does no harm`() async throws {
        func attempts(_ error: ClientError, isIdempotent: Bool) async throws -> Int {
            let transport = CountingTransport { _ in throw error }
            let policy = RetryPolicy(attempts: 5, connectionAttempts: 2, firstDelay: .zero, longestDelay: .zero)
            let client = Client(transport: transport, retry: policy)
            let thrown = await #expect(throws: ClientError.self) {
                if isIdempotent {
                    _ = try await client.artifact(at: "mlflow-artifacts:/x")
                } else {
                    _ = try await client.send(
                        DeriveDataset(table: TableName("a.b"), sql: "", inputs: [:], mode: .append))
                }
            }
            #expect(thrown == error)
            return transport.count
        }
        #expect(try await attempts(.interrupted("s", reason: ""), isIdempotent: true) == 5)
        #expect(try await attempts(.interrupted("s", reason: ""), isIdempotent: false) == 1)
        #expect(try await attempts(.timedOut("s", after: .zero), isIdempotent: true) == 5)
        #expect(try await attempts(.timedOut("s", after: .zero), isIdempotent: false) == 1)
        #expect(try await attempts(.unreachable("s", reason: ""), isIdempotent: true) == 2)
        #expect(try await attempts(.unreachable("s", reason: ""), isIdempotent: false) == 2)
    }

    @Test func `What a server says in MLflow's words is thrown in them, and asking too often is no lasting refusal`()
        async throws
    {
        func thrown(_ status: Int, _ body: String) async -> ClientError? {
            let transport = CountingTransport { _ in WireResponse(status: status, body: Data(body.utf8)) }
            return await #expect(throws: ClientError.self) {
                _ = try await Client(transport: transport, retry: .never).artifact(at: "mlflow-artifacts:/x")
            }
        }
        let missing = await thrown(404, #"{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such run"}"#)
        #expect(missing == .refused(.resourceDoesNotExist, "no such run"))
        #expect(missing?.isTransient == false)
        let often = await thrown(429, #"{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "slower"}"#)
        #expect(often?.isTransient == true)
        let large = await thrown(413, #"{"error_code": "REQUEST_LIMIT_EXCEEDED", "message": "smaller"}"#)
        #expect(large?.isTransient == false)
        #expect(await thrown(502, "<html>Bad gateway</html>")?.isTransient == true)
        #expect(await thrown(400, "{}")?.code == .internalError)
    }
}

/// Answers in one way and counts.
private final class CountingTransport: Transport {
    private let asked = Mutex(0)
    private let answer: @Sendable (WireRequest) throws -> WireResponse

    init(_ answer: @escaping @Sendable (WireRequest) throws -> WireResponse) { self.answer = answer }

    var count: Int { asked.withLock { $0 } }

    func send(_ request: WireRequest, progress: (@Sendable (Int64, Int64) -> Void)?) async throws -> WireResponse {
        asked.withLock { $0 += 1 }
        return try answer(request)
    }
}
