extension AuditEntry {
    /// An entry bundle gives an entry's length two bytes.
    package static let maximumSizeInBytes = 65_535
    /// A longer value of a request parameter is logged by its digest.
    package static let maximumParameterSizeInBytes = 4_096

    /// The leaf: canonical JSON (RFC 8785) of ``bounded()``, at most ``maximumSizeInBytes``, absent fields left out.
    ///
    /// This format never changes for a version: whoever changed it could not verify older logs.
    ///
    /// - Throws: ``AuditLogError/malformedEntry(_:)`` for a digest that is none, never because of size.
    package func encoded() throws(AuditLogError) -> [UInt8] {
        try validate()
        // Nearly all fit as they are, and are put into bytes without a tree of values in between.
        if requestParams.allSatisfy({ $0.value.utf8.count <= Self.maximumParameterSizeInBytes }),
            let bytes = leaf(), bytes.count <= Self.maximumSizeInBytes
        {
            return bytes
        }
        let entry = bounded()
        try entry.validate()
        return try entry.canonicalJSON.encoded()
    }

    /// This entry, small enough to be logged, with what is too long replaced by `sha256:<hex>;bytes=<n>`.
    ///
    /// First values of request parameters above ``maximumParameterSizeInBytes`` (the digest is that of the value's
    /// UTF-8); if the whole is still too large, all parameters by one, `request_params`, with the digest of the
    /// canonical JSON of the original map; at last every other text above 256 bytes.
    package func bounded() -> AuditEntry {
        var entry = self
        for (key, value) in requestParams where value.utf8.count > Self.maximumParameterSizeInBytes {
            entry.requestParams[key] = Self.digest(value)
        }
        if entry.fits { return entry }
        let params = CanonicalJSON.object(requestParams.mapValues { .string($0) })
        if !requestParams.isEmpty, let bytes = try? params.encoded() {
            entry.requestParams = ["request_params": Self.digest(bytes)]
        }
        return entry.fits ? entry : entry.withShortTexts
    }

    var canonicalJSON: CanonicalJSON {
        var members: [String: CanonicalJSON] = [
            "version": .string(version), "event_time": .string(eventTime), "event_date": .string(eventDate),
            "workspace_id": .string(workspaceID), "service_name": .string(serviceName),
            "action_name": .string(actionName), "audit_level": .string(auditLevel.rawValue),
            "event_id": .string(eventID),
            "request_params": .object(requestParams.mapValues { .string($0) }),
        ]
        var user: [String: CanonicalJSON] = [
            "name": .string(userIdentity.name), "roles": .array(userIdentity.roles.map { .string($0) }),
        ]
        user["email"] = userIdentity.email.map { .string($0) }
        user["kind"] = userIdentity.kind.map { .string($0) }
        members["user_identity"] = .object(user)
        var answer: [String: CanonicalJSON] = ["status_code": .integer(response.statusCode)]
        answer["error_code"] = response.errorCode.map { .string($0) }
        answer["error_message"] = response.errorMessage.map { .string($0) }
        members["response"] = .object(answer)
        members["source_ip_address"] = sourceIPAddress.map { .string($0) }
        members["user_agent"] = userAgent.map { .string($0) }
        members["session_id"] = sessionID.map { .string($0) }
        members["request_id"] = requestID.map { .string($0) }
        members["before_digest"] = beforeDigest.map { .string($0) }
        members["after_digest"] = afterDigest.map { .string($0) }
        members["policy_digest"] = policyDigest.map { .string($0) }
        return .object(members)
    }

    /// Whether the leaf is short enough. Text grows at most sixfold when escaped.
    private var fits: Bool {
        var texts = [workspaceID, sourceIPAddress ?? "", userAgent ?? "", sessionID ?? "", userIdentity.name]
        texts += [serviceName, actionName, requestID ?? "", eventID, response.errorCode ?? "", version]
        texts +=
            [response.errorMessage ?? "", userIdentity.email ?? "", userIdentity.kind ?? ""] + userIdentity.roles
            + requestParams.flatMap { [$0.key, $0.value] }
        if texts.reduce(4096, { $0 + 6 * $1.utf8.count + 6 }) <= Self.maximumSizeInBytes { return true }
        return ((try? canonicalJSON.encoded().count) ?? 0) <= Self.maximumSizeInBytes
    }

    private var withShortTexts: AuditEntry {
        func short(_ text: String) -> String { text.utf8.count > 256 ? Self.digest(text) : text }
        var entry = self
        (entry.workspaceID, entry.eventID) = (short(workspaceID), short(eventID))
        (entry.serviceName, entry.actionName) = (short(serviceName), short(actionName))
        (entry.sourceIPAddress, entry.userAgent) = (sourceIPAddress.map(short), userAgent.map(short))
        (entry.sessionID, entry.requestID) = (sessionID.map(short), requestID.map(short))
        entry.response.errorCode = response.errorCode.map(short)
        entry.response.errorMessage = response.errorMessage.map(short)
        entry.userIdentity.name = short(userIdentity.name)
        entry.userIdentity.email = userIdentity.email.map(short)
        entry.userIdentity.kind = userIdentity.kind.map(short)
        if userIdentity.roles.reduce(0, { $0 + $1.utf8.count + 8 }) > 4096 {
            entry.userIdentity.roles = [Self.digest(userIdentity.roles.joined(separator: "\n"))]
        }
        return entry
    }

    private static func digest(_ text: String) -> String { digest(Array(text.utf8)) }

    private static func digest(_ bytes: [UInt8]) -> String {
        "sha256:\(CanonicalJSON.sha256Hex(bytes));bytes=\(bytes.count)"
    }
}
