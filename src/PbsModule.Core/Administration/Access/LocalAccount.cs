using PbsModule.Core.Interop;

namespace PbsModule.Core.Administration;

/// <summary>
/// The operating-system account this process runs as. Whoever owns the configuration, or is root, could change it and so
/// acts as anybody; everyone else has no say here. A guard against mistakes, no boundary.
/// </summary>
internal static class LocalAccount
{
    /// <exception cref="PbsPermissionException">The account neither is root nor owns the configuration.</exception>
    public static void DemandControl(string configRoot)
    {
        // Elsewhere a configuration can only be a copy that somebody brought along.
        if (!OperatingSystem.IsLinux() || FileStatus.TryOf(configRoot, out _) is not { } status) return;
        DemandControl(configRoot, LibC.EffectiveUser(), status.Owner.User);
    }

    internal static void DemandControl(string configRoot, uint account, uint owner)
    {
        if (account == 0 || account == owner) return;
        throw new PbsPermissionException(PbsErrorId.PermissionDenied,
            $"only root and the account that owns \"{configRoot}\" may act on it (this is account {account}, it belongs to {owner})", configRoot)
        {
            RecommendedAction = "Run as root or as the owning account, or connect to a copy of the configuration that is yours.",
        };
    }
}
