using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;

namespace PbsModule.Commands;

/// <summary>Reads encryption keys: key files, paper keys, and keys that a master key decrypts.</summary>
[Cmdlet(VerbsData.Import, "PbsKey", DefaultParameterSetName = PathSet)]
[OutputType(typeof(KeyInfo))]
public sealed class ImportPbsKeyCommand : PbsKeyImportCmdlet
{
    /// <summary>Key files, paper keys, or copies of <c>rsa-encrypted.key.blob</c>; wildcards allowed.</summary>
    [Parameter(ParameterSetName = PathSet, Mandatory = true, Position = 0, ValueFromPipeline = true,
        HelpMessage = "The file with the encryption key.")]
    [ValidateNotNullOrEmpty, SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>The same files, without wildcards.</summary>
    [Parameter(ParameterSetName = LiteralPathSet, Mandatory = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "The file with the encryption key.")]
    [Alias("PSPath"), ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Snapshots that contain <c>rsa-encrypted.key.blob</c>, by identity text or object.</summary>
    [Parameter(ParameterSetName = SnapshotSet, Mandatory = true, ValueFromPipeline = true,
        HelpMessage = "A snapshot, like vm/100/2024-05-01T10:00:00Z.")]
    [SnapshotTransformation]
    [ArgumentCompleter(typeof(SnapshotCompleter))]
    public SnapshotReference[]? Snapshot { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = SnapshotSet, ValueFromPipelineByPropertyName = true)]
    [DatastoreTransformation, ValidateNotNullOrEmpty, SupportsWildcards]
    [ArgumentCompleter(typeof(DatastoreCompleter))]
    public override DatastoreReference[]? Datastore { get; set; }

    protected override void Process()
    {
        foreach (string path in Path ?? []) ImportAll(path);
        foreach (string path in LiteralPath ?? []) ImportOne(path);
        foreach (SnapshotReference snapshot in Snapshot ?? []) ImportFrom(snapshot);
    }
}
