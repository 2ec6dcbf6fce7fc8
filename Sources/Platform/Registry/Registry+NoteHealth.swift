import MartletDomain
import Metadata

extension Registry {
    /// Remembers which models in service are red, and tells those who asked of each that has become so.
    func note(_ health: [ModelHealth]) async throws {
        let known = Set(
            try await store.read { db in
                try db.rows(
                    "SELECT m.name FROM red_models r JOIN registered_models m ON m.number = r.model "
                        + "WHERE m.deleted_at IS NULL"
                ).map { try $0.text("name") }
            })
        let red = health.filter { $0.status == .red }
        for health in red where !known.contains(health.model) {
            let findings = health.findings.filter { $0.status == .red }.map(\.text)
            try await noteHealth(of: health.model, "red", findings) { db, model in
                // Another server may have been faster.
                let isNew = try db.execute(
                    "INSERT INTO red_models (model, noted_at) VALUES (?, ?) ON CONFLICT (model) DO NOTHING",
                    [.integer(model), .integer(db.now)])
                if isNew > 0 { try db.announce(.turnedRed(health)) }
            }
        }
        for model in known.subtracting(red.map(\.model)).sorted() {
            let status = health.first { $0.model == model }?.status.rawValue ?? "not in service"
            try await noteHealth(of: model, status, []) { db, model in
                try db.execute("DELETE FROM red_models WHERE model = ?", [.integer(model)])
            }
        }
    }

    private func noteHealth(
        of name: String, _ status: String, _ findings: [String],
        _ body: @escaping @Sendable (Transaction, Int64) throws -> Void
    ) async throws {
        let parameters = ["name": name, "status": status, "findings": findings.joined(separator: "\n")]
        try await change("record_health", parameters, by: Caller(.martlet, requestID: "watch")) { db in
            try body(db, try db.registeredModel(name))
        }
    }
}
