using System.ComponentModel;
using System.Management.Automation;
using PbsModule.Core;
using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Core.Tasks;
using PbsModule.Views;

namespace PbsModule.Abstractions;

/// <summary>
/// Gathers what is to be verified while input comes, and verifies it store by store at the end of it.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class PbsVerifyCmdlet : PbsKeyCmdlet
{
    // Everything of one store is one run, so that chunks which snapshots share are read once, and one task.
    private readonly ByStore<VerifyScope> _scopes = new();

    /// <summary>
    /// A datastore is verified with all its namespaces, filters or not, unless something is said of namespaces.
    /// </summary>
    private protected override bool RecursesNamespaces(string[]? namespaces) =>
        base.RecursesNamespaces(namespaces) || (namespaces is null && !Given(nameof(Depth)));

    private bool HasFilter => BackupType is not null || BackupId is not null || BackupTime is not null;

    protected sealed override void Process(PbsSession session, DatastoreContext store, SnapshotQuery selection)
    {
        if (NamesSnapshots(selection))
        {
            foreach (SnapshotPath snapshot in Paths(session, store, selection))
            {
                _scopes.Add(store, VerifyScope.Of(snapshot));
            }
        }
        else if (selection.Groups.Count > 0 || HasFilter)
        {
            foreach ((BackupNamespace ns, GroupPath group) in GroupPaths(
                session,
                store,
                selection)) _scopes.Add(store, new VerifyScope(ns, group));
        }
        else
        {
            _scopes.Add(store, VerifyScopes.Of(selection));
        }
    }

    /// <summary>Verifies what was gathered.</summary>
    private protected void Run(VerifyQuery how, bool asJob)
    {
        List<Func<CancellationToken, RunningTask>> starts = [];
        foreach ((DatastoreContext store, List<VerifyScope> scopes) in _scopes.Places)
        {
            PbsSession session = new(store.Connection);
            Attempt(null, () =>
            {
                VerifyAdmission admission = session.AdmitToVerify(store, how with { Scopes = scopes, Key = Key });
                foreach (PbsException refusal in admission.Refusals) WriteError(ErrorRecords.From(refusal, null)!);
                if (admission.IsEmpty || !Confirm(store, admission)) return;
                if (asJob) starts.Add(cancellation => session.StartVerify(admission, cancellation));
                else
                {
                    new TaskPump(this, TimeProvider.System).Run(
                        session.StartVerify(admission, StopToken),
                        null,
                        StopToken);
                }
            });
        }

        if (starts.Count == 0) return;

        // The key lives as long as the job; the cmdlet is gone long before.
        CryptKey? key = TakeKey();
        WriteObject(TaskJob.Start(this, null, starts, () => key?.Dispose()));
    }

    /// <summary>With -WhatIf each snapshot is told, with its size; else the run is one thing to confirm.</summary>
    private bool Confirm(DatastoreContext store, VerifyAdmission admission)
    {
        if (!IsWhatIf) return ShouldProcess(VerifyScopes.Describe(store, admission.Query.Scopes), "Verify");
        foreach (VerifyPlanItem item in PbsSession.PlanVerify(
            admission, problem => WriteError(ErrorRecords.From(problem, null)!), StopToken))
        {
            string action = item.Problem is { } problem ? $"Verify, which will fail: {problem}"
                : $"Verify {DisplayText.Size(item.Size)}";
            ShouldProcess(DisplayText.Plain($"{item} in {store}"), DisplayText.Plain(action));
        }

        return false;
    }
}
