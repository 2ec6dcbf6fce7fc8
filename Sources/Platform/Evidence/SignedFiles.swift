import AuditLog
import Crypto
package import Foundation
import MartletDomain
import Metadata

extension Audit {
    /// A text signed by the log's key as a note. It cannot be taken for a checkpoint, whose first line is the key's
    /// name.
    func note(over text: String) throws -> String {
        var note = try SignedNote(text: text)
        try note.sign(with: store.trail.identity.key)
        return note.encoded
    }
}

extension Data {
    /// In hexadecimal.
    package var sha256: String { SHA256.hash(data: self).hexadecimal }
}
