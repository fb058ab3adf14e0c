using System.Globalization;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Cryptography;
using PbsModule.Core.Formats.Manifests;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Gate;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Tasks;

namespace PbsModule.Core.Features.Verify;

/// <summary>Verifies snapshots.</summary>
public sealed class VerifyService
{
    private readonly ServiceScope _scope;

    internal VerifyService(ServiceScope scope) => _scope = scope;

    /// <summary>
    /// Starts a verification as a worker task. It returns a <see cref="VerifyResult"/> for each snapshot, and ends with
    /// an error if one failed. Source: PBS POST verify.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <param name="cancellation">Stops the task.</param>
    /// <exception cref="PbsPermissionException">
    /// The caller has neither Datastore.Verify nor, on its own group, Datastore.Backup.
    /// </exception>
    /// <exception cref="PbsNotFoundException">A namespace, group or snapshot does not exist.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public RunningTask Start(DatastoreContext store, VerifyQuery query, CancellationToken cancellation) =>
        Start(EnterVerify(store, query), cancellation);

    /// <inheritdoc cref="Start(DatastoreContext, VerifyQuery, CancellationToken)"/>
    /// <param name="admission">The granted scopes of a store; not empty.</param>
    /// <param name="cancellation">Stops the task.</param>
    public RunningTask Start(VerifyAdmission admission, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(admission);
        VerifyGrant verify = admission.Grant;
        VerifyQuery query = admission.Query;
        (string type, string id) = WorkerOf(verify.Datastore.Name, query.Scopes);
        return _scope.Connection.Workers.Start(
            type,
            id,
            _scope.Connection.AuthId,
            context => Run(verify, query, new TaskVerifyReporter(context)),
            cancellation);
    }

    /// <summary>
    /// Determines which scopes of a query exist and may be verified by the caller, before anything starts.
    /// </summary>
    /// <param name="store">The store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <returns>The granted scopes, and the reasons for refused ones.</returns>
    /// <exception cref="PbsArgumentException">The query has no scopes.</exception>
    public VerifyAdmission Admit(DatastoreContext store, VerifyQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        if (query.Scopes.Count == 0)
        {
            throw new PbsArgumentException(PbsErrorId.SnapshotRequired, "it is not said what to verify", store.Text);
        }

        return _scope.Gate.EnterToVerify(store, query, _scope.Engine.Mutations);
    }

    /// <summary>Verifies one snapshot, records nothing, and stops at the first failure.</summary>
    /// <param name="store">The store.</param>
    /// <param name="snapshot">The snapshot.</param>
    /// <param name="key">Decrypts chunks for a check of their content; the caller keeps ownership.</param>
    /// <param name="cancellation">Cancels the verification.</param>
    /// <returns>The result; skipped if the snapshot is in use.</returns>
    /// <exception cref="PbsIntegrityException">
    /// The checks that need no key pass, and the given key is a different one.
    /// </exception>
    /// <exception cref="PbsException">As for
    /// <see cref="Start(DatastoreContext, VerifyQuery, CancellationToken)"/>.</exception>
    public VerifyResult Test(
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
        VerifyGrant verify = EnterVerify(store, query).Grant;
        VerifyResult? found = null;
        try
        {
            Run(verify, query, new QuietVerifyReporter(result => found = result, cancellation));
        }
        catch (PbsIntegrityException e) when (e.ErrorId == PbsErrorId.VerificationFailed)
        {
            // The result reports the failure.
        }

        if (found is null) throw SnapshotLookup.NotFound(verify.Datastore, snapshot);

        // A snapshot that may not be read or locked is not bad; its state is unknown.
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

    /// <summary>Lists the snapshots that a verification would check, from manifests alone; no chunk is read.</summary>
    /// <exception cref="PbsException">As for
    /// <see cref="Start(DatastoreContext, VerifyQuery, CancellationToken)"/>.</exception>
    /// <param name="store">The store.</param>
    /// <param name="query">Scopes and options of the verification.</param>
    /// <param name="onProblem">
    /// Receives groups that cannot be listed, whose snapshots are missing from the plan; the verification itself fails
    /// for them.
    /// </param>
    /// <param name="cancellation">Cancels the listing.</param>
    public IEnumerable<VerifyPlanItem> Plan(
        DatastoreContext store, VerifyQuery query, Action<PbsException> onProblem, CancellationToken cancellation) =>
        Plan(EnterVerify(store, query with { NoStateUpdate = true }), onProblem, cancellation);

    /// <inheritdoc cref="Plan(DatastoreContext, VerifyQuery, Action{PbsException}, CancellationToken)"/>
    /// <param name="admission">The granted scopes of a store; not empty.</param>
    /// <param name="onProblem">Receives groups that cannot be listed.</param>
    /// <param name="cancellation">Cancels the listing.</param>
    public static IEnumerable<VerifyPlanItem> Plan(
        VerifyAdmission admission, Action<PbsException> onProblem, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(admission);
        ArgumentNullException.ThrowIfNull(onProblem);
        var selection = new VerifySelection(admission.Grant);
        IReadOnlyList<VerifySection> sections = selection.Run(admission.Query.Scopes, cancellation);
        foreach (string failure in selection.Failures)
        {
            onProblem(new PbsStorageException(PbsErrorId.DirectoryUnreadable, failure, admission.Grant.Store.Text));
        }

        return VerifyForecast.Plan(admission.Grant, admission.Query, sections, onProblem, cancellation);
    }

    private void Run(VerifyGrant verify, VerifyQuery query, VerifyReporter reporter) =>
        new VerifyRun(verify, query, reporter, _scope.Engine).Run();

    /// <summary>Grants all scopes, or throws the first refusal.</summary>
    private VerifyAdmission EnterVerify(DatastoreContext store, VerifyQuery query)
    {
        VerifyAdmission admission = Admit(store, query);
        return admission.Refusals is [var refusal, ..] ? throw refusal : admission;
    }

    /// <summary>
    /// Returns PBS's worker type and id; several snapshots or groups are named by what contains them all.
    /// </summary>
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
