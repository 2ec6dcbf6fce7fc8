// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let lifecycleTesting = Target.Dependency.product(
    name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let certificates = Target.Dependency.product(name: "X509", package: "swift-certificates")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

// A target imports only targets above its own line.
let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["MartletCLI"]),
        .library(name: "Martlet", targets: ["Martlet", "MartletAPI", "MartletDomain"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: ["FullFoundation"]),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        .target(name: "CDuckDB"),
        .target(name: "CXGBoost"),
        .target(name: "MartletDomain"),
        .target(name: "NativeLoader", dependencies: ["MartletDomain"]),
        .target(name: "AuditLog", dependencies: [crypto]),
        .target(name: "ReportPage"),
        .target(name: "DriftStatistics", dependencies: ["ReportPage"]),
        .target(name: "Metadata", dependencies: ["MartletDomain", "AuditLog", grdb, sqlite]),
        .target(name: "QueryEngine", dependencies: ["MartletDomain", "NativeLoader", "CDuckDB"]),
        .target(name: "DeltaLake", dependencies: ["MartletDomain", "QueryEngine"]),
        .target(name: "FeatureEngine", dependencies: ["MartletDomain", "QueryEngine"]),
        .target(name: "ModelRuntime", dependencies: ["MartletDomain", "NativeLoader", "CXGBoost", yams]),
        .target(
            name: "Platform",
            dependencies: [
                "MartletDomain", "AuditLog", "ReportPage", "DriftStatistics", "Metadata", "QueryEngine", "DeltaLake",
                "FeatureEngine", "ModelRuntime",
                crypto, cryptoExtras, subprocess, system, yams,
            ]),
        .target(name: "MartletAPI", dependencies: ["MartletDomain"]),
        .target(name: "Martlet", dependencies: ["MartletDomain", "MartletAPI", crypto]),
        .target(
            name: "MartletServer",
            dependencies: [
                "MartletDomain", "AuditLog", "DeltaLake", "FeatureEngine", "Platform", "MartletAPI", "Martlet",
                "QueryEngine", hummingbird, httpTypes, lifecycle, logging, nio, nioEmbedded, nioHTTP, nioHTTPTypes,
                nioPosix, nioSSL, asn1, certificates,
                signals,
            ]),
        .target(name: "TerminalText"),
        .target(name: "ModelLint"),
        .target(
            name: "FlightsJob", dependencies: ["Martlet", "MartletAPI", "MartletDomain"],
            path: "Examples/flights/FlightsJob"),
        .executableTarget(
            name: "flights-example", dependencies: ["FlightsJob", "Martlet", "MartletAPI", "MartletDomain"],
            path: "Examples/flights/FlightsProgram"),
        .target(
            name: "TrackingExample", dependencies: ["Martlet", "MartletAPI", "MartletDomain"],
            path: "Examples/tracking"),
        .executableTarget(
            name: "MartletCLI",
            dependencies: [
                "MartletDomain", "AuditLog", "FeatureEngine", "Metadata", "Platform", "MartletAPI", "Martlet",
                "MartletServer", "FlightsJob", "ModelLint", "TerminalText", "QueryEngine", "NativeLoader",
                argumentParser, crypto, httpTypes, hummingbird, logging, nio,
            ]),
        .target(name: "FuzzInputs", path: "Tests/FuzzInputs"),
        .executableTarget(
            name: "DeltaWriter", dependencies: ["DeltaLake", "MartletDomain", "QueryEngine"],
            path: "Tests/DeltaWriter"),
        .executableTarget(
            name: "martlet-benchmarks",
            dependencies: [
                "FuzzInputs", "Metadata", "MartletDomain", "AuditLog", "DeltaLake", "FeatureEngine", "Platform",
                "QueryEngine", "MartletServer", "TestKit", argumentParser, logging,
            ],
            path: "Benchmarks", exclude: ["README.md", "Tracking", "Import"]),

        .testTarget(name: "AuditLogTests", dependencies: ["AuditLog"]),
        .testTarget(name: "TerminalTextTests", dependencies: ["TerminalText"]),
        .testTarget(name: "ModelLintTests", dependencies: ["ModelLint"]),
        .testTarget(name: "DriftStatisticsTests", dependencies: ["DriftStatistics"]),
        .testTarget(name: "QueryEngineTests", dependencies: ["QueryEngine", "NativeLoader", "MartletDomain"]),
        .testTarget(
            name: "DeltaLakeTests", dependencies: ["DeltaLake", "FuzzInputs", "MartletDomain", "QueryEngine"]),
        .testTarget(
            name: "FeatureEngineTests", dependencies: ["FeatureEngine", "FuzzInputs", "MartletDomain", "QueryEngine"]),
        .testTarget(name: "ModelRuntimeTests", dependencies: ["ModelRuntime", "MartletDomain"]),
        .testTarget(name: "MartletDomainTests", dependencies: ["MartletDomain", yams]),
        .testTarget(name: "MetadataTests", dependencies: ["Metadata", "MartletDomain", "AuditLog", grdb]),
        .target(
            name: "TestKit",
            dependencies: [
                "MartletDomain", "AuditLog", "Metadata", "QueryEngine", "DeltaLake", "Platform", "Martlet",
                "MartletServer",
                crypto, hummingbird, httpTypes, logging, nio,
            ],
            path: "Tests/TestKit"),
        .testTarget(
            name: "PlatformTests",
            dependencies: [
                "TestKit", "Platform", "MartletDomain", "Metadata", "AuditLog", "QueryEngine", "DeltaLake",
                "ModelRuntime", subprocess, system,
            ]),
        .testTarget(
            name: "MartletTests",
            dependencies: [
                "TestKit", "Martlet", "MartletAPI", "MartletDomain", "Platform", "TrackingExample", httpTypes,
            ]),
        .testTarget(
            name: "MartletServerTests",
            dependencies: [
                "FuzzInputs", "TestKit", "AuditLog", "MartletDomain", "Platform", "MartletAPI", "Martlet",
                "MartletServer", "Metadata", "DeltaLake", "QueryEngine",
                crypto, cryptoExtras, httpTypes, lifecycleTesting,
            ]),
    ]
)

for target in package.targets { target.swiftSettings = (target.swiftSettings ?? []) + settings }
