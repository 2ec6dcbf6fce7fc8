import Foundation
import MartletDomain
import Platform
import TestKit
import Testing

struct TrainTests {
    @Test func `The outcome, the key and the times cannot be inputs`() async throws {
        try await withWorkspace { platform in
            let (training, _, _) = try await Deliveries.train(platform)
            for column in ["late", "id", "ordered_at", "known_at"] {
                var specification = Deliveries.specification(training, holdout: nil)
                specification.inputs = ["distance", column]
                let error = await #expect(throws: InvalidRequest.self, "\(column)") {
                    try await platform.models.train(specification, by: .anyone)
                }
                #expect(error?.message.contains(column) == true, "\(column): \(error?.message ?? "")")
            }
        }
    }

    @Test func `A holdout that overlaps the training rows measures nothing and is refused`() async throws {
        try await withWorkspace { platform in
            let (training, _, _) = try await Deliveries.train(platform)
            let overlap = try await Deliveries.set(("2024-03-31", "2024-04-15"), as: "deliveries.overlap", platform)
            for holdout in [training, overlap] {
                let specification = Deliveries.specification(training, holdout: holdout)
                let error = await #expect(throws: InvalidRequest.self, "\(holdout)") {
                    try await platform.models.train(specification, by: .anyone)
                }
                #expect(error?.message.contains("overlaps") == true)
            }
        }
    }

    @Test func `A feature file that is applied again is what its name stands for`() async throws {
        try await withWorkspace { platform in
            let (old, new) = (
                Deliveries.features,
                Deliveries.features.replacing("P30D", with: "P7D").replacing("version: 1", with: "version: 2")
            )
            let first = try await platform.features.apply(old, named: "a", by: .anyone)
            let second = try await platform.features.apply(new, named: "a", by: .anyone)
            #expect(try await platform.features.featureSet("a").hash == second.hash)
            _ = try await platform.features.apply(old, named: "a", by: .anyone)
            #expect(try await platform.features.featureSet("a").hash == first.hash)
            #expect(try await platform.features.featureSet(second.hash).hash == second.hash)
            await #expect(throws: InvalidRequest.self) {
                try await platform.features.apply(new, named: first.hash, by: .anyone)
            }
        }
    }
}
