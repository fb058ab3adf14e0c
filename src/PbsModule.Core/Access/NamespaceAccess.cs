namespace PbsModule.Core.Access;

/// <summary>The part of a namespace that a caller may access.</summary>
public enum NamespaceAccess
{
    /// <summary>Only the groups that the caller owns.</summary>
    Owned,

    /// <summary>All groups.</summary>
    Full,
}
