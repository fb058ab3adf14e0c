using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Core;
using PbsModule.Core.Formats;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on what is in snapshots, which may be encrypted.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsKeyCmdlet : PbsSnapshotCmdlet
{
    /// <summary>The file with the encryption key.</summary>
    [Parameter]
    public virtual string? KeyFile { get; set; }

    /// <summary>The password of the key file.</summary>
    [Parameter]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Null where none was given.</summary>
    private protected CryptKey? Key { get; private set; }

    protected override void Begin()
    {
        try
        {
            if (KeyFile is not null) Key = EncryptionKey.Open(FileSystemPath(KeyFile), KeyPassword);
        }
        catch (PbsException error)
        {
            // No input can be read without the key that was meant for all of it.
            ThrowTerminatingError(ErrorRecords.From(error, KeyFile)!);
        }
    }

    protected override void Dispose(bool disposing)
    {
        // Whatever uses the key ends first.
        base.Dispose(disposing);
        if (disposing) Key?.Dispose();
    }

    /// <summary>The key, which is the caller's from now on.</summary>
    private protected CryptKey? TakeKey()
    {
        CryptKey? key = Key;
        Key = null;
        return key;
    }
}
