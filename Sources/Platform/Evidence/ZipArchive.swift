package import Foundation
package import MartletDomain

/// A ZIP file (PKWARE's APPNOTE 6.3) of stored files: the same files give the same bytes, whoever packs them when.
///
/// Files are stored in the order that they are given in, uncompressed, with UTF-8 names and the time 1980-01-01. Of
/// what others packed only stored files are read.
package struct ZipArchive: Sendable, Equatable {
    package struct File: Sendable, Equatable {
        package var path: String
        package var data: Data

        package init(_ path: String, _ data: Data) { (self.path, self.data) = (path, data) }
    }

    package var files: [File]

    package init(_ files: [File]) { self.files = files }

    package subscript(path: String) -> Data? { files.first { $0.path == path }?.data }

    private static let localHeader: UInt32 = 0x0403_4B50
    private static let centralHeader: UInt32 = 0x0201_4B50
    private static let end: UInt32 = 0x0605_4B50
    /// 1980-01-01, the first day that the format knows.
    private static let date: UInt16 = 0x0021
    /// Names are UTF-8.
    private static let flags: UInt16 = 0x0800

    // MARK: Writing

    /// - Throws: ``ZipError`` for more than 65,535 files, or 4 GiB, which take another format.
    package func encoded() throws(ZipError) -> Data {
        guard files.count < 0xFFFF else { throw ZipError("it would hold more than 65,534 files") }
        var (body, directory) = (Data(), Data())
        for file in files {
            let name = Data(file.path.utf8)
            guard file.data.count < 0xFFFF_FFFF, body.count < 0xFFFF_FFFF, !name.isEmpty, name.count < 0xFFFF else {
                throw ZipError("it would be larger than 4 GiB, or a name is too long")
            }
            var facts = Data()
            facts.append(little: UInt16(20))
            facts.append(little: Self.flags)
            facts.append(little: UInt16(0))
            facts.append(little: UInt16(0))
            facts.append(little: Self.date)
            facts.append(little: CRC32.checksum(of: file.data))
            facts.append(little: UInt32(file.data.count))
            facts.append(little: UInt32(file.data.count))
            facts.append(little: UInt16(name.count))
            facts.append(little: UInt16(0))
            let offset = UInt32(body.count)
            body.append(little: Self.localHeader)
            body.append(facts)
            body.append(name)
            body.append(file.data)
            directory.append(little: Self.centralHeader)
            // Made by version 2.0 on UNIX; no comment, disk 0, a plain file that its owner may write.
            directory.append(little: UInt16(0x0314))
            directory.append(facts)
            directory.append(little: UInt16(0))
            directory.append(little: UInt16(0))
            directory.append(little: UInt16(0))
            directory.append(little: UInt32(0x81A4_0000))
            directory.append(little: offset)
            directory.append(name)
        }
        guard body.count < 0xFFFF_FFFF else { throw ZipError("it would be larger than 4 GiB") }
        var archive = body
        archive.append(directory)
        archive.append(little: Self.end)
        archive.append(little: UInt32(0))
        archive.append(little: UInt16(files.count))
        archive.append(little: UInt16(files.count))
        archive.append(little: UInt32(directory.count))
        archive.append(little: UInt32(body.count))
        archive.append(little: UInt16(0))
        return archive
    }

    // MARK: Reading

    /// Reads an archive that lies in memory. Every length is held against the bytes that are there.
    package init(reading data: Data) throws(ZipError) {
        let bytes = [UInt8](data)
        // The last record, behind which a comment of up to 65,535 bytes may stand.
        let first = max(0, bytes.count - 22 - 0xFFFF)
        guard bytes.count >= 22,
            let end = (first...(bytes.count - 22)).last(where: { (try? bytes.number($0, 4)) == UInt64(Self.end) })
        else { throw ZipError("it has no end record") }
        let (count, size, start) = (
            try bytes.number(end + 10, 2), try bytes.number(end + 12, 4), try bytes.number(end + 16, 4)
        )
        guard start + size <= UInt64(end) else { throw ZipError("its directory lies outside") }
        var place = Int(start)
        var files: [File] = []
        var seen: Set<String> = []
        for _ in 0..<count {
            guard try bytes.number(place, 4) == UInt64(Self.centralHeader) else {
                throw ZipError("its directory is damaged")
            }
            let (method, sum, length) = (
                try bytes.number(place + 10, 2), try bytes.number(place + 16, 4), try bytes.number(place + 24, 4)
            )
            let (nameLength, extra, comment) = (
                Int(try bytes.number(place + 28, 2)), Int(try bytes.number(place + 30, 2)),
                Int(try bytes.number(place + 32, 2))
            )
            let name = try bytes.text(place + 46, nameLength)
            guard Self.isPlain(name), seen.insert(name).inserted else { throw ZipError("it has a bad name in it") }
            guard method == 0 else { throw ZipError("'\(name)' is compressed, which a pack never is") }
            let local = Int(try bytes.number(place + 42, 4))
            guard try bytes.number(local, 4) == UInt64(Self.localHeader) else {
                throw ZipError("'\(name)' is not where the directory says")
            }
            let begin = local + 30 + Int(try bytes.number(local + 26, 2)) + Int(try bytes.number(local + 28, 2))
            guard length <= UInt64(bytes.count), begin + Int(length) <= bytes.count else {
                throw ZipError("'\(name)' is cut short")
            }
            let content = Data(bytes[begin..<begin + Int(length)])
            guard UInt64(CRC32.checksum(of: content)) == sum else { throw ZipError("'\(name)' is damaged") }
            files.append(File(name, content))
            place += 46 + nameLength + extra + comment
        }
        self.files = files
    }

    /// Relative, below the folder it is unpacked into.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("\\") && !name.utf8.contains(0)
            && name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
                !$0.isEmpty && $0 != "." && $0 != ".."
            }
    }
}

/// Why a file is no archive that can be read, or files make none.
package struct ZipError: MartletError {
    package var reason: String

    init(_ reason: String) { self.reason = reason }

    package var code: ErrorCode { .invalidParameterValue }
    package var message: String {
        "The file is not an evidence pack: \(reason). Take the file as `martlet evidence` wrote it."
    }
}

extension Data {
    fileprivate mutating func append(little number: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }
}

extension [UInt8] {
    fileprivate func number(_ place: Int, _ width: Int) throws(ZipError) -> UInt64 {
        guard place >= 0, place <= count - width else { throw ZipError("it is cut short") }
        var number: UInt64 = 0
        for index in (place..<place + width).reversed() { number = number << 8 | UInt64(self[index]) }
        return number
    }

    fileprivate func text(_ place: Int, _ length: Int) throws(ZipError) -> String {
        guard place >= 0, length >= 0, place <= count - length else { throw ZipError("it is cut short") }
        guard let text = String(validating: self[place..<place + length], as: UTF8.self) else {
            throw ZipError("a name in it is not UTF-8")
        }
        return text
    }
}
