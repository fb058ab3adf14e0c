using PbsModule.Core.Access;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Verify;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Verify;

/// <summary>Snapshots of one group to verify, in this order.</summary>
/// <param name="Namespace">Namespace of the group.</param>
/// <param name="Group">The group.</param>
/// <param name="Times">Exactly these backup times, Unix seconds; null for all, the newest first.</param>
internal sealed record VerifySection(BackupNamespace Namespace, GroupPath Group, IReadOnlyList<long>? Times = null)
{
    /// <summary>False if the run will skip it because it was verified recently.</summary>
    public bool IsDue { get; init; } = true;
}

/// <summary>
/// Expands scopes to sections in PBS's order: groups of all namespaces together by type and id, the newest snapshots
/// first. A caller who may verify a whole namespace may also verify all namespaces below it, whatever the grants there.
/// Source: PBS src/backup/verify.rs, hierarchy.rs.
/// </summary>
internal sealed class VerifySelection(VerifyGrant verify)
{
    // The benchmark's group holds no backups.
    private static readonly GroupPath Benchmark = new(BackupType.Host, "benchmark");

    private readonly GroupWalk _groups = new();
    private readonly List<VerifySection> _sections = [];

    /// <summary>The problems of listing, in PBS's words; each counts as a failure.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>PBS's log lines for these problems.</summary>
    public List<string> Lines { get; } = [];

    /// <summary>The owner whose groups the selection is limited to; null without such a limit.</summary>
    public Authid? LimitedTo { get; private set; }

    /// <exception cref="PbsException">A namespace cannot be read.</exception>
    public IReadOnlyList<VerifySection> Run(IReadOnlyList<VerifyScope> scopes, CancellationToken cancellation)
    {
        foreach (VerifyScope scope in scopes)
        {
            cancellation.ThrowIfCancellationRequested();
            if (scope.Group is { } group)
            {
                _sections.Add(new VerifySection(scope.Namespace, group, scope.Time is { } time ? [time] : null));
            }
            else AddBelow(scope, cancellation);
        }

        return [.. Merged().OrderBy(section => section.Group)];
    }

    /// <summary>Merges the sections of each group at the place of the first.</summary>
    private IEnumerable<VerifySection> Merged() => _sections
        .GroupBy(section => (section.Namespace, section.Group))
        .Select(same =>
            new VerifySection(same.Key.Namespace, same.Key.Group, same.Any(section => section.Times is null) ? null
                : [.. same.SelectMany(section => section.Times!).Distinct().OrderDescending()]));

    private void AddBelow(VerifyScope scope, CancellationToken cancellation)
    {
        bool isUnlimited = verify.Grant.On(scope.Namespace) == NamespaceAccess.Full;
        if (!isUnlimited) LimitedTo = verify.Store.Connection.AuthId;
        int depth = Math.Clamp(scope.Depth, 0, BackupNamespace.MaxDepth - scope.Namespace.Depth);
        foreach (NamespaceStep step in NamespaceWalk.Run(verify.Datastore, scope.Namespace, depth))
        {
            cancellation.ThrowIfCancellationRequested();
            Note(step.Problem, scope.Namespace);
            if (step.Item is not { } ns) continue;
            NamespaceAccess? granted = isUnlimited ? NamespaceAccess.Full
                : verify.Grant.IsVisible(ns.Namespace) ? verify.Grant.On(ns.Namespace)
                : null;
            if (granted is not null) AddGroups(ns, granted.Value);
        }
    }

    private void AddGroups(NamespaceFolder ns, NamespaceAccess granted)
    {
        foreach (WalkStep<GroupFolder> step in _groups.Run(ns, [], static _ => true))
        {
            Note(step.Problem, ns.Namespace);
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            if (group.Path != Benchmark && verify.Grant.Admits(granted, group.Owner))
            {
                _sections.Add(new VerifySection(group.Namespace, group.Path));
            }
        }
    }

    /// <summary>Records a listing problem. PBS silently skips foreign names and links.</summary>
    private void Note(ListingProblem? problem, BackupNamespace ns)
    {
        if (problem is not { Kind: ListingProblemKind.Error }) return;
        if (problem.Exception is { } cause) Exhaustion.ThrowIf(cause);
        Lines.Add($"error on iterating groups in ns '{ns}' - {problem.Message}");
        Failures.Add(problem.Message);
    }
}
