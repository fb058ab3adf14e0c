using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Lists the namespaces of datastores, the root (whose text is empty) first.</summary>
[Cmdlet(VerbsCommon.Get, "PbsNamespace")]
[OutputType(typeof(NamespaceInfo))]
public sealed class GetPbsNamespaceCommand : PbsDatastoreCmdlet
{
    /// <summary>The first namespaces, '' for the root; wildcards allowed.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString, SupportsWildcards]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Whether to list all namespaces below instead of only the direct children.</summary>
    [Parameter]
    public SwitchParameter Recurse { get; set; }

    /// <summary>Number of levels below, 0 to 7.</summary>
    [Parameter]
    [ValidateRange(0, BackupNamespace.MaxDepth)]
    public int Depth { get; set; }

    private protected override void Process(PbsEngine engine, StorePlace place)
    {
        if (place.Part.Namespace is { } own) NamespaceSelection.Demand(Namespace, 0, own, place.Part.ToString());
        List(engine, place.Store, place.Part.Namespace is { } ns ? [ns.Text] : Namespace);
    }

    protected override void Process(PbsEngine engine, DatastoreContext store) => List(engine, store, Namespace);

    private void List(PbsEngine engine, DatastoreContext store, string[]? namespaces)
    {
        // A pattern names the namespaces themselves; a literal names the parent.
        bool isPattern = namespaces?.Any(WildcardPattern.ContainsWildcardCharacters) == true;
        int depth = Given(nameof(Depth)) ? Depth : Recurse ? BackupNamespace.MaxDepth : isPattern ? 0 : 1;
        foreach ((BackupNamespace start, int levels) in
            NamespaceSelection.Walks(engine, store, namespaces, depth, StopToken))
        {
            NamespaceQuery query = new() { Namespace = start, Depth = levels };
            Attempt(null, () => WriteAll(engine.Namespaces.List(store, query, Report, StopToken)));
        }
    }
}
