import Foundation

/// The parts of MLflow's answers that are compared.
enum MLflowAnswers {
    struct Experiment: Decodable { var experiment_id: String }

    struct RunAnswer: Decodable { var run: Run }

    struct Run: Decodable {
        struct Info: Decodable {
            var run_id: String
            var run_name: String?
        }
        struct Data: Decodable {
            var metrics: [Metric]?
            var params: [Param]?
        }
        var info: Info
        var data: Data
    }

    struct Metric: Decodable {
        var key: String
        var value: Double
        var step: Whole?
    }

    struct Param: Decodable {
        var key: String
        var value: String
    }

    struct Runs: Decodable {
        var runs: [Run]?
        var next_page_token: String?
    }

    struct History: Decodable {
        var metrics: [Metric]?
        var next_page_token: String?
    }

    struct VersionAnswer: Decodable { var model_version: Version }

    struct Version: Decodable {
        var name: String
        var version: String
        var current_stage: String?
    }

    /// A whole number, which some servers spell as a string.
    struct Whole: Decodable {
        var value: Int

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) {
                value = number
            } else if let number = Int(try container.decode(String.self)) {
                value = number
            } else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a whole number")
            }
        }
    }
}
