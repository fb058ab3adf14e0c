namespace PbsModule.Core.Interop.Files;

/// <summary>The holders that a lock excludes.</summary>
internal enum LockMode
{
    /// <summary>Excludes exclusive holders.</summary>
    Shared,

    /// <summary>Excludes all other holders.</summary>
    Exclusive,
}
