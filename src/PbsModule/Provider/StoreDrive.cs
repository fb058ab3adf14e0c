using System.Management.Automation;
using System.Security;
using PbsModule.Binding;
using PbsModule.Core.Formats.Cryptography;

namespace PbsModule.Provider;

/// <summary>
/// A drive made with New-PSDrive: its root is a datastore or a location in one, and it may have a key. If the datastore
/// is a folder, its paths start with that folder, so that they mean the same without the drive's name.
/// </summary>
internal sealed class StoreDrive : PSDriveInfo
{
    /// <param name="drive">The requested drive.</param>
    /// <param name="root">Root of the drive.</param>
    /// <param name="folder">
    /// Folder of the datastore, the start of <paramref name="root"/>; null for registered ones.
    /// </param>
    /// <param name="key">Decrypts encrypted data until the drive is removed; null for none.</param>
    public StoreDrive(PSDriveInfo drive, string root, string? folder, CryptKey? key)
        : base(drive.Name, drive.Provider, root, drive.Description, drive.Credential, displayRoot: null)
    {
        Folder = folder;
        Key = key;
    }

    internal string? Folder { get; }

    internal CryptKey? Key { get; }

    /// <summary>Parses a provider path if it is in this drive's datastore; else returns null.</summary>
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

    /// <summary>
    /// Normalizes a path. PowerShell uses both separators, and passes paths with or without one at the ends.
    /// </summary>
    private static string Plain(string path) => path.Replace('\\', '/').Trim('/');
}

/// <summary>The additional parameters of New-PSDrive.</summary>
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
