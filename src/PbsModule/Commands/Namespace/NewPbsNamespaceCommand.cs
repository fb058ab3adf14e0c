using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Makes namespaces.</summary>
[Cmdlet(VerbsCommon.New, "PbsNamespace", SupportsShouldProcess = true)]
[OutputType(typeof(NamespaceInfo))]
public sealed class NewPbsNamespaceCommand : PbsDatastoreCmdlet
{
    /// <summary>The new namespaces, in full: <c>a/b</c> is made in <c>a</c>, which must be there.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true, HelpMessage = "The new namespace in full, like a/b.")]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Write also where the locks of a server cannot be seen.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    protected override void Process()
    {
        foreach (DatastoreContext store in StoresOfIdentity(null)) Process(new PbsSession(store.Connection), store);
    }

    protected override void Process(PbsSession session, DatastoreContext store)
    {
        foreach (string text in Namespace!)
        {
            Attempt(text, () =>
            {
                BackupNamespace ns = BackupNamespace.Parse(text);
                session.CheckNamespaceCreation(store, ns);
                if (ShouldProcess($"{ns} in {store}", "Create namespace")) WriteObject(session.CreateNamespace(store, ns, Force, StopToken));
            });
        }
    }
}
