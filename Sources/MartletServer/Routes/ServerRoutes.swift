import Hummingbird
import Platform

/// What anybody may ask without saying who they are.
func addServerRoutes(to group: RouterGroup<MartletContext>) {
    group.get("health") { _, _ in "OK" }
    group.get("version") { _, _ in Platform.version }
}
