import Foundation
import Hummingbird
import HummingbirdCore
import Logging
import MartletDomain
import NIOCore
import NIOSSL
import Platform
import ServiceLifecycle
import Synchronization
import UnixSignals

/// Connections over TLS, which are then like any other.
struct TLSConnections: ServerChildChannel {
    typealias Value = ConnectionChannel.Value

    let connections: ConnectionChannel
    let identity: TLSIdentity

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let context = identity.context
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap { connections.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async { await connections.handle(value: value, logger: logger) }
}

/// What the server shows, and whose certificates it takes; read again when it is told to.
final class TLSIdentity: Sendable {
    private let files: TLSFiles
    private let clients: AuthenticationSettings.ClientCertificates?
    private let current: Mutex<NIOSSLContext>

    /// - Throws: ``ServerError/tls(file:reason:)``.
    init(_ files: TLSFiles, clients: AuthenticationSettings.ClientCertificates?) throws {
        (self.files, self.clients) = (files, clients)
        current = Mutex(try Self.context(files, clients))
    }

    /// For the next connection; those that are open keep theirs.
    var context: NIOSSLContext { current.withLock { $0 } }

    /// Reads the files again. What was in force stays so when they cannot be used.
    func reload() throws {
        let context = try Self.context(files, clients)
        current.withLock { $0 = context }
    }

    private static func context(
        _ files: TLSFiles, _ clients: AuthenticationSettings.ClientCertificates?
    ) throws -> NIOSSLContext {
        func read<Value>(_ file: String, _ body: () throws -> Value) throws -> Value {
            do {
                return try body()
            } catch {
                throw ServerError.tls(file: file, reason: reason(error, file))
            }
        }
        let chain = try read(files.certificate) { try NIOSSLCertificate.fromPEMFile(files.certificate) }
        guard !chain.isEmpty else { throw ServerError.tls(file: files.certificate, reason: "it holds no certificate") }
        let key = try read(files.key) { try NIOSSLPrivateKey(file: files.key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let clients {
            let authorities = try read(clients.authorities) { try NIOSSLCertificate.fromPEMFile(clients.authorities) }
            guard !authorities.isEmpty else {
                throw ServerError.tls(file: clients.authorities, reason: "it holds no certificate")
            }
            configuration.trustRoots = .certificates(authorities)
            // Who shows none says otherwise who they are; who shows one shows a good one.
            configuration.certificateVerification = .optionalVerification
            configuration.sendCANameList = true
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ServerError.tls(
                file: files.key, reason: "it is not the key of the certificate in \(files.certificate)")
        }
    }

    private static func reason(_ error: any Error, _ file: String) -> String {
        guard FileManager.default.isReadableFile(atPath: file) else {
            return "there is no such file, or it may not be read"
        }
        return switch error as? NIOSSLError {
        case .failedToLoadCertificate?: "it holds no certificate as PEM"
        case .failedToLoadPrivateKey?: "it holds no private key as PEM, or one with a passphrase"
        default: "\(error)"
        }
    }
}

/// Reads certificates again at each SIGHUP, as those do who renew them.
struct TLSReloadService: Service {
    let identity: TLSIdentity
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                try identity.reload()
                logger.notice("the certificate was read again")
            } catch {
                logger.error("the certificate stays the old one", metadata: ["error": "\(error)"])
            }
        }
    }
}
