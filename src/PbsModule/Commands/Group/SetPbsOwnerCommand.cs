using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Changes the owner of backup groups.</summary>
[Cmdlet(VerbsCommon.Set, "PbsOwner", SupportsShouldProcess = true)]
[OutputType(typeof(GroupInfo))]
public sealed class SetPbsOwnerCommand : PbsTargetCmdlet
{
    /// <summary>Groups: objects, identity texts (<c>vm/100</c>, <c>ns/a/vm/100</c>), or rows of groups.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [GroupTargetTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public GroupReference[]? Group { get; set; }

    /// <summary>The new owner: a user or a token.</summary>
    [Parameter(Mandatory = true, Position = 2, HelpMessage = "A user like backup@pbs, or a token like backup@pbs!t1.")]
    [ArgumentCompleter(typeof(NewOwnerCompleter))]
    public string? NewOwner { get; set; }

    /// <summary>The namespace for texts without one.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    /// <summary>Whether to write the groups in their new state.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    protected override void Process()
    {
        Authid owner = Authid.Parse(NewOwner!);
        foreach (GroupReference group in Targets(
            Group,
            new GroupTargetTransformationAttribute(),
            PbsErrorId.GroupRequired,
            nameof(Group)))
        {
            Attempt(group.ToString(), () =>
            {
                foreach ((PbsEngine engine, StorePlace place) in Places(group))
                {
                    foreach (BackupNamespace ns in NamespacesOf(place, Namespace, group.OwnNamespace, group.ToString()))
                    {
                        Attempt(group.ToString(), () =>
                        {
                            place.Demand(ns, group.Path, null);
                            Change(engine, place.Store, ns, group.Path, owner);
                        });
                    }
                }
            });
        }
    }

    private void Change(PbsEngine engine, DatastoreContext store, BackupNamespace ns, GroupPath group, Authid owner)
    {
        Authid? old = engine.Owner.Check(store, ns, group, owner);
        string name = ns.IsRoot ? $"{group}" : $"{ns.DiskPath}/{group}";
        if (!ShouldProcess($"{name} in {store}", $"Change owner from {old?.ToString() ?? "nobody"} to {owner}")) return;
        GroupInfo changed = engine.Owner.Change(store, ns, group, owner, Force, StopToken);
        if (PassThru) WriteObject(changed);
    }
}
