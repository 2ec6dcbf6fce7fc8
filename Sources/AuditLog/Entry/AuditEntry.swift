package import Foundation

/// One event of the audit log: who did what to what, with which result. Its bytes are a leaf of the Merkle tree.
///
/// The fields follow Databricks' `system.access.audit`; the three digests are ours.
package struct AuditEntry: Codable, Sendable, Equatable {
    package struct UserIdentity: Codable, Sendable, Equatable {
        package var name: String
        /// The roles held at the time of the event.
        package var roles: [String]
        /// The name, where it is an address; from version 1.1 on.
        package var email: String?
        /// `user`, `service_account`, `system`, `anonymous`; from version 1.1 on.
        package var kind: String?

        package init(name: String, roles: [String] = [], kind: String? = nil) {
            (self.name, self.roles, self.kind) = (name, roles, kind)
            email = name.contains("@") ? name : nil
        }
    }

    package struct Response: Codable, Sendable, Equatable {
        /// An HTTP status, also where no HTTP was spoken: 200 for done, 403 for refused.
        package var statusCode: Int
        package var errorCode: String?
        package var errorMessage: String?

        package init(statusCode: Int, errorCode: String? = nil, errorMessage: String? = nil) {
            (self.statusCode, self.errorCode, self.errorMessage) = (statusCode, errorCode, errorMessage)
        }

        private enum CodingKeys: String, CodingKey {
            case statusCode = "status_code"
            case errorCode = "error_code"
            case errorMessage = "error_message"
        }
    }

    package enum Level: String, Codable, Sendable, CaseIterable {
        case account = "ACCOUNT_LEVEL"
        case workspace = "WORKSPACE_LEVEL"
    }

    /// The version of the leaf format written here. Version 1.1 added ``UserIdentity/email`` and
    /// ``UserIdentity/kind``; entries of 1.0 are read and have none.
    package static let currentVersion = "1.1"
    static let knownVersions = ["1.0", "1.1"]

    package var version = AuditEntry.currentVersion
    /// RFC 3339, UTC, microseconds: see ``AuditTime``.
    package internal(set) var eventTime: String
    /// The UTC day of ``eventTime``, `YYYY-MM-DD`.
    package internal(set) var eventDate: String
    package var workspaceID: String
    package var sourceIPAddress: String?
    package var userAgent: String?
    package var sessionID: String?
    package var userIdentity: UserIdentity
    /// The capability, such as `registry`.
    package var serviceName: String
    /// The verb, such as `transitionStage`.
    package var actionName: String
    package var requestID: String?
    package var requestParams: [String: String]
    package var response: Response
    package var auditLevel: Level
    package var eventID: String
    /// SHA-256 (64 hexadecimal digits) of the object's canonical JSON before the change.
    package var beforeDigest: String?
    /// SHA-256 of the object's canonical JSON after the change.
    package var afterDigest: String?
    /// SHA-256 of the policy in force.
    package var policyDigest: String?

    package init(
        eventID: String, time: Date, workspaceID: String, user: UserIdentity, serviceName: String, actionName: String,
        requestParams: [String: String] = [:], response: Response = Response(statusCode: 200),
        auditLevel: Level = .workspace, requestID: String? = nil, sessionID: String? = nil,
        sourceIPAddress: String? = nil, userAgent: String? = nil, beforeDigest: String? = nil,
        afterDigest: String? = nil, policyDigest: String? = nil
    ) {
        eventTime = AuditTime.text(time)
        eventDate = String(eventTime.prefix(10))
        self.workspaceID = workspaceID
        (self.sourceIPAddress, self.userAgent) = (sourceIPAddress, userAgent)
        (self.sessionID, self.requestID, self.eventID) = (sessionID, requestID, eventID)
        (userIdentity, self.serviceName, self.actionName) = (user, serviceName, actionName)
        (self.requestParams, self.response, self.auditLevel) = (requestParams, response, auditLevel)
        (self.beforeDigest, self.afterDigest, self.policyDigest) = (beforeDigest, afterDigest, policyDigest)
    }

    /// When it happened.
    package var time: Date? { AuditTime.date(eventTime) }

    private enum CodingKeys: String, CodingKey {
        case version
        case eventTime = "event_time"
        case eventDate = "event_date"
        case workspaceID = "workspace_id"
        case sourceIPAddress = "source_ip_address"
        case userAgent = "user_agent"
        case sessionID = "session_id"
        case userIdentity = "user_identity"
        case serviceName = "service_name"
        case actionName = "action_name"
        case requestID = "request_id"
        case requestParams = "request_params"
        case response
        case auditLevel = "audit_level"
        case eventID = "event_id"
        case beforeDigest = "before_digest"
        case afterDigest = "after_digest"
        case policyDigest = "policy_digest"
    }
}
