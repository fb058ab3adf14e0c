namespace PbsModule.Core.Interop.Files;

/// <summary>Whom a lock keeps out.</summary>
internal enum LockMode
{
    /// <summary>Keeps exclusive holders out.</summary>
    Shared,

    /// <summary>Keeps everybody out.</summary>
    Exclusive,
}
