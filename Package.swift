// swift-tools-version: 6.2
// Usher: the entitlement server. The targets and their one-way dependencies are described in README.md ("The house").
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]

let package = Package(
    name: "usher",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "usher", targets: ["usher"]),
        .library(name: "UsherClient", targets: ["UsherClient"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        .target(name: "CMemory"),
        .target(name: "UsherContract", swiftSettings: strict),
        .target(
            name: "UsherRPC",
            dependencies: [
                "UsherContract", protobuf, logging, metrics,
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "X509", package: "swift-certificates"),
            ] + nio, swiftSettings: strict),
        .target(
            name: "UsherStorage",
            dependencies: [
                "UsherContract", crypto, logging,
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "DequeModule", package: "swift-collections"),
            ], swiftSettings: strict),
        .target(name: "UsherAPI", dependencies: ["UsherContract", protobuf], swiftSettings: strict),
        .target(
            name: "UsherServices",
            dependencies: [
                "UsherContract", "UsherAPI", "UsherStorage", protobuf, crypto,
            ], swiftSettings: strict),
        .target(
            name: "UsherServer",
            dependencies: [
                "CMemory", "UsherContract", "UsherAPI", "UsherRPC", "UsherServices", "UsherStorage", protobuf, logging,
                metrics,
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ] + nio, swiftSettings: strict),
        .target(
            name: "UsherClient", dependencies: ["UsherContract", "UsherAPI", "UsherRPC", protobuf] + nio,
            swiftSettings: strict),
        .executableTarget(
            name: "usher",
            dependencies: [
                "UsherAPI", "UsherClient", "UsherContract", "UsherRPC", "UsherServer", "UsherServices", "UsherStorage",
                protobuf, logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
            ], swiftSettings: strict),
        .executableTarget(
            name: "usher-bench",
            dependencies: [
                "UsherAPI", "UsherClient", "UsherContract", "UsherRPC", "UsherServices", "UsherStorage", protobuf,
                crypto,
                logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ] + nio, path: "Tests/Bench", exclude: ["GRPCBaseline"], swiftSettings: strict),
        .executableTarget(
            name: "protoc-gen-usher-swift",
            dependencies: [
                .product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf"), protobuf,
            ], swiftSettings: strict),
        .testTarget(
            name: "GeneratorTests",
            dependencies: [
                "protoc-gen-usher-swift", protobuf,
                .product(name: "SwiftProtobufPluginLibrary", package: "swift-protobuf"),
            ], swiftSettings: strict),
        .testTarget(
            name: "UsherAPITests", dependencies: ["UsherAPI", "UsherContract", protobuf], swiftSettings: strict),
        .testTarget(
            name: "ServicesTests",
            dependencies: [
                "UsherAPI", "UsherContract", "UsherServices", "UsherStorage", protobuf, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "SimulationTests",
            dependencies: [
                "UsherAPI", "UsherContract", "UsherServices", "UsherStorage", protobuf, logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "UsherRPCTests",
            dependencies: [
                "UsherContract", "UsherRPC", protobuf, logging, metrics,
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"), crypto,
            ] + nio, swiftSettings: strict),
        .testTarget(
            name: "UsherStorageTests",
            dependencies: [
                "UsherContract", "UsherStorage", logging,
                .product(name: "GRDB", package: "GRDB.swift"),
            ], swiftSettings: strict),
        .target(
            name: "Fuzzing",
            dependencies: [
                "UsherContract", "UsherRPC", "UsherServices", "UsherStorage", protobuf, logging,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ], path: "Tests/Fuzzing", swiftSettings: strict),
        .executableTarget(
            name: "usher-fuzz",
            dependencies: [
                "Fuzzing", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], path: "Tests/Fuzzer", swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "usher", "Fuzzing", "UsherAPI", "UsherClient", "UsherContract", "UsherRPC", "UsherServer",
                "UsherServices", "UsherStorage", protobuf, logging,
            ], swiftSettings: strict),
        .target(name: "CFaultVFS", path: "Tests/CFaultVFS", linkerSettings: [.linkedLibrary("sqlite3")]),
        .testTarget(
            name: "StorageFaultTests",
            dependencies: [
                "CFaultVFS", "UsherContract", "UsherStorage", logging,
            ], swiftSettings: strict),
        .testTarget(
            name: "HouseRulesTests",
            dependencies: [
                "UsherAPI", "UsherContract", "UsherServer", "UsherServices", "UsherStorage", logging,
            ], swiftSettings: strict),
    ]
)
