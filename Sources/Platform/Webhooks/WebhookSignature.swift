import Crypto
import Foundation
import MartletDomain

/// How a receiver knows that a request is ours and, of MLflow's, of now.
///
/// Source: MLflow's documentation of webhooks, and 3.18's `webhooks/delivery.py`: HMAC-SHA256 over
/// `delivery-id.timestamp.body`, spelt `v1,base64`.
enum WebhookSignature {
    /// - Parameters:
    ///   - time: Seconds since 1970 UTC: of this attempt, since receivers refuse what is old.
    ///   - secret: Nil to leave the request unsigned.
    static func headers(deliveryID: String, body: String, time: Int64, secret: String?) -> [String: String] {
        var headers = ["X-MLflow-Delivery-Id": deliveryID, "X-MLflow-Timestamp": "\(time)"]
        if let secret {
            let code = HMAC<SHA256>.authenticationCode(
                for: Data("\(deliveryID).\(time).\(body)".utf8), using: SymmetricKey(data: Data(secret.utf8)))
            headers["X-MLflow-Signature"] = "v1," + Data(code).base64EncodedString()
        }
        return headers
    }

    /// As Databricks' registry webhooks are signed: HMAC-SHA256 over the body, in hexadecimal digits.
    ///
    /// Source: Databricks' documentation of registry webhooks. The id, by which a receiver drops what it knows, is
    /// Martlet's addition.
    static func databricksHeaders(deliveryID: String, body: String, secret: String?) -> [String: String] {
        var headers = ["X-Martlet-Delivery-Id": deliveryID]
        if let secret {
            let code = HMAC<SHA256>.authenticationCode(
                for: Data(body.utf8), using: SymmetricKey(data: Data(secret.utf8)))
            headers["X-Databricks-Signature"] = code.hexadecimal
        }
        return headers
    }
}
