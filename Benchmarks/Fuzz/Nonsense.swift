import FuzzInputs

/// Bytes that are no request, or one that does not add up.
enum Nonsense {
    static func bytes(_ dice: inout Dice, authority: String) -> [UInt8] {
        let host = "Host: \(authority)\r\n"
        let post = "POST /api/2.0/mlflow/runs/search HTTP/1.1\r\n\(host)"
        let body = #"{"experiment_ids": ["0"]}"#
        let text: String
        switch dice.below(20) {
        case 0: text = "GET / HTTP/0.9\r\n\r\n"
        case 1: text = "GET /health HTTP/1.0\r\n\r\n"
        case 2: text = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        case 3: text = "GET  /health  HTTP/1.1\r\n\(host)\r\n"
        case 4: text = "\(post)Content-Length: 10\r\nContent-Length: 25\r\n\r\n\(body)"
        case 5: text = "\(post)Content-Length: 25\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n\(body)"
        case 6:
            text =
                "\(post)Content-Length: \(dice.pick(["-1", "99999999999999999999", "0x10", "1e3", " ", "5, 5", "2000000000"]))\r\n\r\n\(body)"
        case 7:
            text =
                "\(post)Transfer-Encoding: chunked\r\n\r\n\(dice.pick(["zz", "-1", "FFFFFFFFFFFFFFFFFF", "19;a=b", "", "1000000"]))\r\n\(body)\r\n0\r\n\r\n"
        case 8:
            text =
                "\(post)Transfer-Encoding: \(dice.pick(["gzip", "chunked, chunked", "identity", "x"]))\r\n\r\n0\r\n\r\n"
        case 9: text = "\(post)Content-Length: 1000\r\n\r\n\(body)"
        case 10:
            text =
                "GET /health HTTP/1.1\r\n\(String(repeating: "X-A: b\r\n", count: dice.pick([100, 5000])))\(host)\r\n"
        case 11:
            text =
                "GET /health HTTP/1.1\r\nX-A: \(String(repeating: "a", count: dice.pick([9000, 90_000, 900_000])))\r\n\(host)\r\n"
        case 12:
            text = "GET /\(String(repeating: "a", count: dice.pick([9000, 90_000, 900_000]))) HTTP/1.1\r\n\(host)\r\n"
        case 13:
            text =
                "GET http://other.example/health HTTP/1.1\r\n\(dice.pick([host, "", "Host: a\r\nHost: b\r\n", "Host: \u{1}\r\n"]))\r\n"
        case 14: text = "GET /health HTTP/1.1\r\n\(host) folded: header\r\n: no name\r\nno colon\r\n\r\n"
        case 15: text = String(repeating: "GET /health HTTP/1.1\r\n\(host)\r\n", count: dice.pick([2, 50, 1000]))
        case 16: text = "\(post)Expect: 100-continue\r\nContent-Length: 25\r\n\r\n\(dice.pick([body, ""]))"
        case 17: text = "CONNECT 127.0.0.1:1 HTTP/1.1\r\n\(host)\r\n"
        case 18: text = "GET /health HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        default: return (0..<dice.pick([1, 50, 5000])).map { _ in UInt8(dice.below(256)) }
        }
        var bytes = Array(text.utf8)
        // A bit of some byte, now and then.
        if dice.isLucky(30) { bytes[dice.below(bytes.count)] ^= 1 << UInt8(dice.below(8)) }
        return bytes
    }
}
