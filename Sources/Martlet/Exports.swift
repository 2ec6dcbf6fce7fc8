// Whoever imports the SDK speaks of tables, versions and requests in the SDK's own words.
@_exported public import MartletAPI
@_exported public import MartletDomain
