using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>A cmdlet that works on what is in snapshots, which may be encrypted.</summary>
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

    /// <summary>Whether it goes on where a manifest is lost, as far as it can.</summary>
    private protected virtual bool GoesWithoutManifest => false;

    /// <summary>Null where none was given.</summary>
    private protected CryptKey? Key { get; private set; }

    protected override void Begin()
    {
        try
        {
            if (KeyFile is not null) Key = KeyFile.Open(FileSystemPath, KeyPassword);
        }
        catch (PbsException error)
        {
            // No input can be read without the key that was meant for all of it.
            ThrowTerminatingError(ErrorRecords.From(error, KeyFile!.ToString())!);
        }
    }

    private protected override PbsSession Through(Connection connection) => GoesWithoutManifest
        ? new(connection) { OnLostManifest = WarnOfManifest, OnUnlocked = ReportUnlocked }
        : base.Through(connection);

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

    private void WarnOfManifest(SnapshotPath snapshot, PbsException failure)
    {
        if (!_withoutManifest.Add(snapshot)) return;
        WriteWarning(
            DisplayText.Plain(
                $"{snapshot}: {failure.Message}. It is read by what its files say of themselves: each is checked, but nothing proves that they are those of the backup, or all of them"));
    }
}
