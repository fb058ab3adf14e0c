using System.Management.Automation;
using System.Security;
using PbsModule.Abstractions;
using PbsModule.Core.Formats;

namespace PbsModule.Provider;

/// <summary>
/// A drive that was made with New-PSDrive: it begins at a datastore, or anywhere in one, and may have a key. A
/// datastore that is but a folder has that in front of its paths, so that they mean the same without the name of the
/// drive.
/// </summary>
internal sealed class StoreDrive : PSDriveInfo
{
    /// <param name="drive">As it was asked for.</param>
    /// <param name="root">Where it begins.</param>
    /// <param name="folder">The datastore's folder, which <paramref name="root"/> begins with; null for registered
    /// ones.</param>
    /// <param name="key">Opens what is encrypted, until the drive is removed; null without one.</param>
    public StoreDrive(PSDriveInfo drive, string root, string? folder, CryptKey? key)
        : base(drive.Name, drive.Provider, root, drive.Description, drive.Credential, displayRoot: null)
    {
        Folder = folder;
        Key = key;
    }

    internal string? Folder { get; }

    internal CryptKey? Key { get; }

    /// <summary>Takes a path of the provider apart, if it lies in this drive's datastore.</summary>
    public DrivePath? Parse(string path)
    {
        if (Folder is null) return DrivePath.Parse(path);
        string plain = Plain(path), front = Plain(Folder);
        return plain == front || plain.StartsWith(front + '/', PathComparison)
            ? DrivePath.In(Folder, plain[front.Length..])
            : null;
    }

    private static StringComparison PathComparison =>
        OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    /// <summary>PowerShell takes both separators, and hands paths over with or without one at their ends.</summary>
    private static string Plain(string path) => path.Replace('\\', '/').Trim('/');
}

/// <summary>What New-PSDrive takes beside its own parameters.</summary>
public sealed class DriveParameters
{
    /// <summary>The file with the encryption key, or the key itself.</summary>
    [Parameter]
    [Alias("Key")]
    public KeyReference? KeyFile { get; set; }

    /// <summary>The password of the key file.</summary>
    [Parameter]
    public SecureString? KeyPassword { get; set; }
}
