using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Lists snapshots.</summary>
[Cmdlet(VerbsCommon.Get, "PbsSnapshot", DefaultParameterSetName = FilterSet)]
[OutputType(typeof(SnapshotInfo))]
public sealed class GetPbsSnapshotCommand : PbsSnapshotCmdlet
{
    // Collected, because the latest of the named snapshots are known only at the end.
    private readonly ByStore<SnapshotPath> _named = new();

    /// <summary>
    /// Number of newest finished snapshots of each group; with <see cref="Unfinished"/> of unfinished ones.
    /// </summary>
    [Parameter, ValidateRange(1, int.MaxValue)]
    public int Latest { get; set; }

    /// <summary>
    /// Whether to list only backups that failed or still run; with <c>:$false</c> only finished ones.
    /// </summary>
    [Parameter]
    public SwitchParameter Unfinished { get; set; }

    /// <summary>Lists snapshots at or after this time.</summary>
    [Parameter, Alias("After"), TimeTransformation]
    public DateTimeOffset Since { get; set; }

    /// <summary>Lists snapshots before this time.</summary>
    [Parameter, Alias("Before"), TimeTransformation]
    public DateTimeOffset Until { get; set; }

    /// <summary>Outcomes of the last verification.</summary>
    [Parameter]
    public VerifyState[]? VerifyState { get; set; }

    /// <summary>Whether to list only protected ones; with <c>:$false</c> only the others.</summary>
    [Parameter]
    public SwitchParameter Protected { get; set; }

    /// <summary>Whether to list only ones with encrypted files; with <c>:$false</c> only the others.</summary>
    [Parameter]
    public SwitchParameter Encrypted { get; set; }

    /// <summary>Owners, wildcards allowed.</summary>
    [Parameter, SupportsWildcards, ArgumentCompleter(typeof(OwnerCompleter))]
    public string[]? Owner { get; set; }

    /// <summary>First lines of the notes; wildcards allowed.</summary>
    [Parameter, SupportsWildcards]
    public string[]? Comment { get; set; }

    /// <summary>
    /// Whether to include snapshots that PBS hides: those of groups whose owner file is missing or damaged.
    /// </summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        if (Given(nameof(Latest)) && selection.Snapshots.Count > 0) _named.Add(store, selection.Snapshots);
        else List(engine, store, selection);
    }

    protected override void End()
    {
        foreach ((DatastoreContext store, var snapshots) in _named.Places) Attempt(null, () =>
            List(new PbsEngine(store.Connection), store, new SnapshotQuery
            {
                Snapshots = snapshots,
            }));
    }

    private void List(PbsEngine engine, DatastoreContext store, SnapshotQuery selection) => WriteAll(
        engine.Snapshots.List(store, selection with
        {
            After = Given(nameof(Since)) ? Since : null,
            Before = Given(nameof(Until)) ? Until : null,
            Latest = Given(nameof(Latest)) ? Latest : null,
            Finished = Given(nameof(Unfinished)) ? !Unfinished : Given(nameof(Latest)) ? true : null,
            VerifyStates = VerifyState ?? [],
            Protected = Given(nameof(Protected)) ? Protected.IsPresent : null,
            Encrypted = Given(nameof(Encrypted)) ? Encrypted.IsPresent : null,
            Owners = NameFilters.From(Owner), Comments = NameFilters.From(Comment), Force = Force,
        }, Report, StopToken));
}
