using PbsModule.Core.Interop;

namespace PbsModule.Core.Administration;

/// <summary>
/// The operating-system account this process runs as. Whoever owns the configuration, or is root, could change it and
/// so acts as anybody; everyone else has no say here. A guard against mistakes, no boundary.
/// </summary>
internal static class LocalAccount
{
    private const string Remedy =
        "Run as root or as the owning account, or connect to a copy of the configuration that is yours.";

    /// <exception cref="PbsPermissionException">The account neither is root nor owns the configuration.</exception>
    public static void DemandControl(string configRoot)
    {
        // Elsewhere a configuration can only be a copy that somebody brought along.
        if (!OperatingSystem.IsLinux()) return;
        if (!NativeCode.HasLinux) DemandWritable(configRoot);
        else if (FileStatus.TryOf(configRoot, out _) is { } status)
        {
            DemandControl(configRoot, LibC.EffectiveUser(), status.Owner.User);
        }
    }

    /// <summary>
    /// Whose a folder is cannot be asked without native calls; whether its files are ours to write can, and changes
    /// nothing.
    /// </summary>
    private static void DemandWritable(string configRoot)
    {
        if (Environment.IsPrivilegedProcess || !Directory.Exists(configRoot)) return;
        try
        {
            foreach (string file in Directory.EnumerateFiles(configRoot, "*.cfg"))
            {
                File
                    .OpenHandle(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete)
                    .Dispose();
            }
        }
        catch (Exception e) when (OsError.TryFrom(e, out _))
        {
            throw new PbsPermissionException(
                PbsErrorId.PermissionDenied,
                $"only root and the account that owns \"{configRoot}\" may act on it, and this account may not write its files",
                configRoot)
            {
                RecommendedAction = Remedy,
            };
        }
    }

    internal static void DemandControl(string configRoot, uint account, uint owner)
    {
        if (account == 0 || account == owner) return;
        throw new PbsPermissionException(PbsErrorId.PermissionDenied,
            $"only root and the account that owns \"{configRoot}\" may act on it (this is account {account}, it belongs to {owner})",
            configRoot)
        {
            RecommendedAction = Remedy,
        };
    }
}
