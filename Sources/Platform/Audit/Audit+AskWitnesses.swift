import AuditLog
import Foundation
import MartletDomain
import Metadata

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

extension Audit {
    /// Asks each witness that `martlet.yaml` gives an address for its word about the newest checkpoint that left
    /// (C2SP tlog-witness, `add-checkpoint`). What fails is said, and tried again with the next checkpoint.
    ///
    /// - Returns: How many cosigned.
    @discardableResult
    package func askWitnesses() async -> Int {
        var cosigned = 0
        for witness in (try? witnesses()) ?? [] {
            guard let address = witness.address else { continue }
            do {
                if try await ask(witness.key, at: address) { cosigned += 1 }
            } catch let alarm as AuditError where alarm.code == .dataLoss {
                desk.say(alarm.message)
                let action = AuditAction("audit", "ask_witness", ["witness": witness.key.name])
                let event = RecordedEvent(
                    action, by: .keeper, at: store.clock.now, refusal: (alarm.code, alarm.message))
                try? await store.record([event])
            } catch {
                desk.say(words(error))
            }
        }
        return cosigned
    }

    /// - Returns: False if the witness had cosigned that checkpoint before.
    private func ask(_ witness: WitnessVerificationKey, at address: URL) async throws -> Bool {
        guard let published = try await newestPublished() else { throw AuditError.notPublished }
        var seen = try await lastSize(of: witness)
        guard seen < published.size else { return false }
        for _ in 0..<3 {
            let request = try await proveConsistency(from: seen, to: published.size)
            let (status, body) = try await WitnessCall(address: address, name: witness.name).send(request.text)
            switch status {
            case 200:
                _ = try await cosign(published.note + body, by: .keeper, ignoringUnknown: true)
                return true
            case 409:
                // What it saw last, as `SIZE` and a line feed; it knows better than we do.
                guard let size = Int(body.trimmingCharacters(in: .newlines)), size >= 0 else {
                    throw AuditError.push(target: witness.name, reason: "the witness answered 409 without a size")
                }
                guard size <= published.size else {
                    throw AuditError.pushAlarm(
                        target: witness.name,
                        reason: "it has seen \(size) entries, and the log has only \(published.size)")
                }
                guard size != seen else { throw Self.another(witness, size) }
                seen = size
            case 422: throw Self.another(witness, seen)
            default: throw AuditError.push(target: witness.name, reason: "the witness answered \(status)")
            }
        }
        throw AuditError.push(target: witness.name, reason: "others ask the witness all the time")
    }

    private static func another(_ witness: WitnessVerificationKey, _ size: Int) -> AuditError {
        .pushAlarm(target: witness.name, reason: "the \(size) entries that it saw are not the first \(size) of the log")
    }

    /// The size of the largest checkpoint that this witness cosigned; 0 if none.
    private func lastSize(of witness: WitnessVerificationKey) async throws -> Int {
        try await store.read { db in
            let row = try db.row(
                "SELECT COALESCE(MAX(size), 0) AS size FROM audit_cosignatures WHERE witness = ? AND key_id = ?",
                [.text(witness.name), .integer(Int64(witness.keyID))])
            return Int(exactly: try row?.integer("size") ?? 0) ?? 0
        }
    }
}

/// One `add-checkpoint` request.
private struct WitnessCall {
    let address: URL
    let name: String

    /// More than any honest answer has, in bytes.
    private static let largestAnswer = 64 << 10

    func send(_ text: String) async throws -> (status: Int, body: String) {
        var request = URLRequest(url: address.appending(path: "add-checkpoint"), timeoutInterval: 15)
        request.httpMethod = "POST"
        request.httpBody = Data(text.utf8)
        request.setValue("text/plain; charset=utf-8", forHTTPHeaderField: "Content-Type")
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let unreachable = AuditError.push(target: name, reason: "the witness can't be reached at \(address)")
        return try await withCheckedThrowingContinuation { continuation in
            session.dataTask(with: request) { data, response, _ in
                guard let answer = response as? HTTPURLResponse, let data, data.count <= Self.largestAnswer,
                    let body = String(data: data, encoding: .utf8)
                else { return continuation.resume(throwing: unreachable) }
                continuation.resume(returning: (answer.statusCode, body))
            }.resume()
        }
    }
}
