using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using PbsModule.Core;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;

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
            if (KeyFile is not null) Key = Open(FileSystemPath(KeyFile));
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

    private CryptKey Open(string path)
    {
        using KeyFile file = KeyFileLoader.Load(path);
        return KeyPassword is null ? file.Open() : Secrets.Use(KeyPassword, password => Open(file, password));
    }

    private static CryptKey Open(KeyFile file, ReadOnlySpan<char> password)
    {
        byte[] bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetMaxByteCount(password.Length), pinned: true);
        try
        {
            return file.Open(bytes.AsSpan(0, Encoding.UTF8.GetBytes(password, bytes)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
