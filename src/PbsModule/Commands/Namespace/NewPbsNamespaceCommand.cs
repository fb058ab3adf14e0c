using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Creates namespaces.</summary>
[Cmdlet(VerbsCommon.New, "PbsNamespace", SupportsShouldProcess = true)]
[OutputType(typeof(NamespaceInfo))]
public sealed class NewPbsNamespaceCommand : PbsDatastoreCmdlet
{
    /// <summary>The new namespaces, in full: <c>a/b</c> is created in <c>a</c>, which must exist.</summary>
    [Parameter(
        Mandatory = true,
        Position = 1,
        ValueFromPipelineByPropertyName = true,
        HelpMessage = "The new namespace in full, like a/b.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Whether to write even where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        foreach (StorePlace place in PlacesOfIdentity()) Process(new PbsEngine(place.Store.Connection), place);
    }

    protected override void Process(PbsEngine engine, DatastoreContext store) =>
        Process(engine, new StorePlace(store));

    private protected override void Process(PbsEngine engine, StorePlace place)
    {
        DatastoreContext store = place.Store;
        foreach (string text in Namespace!)
        {
            Attempt(text, () =>
            {
                BackupNamespace ns = BackupNamespace.Parse(text);

                // An object in a namespace is not the namespace.
                place.Demand(ns, null, null);
                engine.NamespaceChanges.CheckCreation(store, ns);
                if (ShouldProcess($"{ns} in {store}", "Create namespace"))
                {
                    WriteObject(engine.NamespaceChanges.Create(store, ns, Force, StopToken));
                }
            });
        }
    }
}
