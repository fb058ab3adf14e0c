using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Presentation;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that work on the content of snapshots, which may be encrypted.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsKeyCmdlet : PbsSnapshotCmdlet
{
    private readonly HashSet<SnapshotPath> _withoutManifest = [];

    /// <summary>The file with the encryption key, or the key itself.</summary>
    [Parameter]
    [Alias("Key")]
    public virtual KeyReference? KeyFile { get; set; }

    /// <summary>The password of the key file.</summary>
    [Parameter]
    public SecureString? KeyPassword { get; set; }

    /// <summary>Whether the cmdlet continues, as far as possible, if a manifest is missing.</summary>
    private protected virtual bool GoesWithoutManifest => false;

    /// <summary>The opened key; null if none was given.</summary>
    private protected CryptKey? Key { get; private set; }

    protected override void Begin()
    {
        try
        {
            if (KeyFile is not null) Key = KeyFile.Open(FileSystemPath, KeyPassword);
        }
        catch (PbsException error)
        {
            // Without the key for all of it no input can be read.
            ThrowTerminatingError(ErrorRecords.From(error, KeyFile!.ToString())!);
        }
    }

    private protected override PbsEngine Through(Connection connection) => GoesWithoutManifest
        ? new(connection) { OnLostManifest = WarnOfManifest, OnUnlocked = ReportUnlocked }
        : base.Through(connection);

    protected override void Dispose(bool disposing)
    {
        // Disposed last, after everything that uses the key.
        base.Dispose(disposing);
        if (disposing) Key?.Dispose();
    }

    /// <summary>Transfers the key to the caller.</summary>
    private protected CryptKey? TakeKey()
    {
        CryptKey? key = Key;
        Key = null;
        return key;
    }

    private void WarnOfManifest(SnapshotPath snapshot, PbsException failure)
    {
        if (!_withoutManifest.Add(snapshot)) return;
        WriteWarning(
            DisplayText.Plain(
                $"{snapshot}: {failure.Message}. It is read by what its files say of themselves: each is checked, but "
                    + "nothing proves that they are those of the backup, or all of them"));
    }
}
