using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Cmdlets;
using PbsModule.Completion;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Namespaces;
using PbsModule.Core.Features.Removal;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Commands;

/// <summary>Removes namespaces with those below them, and their groups on request.</summary>
[Cmdlet(VerbsCommon.Remove, "PbsNamespace", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemovePbsNamespaceCommand : PbsTargetCmdlet
{
    private readonly List<(string Store, BackupNamespace Namespace)> _removed = [];

    /// <summary>Namespaces: objects, texts (<c>a/b</c>), or rows of namespaces.</summary>
    [Parameter(Position = 1, ValueFromPipeline = true)]
    [NamespaceTargetTransformation]
    [ArgumentCompleter(typeof(NamespaceCompleter))]
    public NamespaceReference[]? Namespace { get; set; }

    /// <summary>
    /// Whether to remove the groups in it and below, with all their snapshots that are not protected.
    /// </summary>
    [Parameter]
    public SwitchParameter DeleteGroups { get; set; }

    protected override void Process()
    {
        foreach (NamespaceReference target in Targets(
            Namespace,
            new NamespaceTargetTransformationAttribute(),
            PbsErrorId.NamespaceRequired,
            nameof(Namespace)))
        {
            Attempt(target.ToString(), () =>
            {
                foreach ((PbsEngine engine, StorePlace place) in Places(target))
                {
                    Attempt(target.ToString(), () =>
                    {
                        place.Demand(target.Namespace, null, null);
                        Remove(engine, place.Store, target);
                    });
                }
            });
        }
    }

    private void Remove(PbsEngine engine, DatastoreContext store, NamespaceReference target)
    {
        // Get-PbsNamespace writes a namespace and then those below it, which were removed with it.
        if (_removed.Any(gone => gone.Store == store.Path && target.Namespace.IsIn(gone.Namespace))) return;
        NamespaceRemovalPlan plan = engine.NamespaceChanges.PlanRemoval(
            store,
            target.Namespace,
            DeleteGroups,
            StopToken);
        string name = $"{target} in {store}";
        if (ShouldProcess(
            $"Removing namespace {name}: {plan}",
            $"Remove namespace {name}: {plan}?",
            "Remove namespace",
            out ShouldProcessReason reason))
        {
            engine.NamespaceChanges.Remove(store, plan, Force, StopToken);
            _removed.Add((store.Path, target.Namespace));
        }
        else if (reason == ShouldProcessReason.WhatIf)
        {
            List(store, plan);
        }
    }

    private void List(DatastoreContext store, NamespaceRemovalPlan plan)
    {
        foreach (GroupRemovalPlan group in DeleteGroups ? plan.Groups : [])
        {
            foreach (string snapshot in group.Snapshots) ShouldProcess($"{snapshot} in {store}", "Remove snapshot");
            foreach (string file in group.Leftovers) ShouldProcess($"{file} in {store}", "Remove temporary file");
            if (group.Protected == 0) ShouldProcess($"{group} in {store}", "Remove group");
        }

        foreach (string ns in plan.Removed) ShouldProcess($"{ns} in {store}", "Remove namespace");
    }
}
