using PbsModule.Core.Errors;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Datastores;

/// <summary>
/// The operating-system account of this process. The owner of the configuration and root could change it anyway, so
/// they may act as any identity; other accounts may not. This prevents mistakes and is not a security boundary.
/// </summary>
internal static class LocalAccount
{
    private const string Remedy =
        "Run as root or as the owning account, or connect to a copy of the configuration that is yours.";

    /// <exception cref="PbsPermissionException">
    /// The account is neither root nor the owner of the configuration.
    /// </exception>
    public static void DemandControl(string configRoot)
    {
        // On other systems a configuration can only be a copy.
        if (!OperatingSystem.IsLinux()) return;
        if (!NativeCode.HasLinux) DemandWritable(configRoot);
        else if (FileStatus.TryOf(configRoot, out _) is { } status)
        {
            DemandControl(configRoot, LibC.EffectiveUser(), status.Owner.User);
        }
    }

    /// <summary>
    /// Demands that the configuration files are writable. Without native calls the owner of a folder is unknown, but
    /// this can be tested without a change.
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
                $"only root and the account that owns \"{configRoot}\" may act on it, and this account may not write "
                    + "its files",
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
            $"only root and the account that owns \"{configRoot}\" may act on it (this is account {account}, it "
                + $"belongs to {owner})",
            configRoot)
        {
            RecommendedAction = Remedy,
        };
    }
}
