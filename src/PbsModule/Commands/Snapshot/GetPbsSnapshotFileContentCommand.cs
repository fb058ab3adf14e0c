using System.Management.Automation;
using System.Text;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Shows the content of small files of snapshots: configurations, logs, manifests.</summary>
[Cmdlet(VerbsCommon.Get, "PbsSnapshotFileContent", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(string), typeof(byte[]))]
public sealed class GetPbsSnapshotFileContentCommand : PbsKeyCmdlet
{
    /// <summary>Names of blobs, wildcards allowed.</summary>
    [Parameter(ParameterSetName = FilterSet,
        Mandatory = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A blob of the snapshot, like qemu-server.conf.blob.")]
    [Parameter(ParameterSetName = GroupSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A blob of the snapshot, like qemu-server.conf.blob.")]
    [Parameter(ParameterSetName = SnapshotSet, Position = 2,
        Mandatory = true, ValueFromPipelineByPropertyName = true,
        HelpMessage = "A blob of the snapshot, like qemu-server.conf.blob.")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(BlobNameCompleter))]
    public string[]? FileName { get; set; }

    /// <summary>Whether to write each file as one text instead of lines.</summary>
    [Parameter]
    public SwitchParameter Raw { get; set; }

    /// <summary>Whether to write each file as one array of bytes.</summary>
    [Parameter]
    public SwitchParameter AsByteStream { get; set; }

    /// <summary>Whether to continue without a manifest that is missing or damaged.</summary>
    [Parameter]
    public SwitchParameter AllowMissingManifest { get; set; }

    private protected override bool GoesWithoutManifest => AllowMissingManifest;

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            Attempt(snapshot.ToString(), () =>
            {
                foreach (string file in engine.Content.Match(store, snapshot, NameFilters.From(FileName)))
                {
                    // A pattern selects only the blobs among its matches.
                    if (!file.EndsWith(".blob", StringComparison.Ordinal) && !FileName!.Contains(file)) continue;
                    Attempt($"{snapshot}/{file}", () =>
                        Write(engine.Content.Read(store, snapshot, file, Key)));
                }
            });
        }
    }

    private void Write(byte[] content)
    {
        if (AsByteStream)
        {
            WriteObject(content, enumerateCollection: false);
            return;
        }

        // As in Get-Content, a byte order mark is not part of the text, and the end of the last line starts no new
        // line.
        using var reader = new StreamReader(new MemoryStream(content), Encoding.UTF8);
        if (Raw) WriteObject(reader.ReadToEnd());
        else while (reader.ReadLine() is { } line) WriteObject(line);
    }
}
