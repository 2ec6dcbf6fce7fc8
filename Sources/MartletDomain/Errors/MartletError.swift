/// The kind of a refusal. Raw values are MLflow's words on the wire.
///
/// Source of the words: MLflow's `databricks.proto` error codes, as its REST server answers them.
public enum ErrorCode: String, Codable, Sendable, CaseIterable {
    case internalError = "INTERNAL_ERROR"
    case temporarilyUnavailable = "TEMPORARILY_UNAVAILABLE"
    case badRequest = "BAD_REQUEST"
    case invalidParameterValue = "INVALID_PARAMETER_VALUE"
    case endpointNotFound = "ENDPOINT_NOT_FOUND"
    case malformedRequest = "MALFORMED_REQUEST"
    case invalidState = "INVALID_STATE"
    case permissionDenied = "PERMISSION_DENIED"
    case unauthenticated = "UNAUTHENTICATED"
    case featureDisabled = "FEATURE_DISABLED"
    case notImplemented = "NOT_IMPLEMENTED"
    case requestLimitExceeded = "REQUEST_LIMIT_EXCEEDED"
    case resourceAlreadyExists = "RESOURCE_ALREADY_EXISTS"
    case resourceDoesNotExist = "RESOURCE_DOES_NOT_EXIST"
    case resourceConflict = "RESOURCE_CONFLICT"
    case dataLoss = "DATA_LOSS"
    case deadlineExceeded = "DEADLINE_EXCEEDED"
}

/// A refusal that a person can act on: what was refused, why, and the command that mends it.
///
/// Anything else that is thrown is a defect of ours and is answered as ``ErrorCode/internalError`` without its text.
public protocol MartletError: Error, Sendable, CustomStringConvertible {
    var code: ErrorCode { get }
    /// One paragraph in plain words. May be shown to whoever asked; holds no secrets.
    var message: String { get }
}

extension MartletError {
    public var description: String { message }
}

/// A request whose values do not make sense, with every problem found and not just the first.
public struct InvalidRequest: MartletError, Equatable {
    public var problems: [String]

    public init(_ problems: [String]) { self.problems = problems }
    public init(_ problem: String) { self.problems = [problem] }

    public var code: ErrorCode { .invalidParameterValue }
    public var message: String { problems.joined(separator: "\n") }
}
