using System.ComponentModel;
using System.Management.Automation;
using System.Security;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Presentation;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that read keys, with a master key if one is given.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsKeyImportCmdlet : PbsDatastoreCmdlet
{
    protected const string PathSet = "Path";
    protected const string LiteralPathSet = "LiteralPath";
    protected const string SnapshotSet = "Snapshot";

    private const string EncryptedKey = "rsa-encrypted.key.blob";

    private MasterKey? _master;
    private SnapshotPath _snapshot;

    /// <summary>The password of the key file.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Alias("Passphrase")]
    public SecureString? KeyPassword { get; set; }

    /// <summary>The private half of the master key, in PEM.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(
        ParameterSetName = SnapshotSet,
        Mandatory = true,
        HelpMessage = "The file with the private half of the master key.")]
    [Alias("MasterKey"), ValidateNotNullOrEmpty]
    public string? MasterKeyFile { get; set; }

    /// <summary>The password of the master key.</summary>
    [Parameter]
    [Alias("MasterKeyPassphrase")]
    public SecureString? MasterKeyPassword { get; set; }

    protected override void Begin()
    {
        try
        {
            if (MasterKeyFile is not null)
            {
                _master = EncryptionKey.OpenMaster(FileSystemPath(MasterKeyFile), MasterKeyPassword);
            }
        }
        catch (PbsException error)
        {
            // Without it nothing can be opened.
            ThrowTerminatingError(ErrorRecords.From(error, MasterKeyFile)!);
        }
    }

    /// <summary>Reads the keys in the matching files.</summary>
    /// <param name="path">Path with wildcards.</param>
    private protected void ImportAll(string path) => Attempt(path, () =>
    {
        foreach (string file in FileSystemPaths(path)) Attempt(file, () => Import(file));
    });

    /// <summary>Reads the key in a file.</summary>
    /// <param name="path">Path without wildcards.</param>
    private protected void ImportOne(string path) => Attempt(path, () => Import(FileSystemPath(path)));

    /// <summary>Opens the key that the client stored in a snapshot.</summary>
    private protected void ImportFrom(SnapshotReference snapshot) => Attempt(snapshot.ToString(), () =>
    {
        _snapshot = snapshot.Path;
        string name = snapshot.ToString();
        foreach (StorePlace place in PlacesOfIdentity(snapshot.Store, snapshot.DatastoreText, name))
        {
            Attempt(name, () =>
            {
                place.Demand(_snapshot.Namespace, _snapshot.Group, _snapshot.Time);
                Process(SessionFor(place.Store), place.Store);
            });
        }
    });

    protected override void Process(PbsEngine engine, DatastoreContext store)
    {
        byte[] content = engine.Content.Read(store, _snapshot, EncryptedKey, null);
        WriteOpened(_master!.Open(content), $"{_snapshot}/{EncryptedKey}");
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _master?.Dispose();
    }

    private void Import(string file)
    {
        if (_master is null) WriteObject(EncryptionKey.Import(file, KeyPassword));
        else WriteOpened(KeyFileLoader.LoadEncrypted(file, _master), file);
    }

    private void WriteOpened(KeyFile file, string source)
    {
        using (file) WriteObject(new KeyInfo(file, file.Unlock(), source));
    }
}
