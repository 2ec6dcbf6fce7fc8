extension AuditEntry {
    /// The bytes of ``canonicalJSON``, member by member in the order of their names.
    ///
    /// - Returns: Nil for a status that no JSON number holds exactly.
    func leaf() -> [UInt8]? {
        guard response.statusCode.magnitude <= CanonicalJSON.largestInteger else { return nil }
        var leaf = LeafWriter()
        leaf.open()
        leaf.member("action_name", actionName)
        leaf.member("after_digest", afterDigest)
        leaf.member("audit_level", auditLevel.rawValue)
        leaf.member("before_digest", beforeDigest)
        leaf.member("event_date", eventDate)
        leaf.member("event_id", eventID)
        leaf.member("event_time", eventTime)
        leaf.member("policy_digest", policyDigest)
        leaf.member("request_id", requestID)
        leaf.name("request_params")
        leaf.open()
        for (key, value) in requestParams.sorted(by: { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }) {
            leaf.member(key, value)
        }
        leaf.close()
        leaf.name("response")
        leaf.open()
        leaf.member("error_code", response.errorCode)
        leaf.member("error_message", response.errorMessage)
        leaf.name("status_code")
        leaf.append("\(response.statusCode)")
        leaf.close()
        leaf.member("service_name", serviceName)
        leaf.member("session_id", sessionID)
        leaf.member("source_ip_address", sourceIPAddress)
        leaf.member("user_agent", userAgent)
        leaf.name("user_identity")
        leaf.open()
        leaf.member("email", userIdentity.email)
        leaf.member("kind", userIdentity.kind)
        leaf.member("name", userIdentity.name)
        leaf.name("roles")
        leaf.list(userIdentity.roles)
        leaf.close()
        leaf.member("version", version)
        leaf.member("workspace_id", workspaceID)
        leaf.close()
        return leaf.bytes
    }
}

/// Writes JSON without spaces.
private struct LeafWriter {
    private(set) var bytes: [UInt8] = []
    /// Whether the object that is open has no member yet.
    private var isEmpty = true

    init() { bytes.reserveCapacity(1_024) }

    mutating func open() {
        bytes.append(UInt8(ascii: "{"))
        isEmpty = true
    }

    mutating func close() {
        bytes.append(UInt8(ascii: "}"))
        isEmpty = false
    }

    mutating func name(_ name: String) {
        if !isEmpty { bytes.append(UInt8(ascii: ",")) }
        isEmpty = false
        CanonicalJSON.write(name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
    }

    /// Nothing for nil.
    mutating func member(_ name: String, _ value: String?) {
        guard let value else { return }
        self.name(name)
        CanonicalJSON.write(value, to: &bytes)
    }

    mutating func list(_ values: [String]) {
        bytes.append(UInt8(ascii: "["))
        for (place, value) in values.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            CanonicalJSON.write(value, to: &bytes)
        }
        bytes.append(UInt8(ascii: "]"))
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
