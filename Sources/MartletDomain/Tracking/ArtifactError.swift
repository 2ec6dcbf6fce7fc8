/// Why the artifact store refused something.
public enum ArtifactError: MartletError, Equatable {
    case badPath(String, reason: String)
    case notFound(String)
    case isFolder(String)
    case nameTaken(String)
    case leadsOutside(String)
    case sealed(path: String, prefix: String)
    case tooLarge(path: String, limit: Int64)
    case cutShort(path: String, expected: Int64, received: Int64)
    case changedMeanwhile(prefix: String)
    case nothingToSeal(String)
    case storageFailed(path: String, reason: String)
    case digestMismatch(path: String, algorithm: String)
    case badDigest(header: String)
    case noUpload(String)
    case foreignUpload(String)
    case tooManyUploads(limit: Int)
    case badParts(reason: String)
    case linkRefused

    public var code: ErrorCode {
        switch self {
        case .badPath, .isFolder, .leadsOutside, .cutShort, .digestMismatch, .badDigest, .badParts:
            .invalidParameterValue
        case .notFound, .nothingToSeal, .noUpload: .resourceDoesNotExist
        case .nameTaken, .changedMeanwhile: .resourceConflict
        case .sealed, .foreignUpload, .linkRefused: .permissionDenied
        case .tooLarge, .tooManyUploads: .requestLimitExceeded
        case .storageFailed: .temporarilyUnavailable
        }
    }

    public var message: String {
        switch self {
        case .badPath(let path, let reason):
            "Invalid path: '\(path)' is not the place of an artifact, because \(reason). "
                + "Name artifacts by relative paths such as 'plots/roc.svg'."
        case .notFound(let path): "No such artifact: '\(path)'"
        case .isFolder(let path): "Artifact path refers to a directory, not a file: '\(path)'"
        case .nameTaken(let path):
            "'\(path)' was not stored: a folder has that name, or a file stands where a folder would be. "
                + "Choose another name, or delete what is there."
        case .leadsOutside(let path):
            "'\(path)' was refused: a link in the artifact store leads out of it. Remove the link from the store's folder."
        case .sealed(let path, let prefix):
            "'\(path)' was not changed: '\(prefix)' is sealed, because a registered model version was made from it. "
                + "Log the new files in a new run or model and register that."
        case .tooLarge(let path, let limit):
            "'\(path)' was not stored: it is larger than \(limit) bytes. "
                + "Split it, or raise the server's artifact size limit."
        case .cutShort(let path, let expected, let received):
            "'\(path)' was not stored: \(received) of \(expected) bytes arrived. Send it again."
        case .changedMeanwhile(let prefix):
            "'\(prefix)' was not sealed: files in it changed while they were read. Ask again when the upload is done."
        case .nothingToSeal(let prefix):
            "'\(prefix)' was not sealed: there are no files in it. Upload the model first."
        case .storageFailed(let path, let reason):
            "'\(path)' was not stored: \(reason). Make room or check the disk, then send it again."
        case .digestMismatch(let path, let algorithm):
            "'\(path)' was not stored: its bytes do not have the \(algorithm) that was announced. Send it again."
        case .badDigest(let header):
            "The header \(header) could not be read. Send SHA-256 as sha-256=:BASE64: or leave the header out."
        case .noUpload(let id):
            "There is no multipart upload '\(id)' of this file: it was completed, aborted or has expired. "
                + "Begin another with mpu/create."
        case .foreignUpload(let id): "The multipart upload '\(id)' was begun by somebody else."
        case .tooManyUploads(let limit):
            "\(limit) multipart uploads are open already. Complete or abort some, then ask again."
        case .badParts(let reason):
            "The upload was not completed: \(reason). Send that part again, or abort the upload."
        case .linkRefused:
            "This link is not valid, or not any more. Ask the server for another."
        }
    }
}
