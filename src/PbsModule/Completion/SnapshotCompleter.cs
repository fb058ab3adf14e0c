using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>
/// Completes identity texts of snapshots in two steps: the group with a slash, then its times, the newest first.
/// </summary>
public sealed class SnapshotCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(
        CompletionRequest request,
        CancellationToken cancellation) => Identities(request, cancellation);

    internal static IEnumerable<Candidate> Identities(CompletionRequest request, CancellationToken cancellation)
    {
        SnapshotQuery query = GroupCompleter.IdentityQuery(request);
        if (GroupTyped(request) is var (ns, group))
        {
            string front = request.Word[..(request.Word.LastIndexOf('/') + 1)];
            SnapshotQuery one = query with
            {
                Namespace = ns.IsRoot ? query.Namespace : ns,
                Recurse = false,
                Types = [group.Type],
                Ids = [NameFilter.Literal(group.Id)],
            };
            return BackupTimeCompleter.NewestFirst(request, one, cancellation)
                .Select(snapshot => new Candidate(
                    front + DisplayText.Time(snapshot.BackupTime),
                    BackupTimeCompleter.Describe(snapshot)));
        }

        return BackupIdCompleter.Groups(request, query, cancellation).Select(found => new Candidate(
            (GroupCompleter.IsNamespaceTyped(request)
                ? found.ToString()
                : $"{found.BackupType}/{found.BackupId}") + "/",
            BackupIdCompleter.Describe(found)));
    }

    /// <summary>By position the word is a group until that is complete.</summary>
    private protected override bool Applies(CompletionRequest request, bool isNamed) =>
        isNamed || GroupTyped(request) is not null;

    /// <summary>Returns the group before the last slash of the word; null if there is none yet.</summary>
    internal static (BackupNamespace Namespace, GroupPath Group)? GroupTyped(CompletionRequest request)
    {
        int cut = request.Word.LastIndexOf('/');
        if (cut <= 0) return null;
        try
        {
            (BackupNamespace ns, string local) =
                NamespacePrefix.Split(
                    request.Word[..cut],
                    2,
                    PbsModule.Core.Errors.PbsErrorId.GroupPathInvalid,
                    "group");
            return GroupPath.TryParse(local, out GroupPath group) ? (ns, group) : null;
        }
        catch (PbsModule.Core.Errors.PbsArgumentException)
        {
            return null;
        }
    }
}
