using System.Management.Automation;
using PbsModule.Abstractions;
using PbsModule.Completion;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;

namespace PbsModule.Commands;

/// <summary>Removes namespaces with those below them, and their groups if asked for.</summary>
[Cmdlet(VerbsCommon.Remove, "PbsNamespace", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemovePbsNamespaceCommand : PbsTargetCmdlet
{
    private readonly List<(string Store, BackupNamespace Namespace)> _removed = [];

    /// <summary>Namespaces: objects, texts (<c>a/b</c>), or rows of namespaces.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipeline = true, HelpMessage = "A namespace, like a/b.")]
    [NamespaceTargetTransformation]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public NamespaceReference[]? Namespace { get; set; }

    /// <summary>Also the groups in it and below, with all of their snapshots that are not protected.</summary>
    [Parameter]
    public SwitchParameter DeleteGroups { get; set; }

    protected override void Process()
    {
        foreach (NamespaceReference target in Namespace!)
        {
            Attempt(target.ToString(), () =>
            {
                foreach ((PbsSession session, DatastoreContext store) in Places(target)) Attempt(target.ToString(), () => Remove(session, store, target));
            });
        }
    }

    private void Remove(PbsSession session, DatastoreContext store, NamespaceReference target)
    {
        // Get-PbsNamespace writes a namespace and then those below it, which have gone with it.
        if (_removed.Any(gone => gone.Store == store.Path && target.Namespace.IsIn(gone.Namespace))) return;
        NamespaceRemovalPlan plan = session.PlanNamespaceRemoval(store, target.Namespace, StopToken);
        string what = DeleteGroups ? $"{plan.Namespaces.Count} namespaces, {plan.Groups.Count} groups, {plan.Groups.Sum(group => group.Snapshots - group.Protected)} snapshots" : "empty namespaces only";
        string name = $"{target} in {store}";
        if (ShouldProcess($"Removing namespace {name}: {what}", $"Remove namespace {name}: {what}?", "Remove namespace", out ShouldProcessReason reason))
        {
            session.RemoveNamespace(store, target.Namespace, DeleteGroups, Force, StopToken);
            _removed.Add((store.Path, target.Namespace));
        }
        else if (reason == ShouldProcessReason.WhatIf && DeleteGroups)
        {
            foreach (PlannedGroupRemoval group in plan.Groups)
            {
                ShouldProcess($"{group} in {store}", $"Remove {group.Snapshots - group.Protected} snapshots{(group.Protected > 0 ? $", keep {group.Protected} that are protected" : " and the group")}");
            }
        }
    }
}
