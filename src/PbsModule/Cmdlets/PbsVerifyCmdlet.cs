using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Binding;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Features;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Features.Verify;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Tasks;
using PbsModule.Presentation;
using PbsModule.Views;

namespace PbsModule.Cmdlets;

/// <summary>The base of cmdlets that verify: collects the input and verifies it store by store at the end.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsVerifyCmdlet : PbsKeyCmdlet
{
    // All input of one store is one run and one task, so that shared chunks are read once.
    private readonly ByStore<VerifyScope> _scopes = new();

    /// <summary>
    /// A datastore is verified with all its namespaces, with or without other filters, unless a namespace parameter is
    /// given.
    /// </summary>
    private protected override bool RecursesNamespaces(string[]? namespaces) =>
        base.RecursesNamespaces(namespaces) || (namespaces is null && !Given(nameof(Depth)));

    private bool HasFilter => BackupType is not null || BackupId is not null || BackupTime is not null;

    protected sealed override void Process(PbsEngine engine, DatastoreContext store, SnapshotQuery selection)
    {
        if (NamesSnapshots(selection))
        {
            foreach (SnapshotPath snapshot in Paths(engine, store, selection))
            {
                _scopes.Add(store, VerifyScope.Of(snapshot));
            }
        }
        else if (selection.Groups.Count > 0 || HasFilter)
        {
            foreach ((BackupNamespace ns, GroupPath group) in GroupPaths(
                engine,
                store,
                selection)) _scopes.Add(store, new VerifyScope(ns, group));
        }
        else
        {
            _scopes.Add(store, VerifyScopes.Of(selection));
        }
    }

    /// <summary>Verifies the collected scopes.</summary>
    private protected void Run(VerifyQuery how, bool asJob)
    {
        List<Func<CancellationToken, RunningTask>> starts = [];
        foreach ((DatastoreContext store, List<VerifyScope> scopes) in _scopes.Places)
        {
            PbsEngine engine = new(store.Connection);
            Attempt(null, () =>
            {
                VerifyAdmission admission = engine.Verify.Admit(store, how with { Scopes = scopes, Key = Key });
                foreach (PbsException refusal in admission.Refusals) WriteError(ErrorRecords.From(refusal, null)!);
                if (admission.IsEmpty || !Confirm(store, admission)) return;
                if (asJob) starts.Add(cancellation => engine.Verify.Start(admission, cancellation));
                else
                {
                    new TaskPump(this, TimeProvider.System).Run(
                        engine.Verify.Start(admission, StopToken),
                        null,
                        StopToken);
                }
            });
        }

        if (starts.Count == 0) return;

        // The job owns the key, because it outlives the cmdlet.
        CryptKey? key = TakeKey();
        WriteObject(TaskJob.Start(this, null, starts, () => key?.Dispose()));
    }

    /// <summary>Asks for confirmation of the run. With -WhatIf it lists each snapshot with its size instead.</summary>
    private bool Confirm(DatastoreContext store, VerifyAdmission admission)
    {
        if (!IsWhatIf) return ShouldProcess(VerifyScopes.Describe(store, admission.Query.Scopes), "Verify");
        foreach (VerifyPlanItem item in VerifyService.Plan(
            admission, problem => WriteError(ErrorRecords.From(problem, null)!), StopToken))
        {
            string action = item.Problem is { } problem ? $"Verify, which will fail: {problem}"
                : $"Verify {DisplayText.Size(item.Size)}";
            ShouldProcess(DisplayText.Plain($"{item} in {store}"), DisplayText.Plain(action));
        }

        return false;
    }
}
