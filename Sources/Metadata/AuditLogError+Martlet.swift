package import AuditLog
package import MartletDomain

extension AuditLogError: MartletError {
    package var code: ErrorCode { .dataLoss }
}
