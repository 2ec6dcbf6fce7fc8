import Foundation

/// Standard base64 with padding (RFC 4648 §4).
func encodedBase64(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
}

/// The bytes of base64 text, or nil unless it is spelt as the encoder would: padding, no spaces, no stray bits.
func bytes(base64 text: String) -> [UInt8]? {
    guard let data = Data(base64Encoded: text), data.base64EncodedString().utf8.elementsEqual(text.utf8) else {
        return nil
    }
    return Array(data)
}
