using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Gives backup groups to another owner.</summary>
[Cmdlet(VerbsCommon.Set, "PbsOwner", SupportsShouldProcess = true)]
[OutputType(typeof(GroupInfo))]
public sealed class SetPbsOwnerCommand : PbsTargetCmdlet
{
    /// <summary>Groups: objects, identity texts (<c>vm/100</c>, <c>ns/a/vm/100</c>), or rows of groups.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = "A group, like vm/100.")]
    [GroupTargetTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public GroupReference[]? Group { get; set; }

    /// <summary>Who is to own them: a user or a token.</summary>
    [Parameter(Mandatory = true, Position = 2, HelpMessage = "A user like backup@pbs, or a token like backup@pbs!t1.")]
    [ArgumentCompleter(typeof(NewOwnerCompleter))]
    public string? NewOwner { get; set; }

    /// <summary>The namespace of texts that say nothing of one.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Writes the groups as they are now.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        Authid owner = Authid.Parse(NewOwner!);
        foreach (GroupReference group in Group!)
        {
            Attempt(group.ToString(), () =>
            {
                foreach ((PbsSession session, StorePlace place) in Places(group))
                {
                    foreach (BackupNamespace ns in NamespacesOf(place, Namespace, group.OwnNamespace, group.ToString()))
                    {
                        Attempt(group.ToString(), () =>
                        {
                            place.Demand(ns, group.Path, null);
                            Change(session, place.Store, ns, group.Path, owner);
                        });
                    }
                }
            });
        }
    }

    private void Change(PbsSession session, DatastoreContext store, BackupNamespace ns, GroupPath group, Authid owner)
    {
        Authid? old = session.CheckOwnerChange(store, ns, group, owner);
        string name = ns.IsRoot ? $"{group}" : $"{ns.DiskPath}/{group}";
        if (!ShouldProcess($"{name} in {store}", $"Change owner from {old?.ToString() ?? "nobody"} to {owner}")) return;
        GroupInfo changed = session.ChangeOwner(store, ns, group, owner, Force, StopToken);
        if (PassThru) WriteObject(changed);
    }
}
