using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Lists the files of snapshots: archives, blobs, the manifest.</summary>
[Cmdlet(VerbsCommon.Get, "PbsSnapshotFile", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(SnapshotFileInfo))]
public sealed class GetPbsSnapshotFileCommand : PbsSnapshotCmdlet
{
    /// <summary>File names, wildcards allowed.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(FileNameCompleter))]
    public string[]? FileName { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        IReadOnlyList<NameFilter> names = NameFilters.From(FileName);
        LiteralNames unseen = new(names);
        bool read = false;
        foreach (SnapshotPath snapshot in Paths(engine, store, selection))
        {
            read |= Attempt(snapshot.ToString(), () => WriteAll(engine.Files.List(store, snapshot, StopToken)
                .Where(file => names.Count == 0 || names.Any(name => name.Matches(file.FileName)))
                .Select(file => Seen(file, unseen))));
        }

        if (!read) return;
        foreach (string name in unseen.Missing)
        {
            Attempt(name, () => throw new PbsNotFoundException(
                PbsErrorId.SnapshotFileNotFound,
                $"there is no file '{name}' in what was selected of datastore '{store.Text}'",
                name));
        }
    }

    private static SnapshotFileInfo Seen(SnapshotFileInfo file, LiteralNames unseen)
    {
        unseen.Saw(file.FileName);
        return file;
    }
}
