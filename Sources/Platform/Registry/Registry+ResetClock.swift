package import MartletDomain
import Metadata

extension Registry {
    /// What time it is for the registry.
    package func clock() async throws -> RegistryClock {
        let now = store.clock.now
        return try await store.read { db in RegistryClock(registry: try db.registryTime(now), clock: now) }
    }

    /// Sets the registry's time back to the clock's, after the clock had been far ahead. For administrators, and in the
    /// log for good. What bears a time to come counts as fresh for nothing afterwards.
    ///
    /// - Throws: ``RegistryError/invalid(_:)`` without a reason, and when the clock is not behind.
    @discardableResult
    package func resetClock(reason: String, by caller: Caller) async throws -> RegistryClock {
        try refuse(RegistryNames.problems(text: reason))
        guard !reason.allSatisfy(\.isWhitespace) else {
            throw RegistryError.invalid(["Who sets the registry's time back says why: --reason WHY."])
        }
        let action = AuditAction("policy", "reset_clock", ["reason": reason])
        return try await store.change(action, by: caller) { db in
            try caller.user.requirePolicyAdministration()
            let former = try db.registryTime()
            let clock = RegistryClock(registry: db.now, clock: db.now, former: former)
            guard former > db.now else {
                throw RegistryError.invalid(["The registry's time is the clock's: there is nothing to set back."])
            }
            try db.execute("UPDATE registry_clock SET newest = ? WHERE id = 1", [.integer(db.now)])
            db.note("former_time", Instant(milliseconds: former).description)
            db.note("time", Instant(milliseconds: db.now).description)
            return clock
        }
    }
}
