using System.Globalization;
using PbsModule.Core.Formats;
using PbsModule.Core.Storage;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Administration;

public sealed partial class PbsSession
{
    /// <summary>
    /// Starts a verification as a worker task. Its results are <see cref="VerifyResult"/>s, one a snapshot; it ends
    /// with an error where one failed. Source: PBS POST verify.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">What to verify, and how.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException">It takes Datastore.Verify, or Datastore.Backup on groups of one's
    /// own.</exception>
    /// <exception cref="PbsNotFoundException">A namespace, group or snapshot is not there.</exception>
    /// <exception cref="PbsException">The store cannot be entered.</exception>
    public RunningTask StartVerify(DatastoreContext store, VerifyQuery query, CancellationToken cancellation) =>
        StartVerify(EnterVerify(store, query), cancellation);

    /// <inheritdoc cref="StartVerify(DatastoreContext, VerifyQuery, CancellationToken)"/>
    /// <param name="admission">The store, and what to verify of it; not empty.</param>
    /// <param name="cancellation">Stops the task.</param>
    public RunningTask StartVerify(VerifyAdmission admission, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(admission);
        VerifyPassage verify = admission.Passage;
        VerifyQuery query = admission.Query;
        (string type, string id) = WorkerOf(verify.Datastore.Name, query.Scopes);
        return Connection.Workers.Start(
            type, id, Connection.AuthId, context => Run(verify, query, new TaskVerifyReporter(context)), cancellation);
    }

    /// <summary>Finds out what of a query the caller may verify, and what is there, before anything begins.</summary>
    /// <param name="store">The store.</param>
    /// <param name="query">What to verify, and how.</param>
    /// <returns>What is left of the query, and why the rest is not.</returns>
    /// <exception cref="PbsArgumentException">It is not said what to verify.</exception>
    public VerifyAdmission AdmitToVerify(DatastoreContext store, VerifyQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Scopes.Count == 0)
        {
            throw new PbsArgumentException(PbsErrorId.SnapshotRequired, "it is not said what to verify", store.Text);
        }

        return _gate.EnterToVerify(store, query, _engine.Mutations);
    }

    /// <summary>Checks one snapshot as a verification does, records nothing, and ends at the first fault.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="key">For a check in depth of what was encrypted with it; the caller keeps it.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>What was found; skipped where the snapshot is in use.</returns>
    /// <exception cref="PbsIntegrityException">Nothing is wrong as far as that shows without a key, and the one given
    /// is another.</exception>
    /// <exception cref="PbsException">As for
    /// <see cref="StartVerify(DatastoreContext, VerifyQuery, CancellationToken)"/>.</exception>
    public VerifyResult TestSnapshot(
        DatastoreContext store,
        SnapshotPath snapshot,
        CryptKey? key,
        CancellationToken cancellation)
    {
        var query = new VerifyQuery
        {
            Scopes = [VerifyScope.Of(snapshot)],
            NoStateUpdate = true,
            FailFast = true,
            Key = key,
        };
        VerifyPassage verify = EnterVerify(store, query).Passage;
        VerifyResult? found = null;
        try
        {
            Run(verify, query, new QuietVerifyReporter(result => found = result, cancellation));
        }
        catch (PbsIntegrityException e) when (e.ErrorId == PbsErrorId.VerificationFailed)
        {
            // The result tells.
        }

        if (found is null) throw SnapshotLookup.NotFound(verify.Datastore, snapshot);

        // What may not be read or locked is not bad for that: nothing is known of it.
        if (found.Cause is PbsPermissionException
            or
            {
                ErrorId: PbsErrorId.SnapshotLocked or PbsErrorId.LockUnavailable or PbsErrorId.FileSystemReadOnly
            })
        {
            throw found.Cause;
        }

        if (found is { State: VerifyResultState.Ok, OtherKey: { } other })
        {
            throw ManifestSignature.OtherKey(other, key!);
        }

        return found;
    }

    /// <summary>What a verification would look at, from manifests alone; no chunk is read.</summary>
    /// <exception cref="PbsException">As for
    /// <see cref="StartVerify(DatastoreContext, VerifyQuery, CancellationToken)"/>.</exception>
    /// <param name="store">The store.</param>
    /// <param name="query">What to verify, and how.</param>
    /// <param name="onProblem">
    /// Told of what cannot be listed, and is missing from the plan; the verification itself fails for it.
    /// </param>
    /// <param name="cancellation">Ends it.</param>
    public IEnumerable<VerifyPlanItem> PlanVerify(
        DatastoreContext store, VerifyQuery query, Action<PbsException> onProblem, CancellationToken cancellation) =>
        PlanVerify(EnterVerify(store, query with { NoStateUpdate = true }), onProblem, cancellation);

    /// <inheritdoc cref="PlanVerify(DatastoreContext, VerifyQuery, Action{PbsException}, CancellationToken)"/>
    /// <param name="admission">The store, and what to verify of it; not empty.</param>
    /// <param name="onProblem">Told of what cannot be listed.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IEnumerable<VerifyPlanItem> PlanVerify(
        VerifyAdmission admission, Action<PbsException> onProblem, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(admission);
        ArgumentNullException.ThrowIfNull(onProblem);
        var selection = new VerifySelection(admission.Passage);
        IReadOnlyList<VerifySection> sections = selection.Run(admission.Query.Scopes, cancellation);
        foreach (string failure in selection.Failures)
        {
            onProblem(new PbsStorageException(PbsErrorId.DirectoryUnreadable, failure, admission.Passage.Store.Text));
        }

        return VerifyForecast.Plan(admission.Passage, admission.Query, sections, onProblem, cancellation);
    }

    private void Run(VerifyPassage verify, VerifyQuery query, VerifyReporter reporter)
    {
        using var run = new VerifyRun(verify, query, reporter, _engine);
        run.Run();
    }

    /// <summary>All of it or nothing.</summary>
    private VerifyAdmission EnterVerify(DatastoreContext store, VerifyQuery query)
    {
        VerifyAdmission admission = AdmitToVerify(store, query);
        return admission.Refusals is [var refusal, ..] ? throw refusal : admission;
    }

    /// <summary>PBS's worker type and id; several snapshots or groups are told as what holds them all.</summary>
    private static (string Type, string Id) WorkerOf(string store, IReadOnlyList<VerifyScope> scopes)
    {
        BackupNamespace ns = scopes[0].Namespace;
        if (scopes is [{ Group: { } group } only])
        {
            return only.Time is { } time
                ? ("verify_snapshot", string.Create(
                    CultureInfo.InvariantCulture,
                    $"{store}:{ns.DiskPath}/{group}/{time:X8}"))
                : ("verify_group", $"{store}:{ns.DiskPath}/{group}");
        }

        return ("verify", ns.IsRoot || scopes.Any(scope =>
            !scope.Namespace.Equals(ns)) ? store : $"{store}:{ns.DiskPath}");
    }
}
