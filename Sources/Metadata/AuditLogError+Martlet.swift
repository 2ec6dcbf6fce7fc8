package import AuditLog
package import MartletDomain

extension AuditLogError: MartletError {
    package var code: ErrorCode {
        switch self {
        // Given by whoever asks; what is wrong with the log's own has other cases.
        case .malformedKey, .malformedProof, .export: .invalidParameterValue
        case .noFolder: .resourceDoesNotExist
        default: .dataLoss
        }
    }
}
