using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Removes backup groups with all their snapshots that are not protected.</summary>
[Cmdlet(VerbsCommon.Remove, "PbsGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemovePbsGroupCommand : PbsTargetCmdlet
{
    /// <summary>Groups: objects, identity texts (<c>vm/100</c>, <c>ns/a/vm/100</c>), or rows of groups.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [GroupTargetTransformation]
    [ArgumentCompleter(typeof(GroupCompleter))]
    public GroupReference[]? Group { get; set; }

    /// <summary>The namespace for texts without one.</summary>
    [Parameter]
    [AllowEmptyString]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public string[]? Namespace { get; set; }

    protected override void Process()
    {
        foreach (GroupReference target in Targets(
            Group,
            new GroupTargetTransformationAttribute(),
            PbsErrorId.GroupRequired,
            nameof(Group)))
        {
            StopToken.ThrowIfCancellationRequested();
            string name = target.ToString();
            Attempt(name, () =>
            {
                foreach ((PbsEngine engine, StorePlace place) in Places(target))
                {
                    foreach (BackupNamespace ns in NamespacesOf(place, Namespace, target.OwnNamespace, name))
                    {
                        Attempt(name, () =>
                        {
                            place.Demand(ns, target.Path, null);
                            Remove(engine, place.Store, ns, target.Path);
                        });
                    }
                }
            });
        }
    }

    private void Remove(PbsEngine engine, DatastoreContext store, BackupNamespace ns, GroupPath group)
    {
        GroupRemovalPlan plan = engine.Removal.PlanGroupRemoval(store, ns, group);
        string rest = plan.Protected > 0 ? $", keep {plan.Protected} that are protected"
            : plan.Leftovers.Count > 0 ? $", {plan.Leftovers.Count} left-over temporary files and the group"
                : " and the group";
        string what = $"{plan.Snapshots.Count} snapshots{rest}";
        string name = $"{plan} in {store}";
        if (ShouldProcess(
            $"Removing group {name}: {what}",
            $"Remove group {name}: {what}?",
            "Remove group",
            out ShouldProcessReason reason))
        {
            engine.Removal.RemoveGroup(store, plan, Force, StopToken);
        }
        else if (reason == ShouldProcessReason.WhatIf)
        {
            foreach (string snapshot in plan.Snapshots) ShouldProcess($"{snapshot} in {store}", "Remove snapshot");
            foreach (string file in plan.Leftovers) ShouldProcess($"{file} in {store}", "Remove temporary file");
        }
    }
}
