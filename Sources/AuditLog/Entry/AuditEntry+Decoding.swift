extension AuditEntry {
    /// Reads a leaf. Only bytes that ``encoded()`` writes are accepted: an unknown field, another order, a space or
    /// an entry of another version is refused.
    ///
    /// - Throws: ``AuditLogError``
    package init(encoded bytes: [UInt8]) throws(AuditLogError) {
        guard bytes.count <= Self.maximumSizeInBytes else {
            throw .malformedEntry("\(bytes.count) bytes, more than \(Self.maximumSizeInBytes)")
        }
        var fields = try Fields(try CanonicalJSON(canonical: bytes), name: "the entry")
        let version = try fields.text("version")
        self.version = version
        (eventTime, eventDate) = (try fields.text("event_time"), try fields.text("event_date"))
        workspaceID = try fields.text("workspace_id")
        (serviceName, actionName) = (try fields.text("service_name"), try fields.text("action_name"))
        eventID = try fields.text("event_id")
        guard let level = Level(rawValue: try fields.text("audit_level")) else {
            throw .malformedEntry("audit_level is not known")
        }
        auditLevel = level
        (sourceIPAddress, userAgent) = (try fields.textIfAny("source_ip_address"), try fields.textIfAny("user_agent"))
        (sessionID, requestID) = (try fields.textIfAny("session_id"), try fields.textIfAny("request_id"))
        beforeDigest = try fields.textIfAny("before_digest")
        afterDigest = try fields.textIfAny("after_digest")
        policyDigest = try fields.textIfAny("policy_digest")

        var user = try Fields(try fields.take("user_identity"), name: "user_identity")
        userIdentity = UserIdentity(name: try user.text("name"), roles: try user.texts("roles"))
        (userIdentity.email, userIdentity.kind) = (try user.textIfAny("email"), try user.textIfAny("kind"))
        try user.end()
        var answer = try Fields(try fields.take("response"), name: "response")
        response = Response(
            statusCode: try answer.integer("status_code"), errorCode: try answer.textIfAny("error_code"),
            errorMessage: try answer.textIfAny("error_message"))
        try answer.end()
        requestParams = try Fields(try fields.take("request_params"), name: "request_params").allTexts()
        try fields.end()
        try validate()
    }

    /// What the types alone don't promise: times and digests that are spelt so.
    func validate() throws(AuditLogError) {
        guard Self.knownVersions.contains(version) else {
            throw .malformedEntry("version \(version) is not known")
        }
        guard version != "1.0" || (userIdentity.kind == nil && userIdentity.email == nil) else {
            throw .malformedEntry("version 1.0 has neither user_identity.kind nor user_identity.email")
        }
        guard AuditTime.date(eventTime) != nil, eventDate == eventTime.prefix(10) else {
            throw .malformedEntry("event_time or event_date is not a time in UTC with microseconds and its day")
        }
        for digest in [beforeDigest, afterDigest, policyDigest].compactMap({ $0 }) {
            guard digest.utf8.count == 64, bytes(hexadecimal: digest) != nil else {
                throw .malformedEntry("a digest is not 64 lower-case hexadecimal digits")
            }
        }
    }
}

/// The members of one object; each is taken once, and none may be left.
private struct Fields {
    private var members: [String: CanonicalJSON]
    private let name: String

    init(_ value: CanonicalJSON, name: String) throws(AuditLogError) {
        guard case .object(let members) = value else { throw .malformedEntry("\(name) is not an object") }
        (self.members, self.name) = (members, name)
    }

    mutating func take(_ key: String) throws(AuditLogError) -> CanonicalJSON {
        guard let value = members.removeValue(forKey: key) else { throw .malformedEntry("\(name) has no \(key)") }
        return value
    }

    mutating func text(_ key: String) throws(AuditLogError) -> String {
        guard case .string(let text) = try take(key) else { throw .malformedEntry("\(key) is not a string") }
        return text
    }

    mutating func textIfAny(_ key: String) throws(AuditLogError) -> String? {
        members[key] == nil ? nil : try text(key)
    }

    mutating func integer(_ key: String) throws(AuditLogError) -> Int {
        guard case .integer(let value) = try take(key) else { throw .malformedEntry("\(key) is not an integer") }
        return value
    }

    mutating func texts(_ key: String) throws(AuditLogError) -> [String] {
        guard case .array(let values) = try take(key) else { throw .malformedEntry("\(key) is not an array") }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw .malformedEntry("\(key) holds what is not a string") }
            texts.append(text)
        }
        return texts
    }

    func allTexts() throws(AuditLogError) -> [String: String] {
        var texts: [String: String] = [:]
        for (key, value) in members {
            guard case .string(let text) = value else { throw .malformedEntry("\(name).\(key) is not a string") }
            texts[key] = text
        }
        return texts
    }

    func end() throws(AuditLogError) {
        guard let unknown = members.keys.min() else { return }
        throw .malformedEntry("\(name) has an unknown field \(unknown)")
    }
}
