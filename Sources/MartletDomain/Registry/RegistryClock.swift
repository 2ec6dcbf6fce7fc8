/// What time it is for the registry, and for the clock. Milliseconds since 1970 UTC.
public struct RegistryClock: Sendable, Hashable, Codable {
    /// What ages are counted to: the clock, or the newest time on record if that is later.
    public var registry: Int64
    public var clock: Int64
    /// What the registry's time was before it was set back; nil when it was not.
    public var former: Int64?

    public init(registry: Int64, clock: Int64, former: Int64? = nil) {
        (self.registry, self.clock, self.former) = (registry, clock, former)
    }

    /// Whether the clock is behind what the registry knows, by more than servers may be apart.
    public var isBehind: Bool { registry - clock > Evidence.clockTolerance }
}
