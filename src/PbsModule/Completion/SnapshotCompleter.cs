using PbsModule.Core.Administration;
using PbsModule.Core.Formats;
using PbsModule.Views;

namespace PbsModule.Completion;

/// <summary>Identity texts of snapshots in two steps: the group with a slash, then its times, newest first.</summary>
public sealed class SnapshotCompleter : PbsCompleter
{
    private protected override IEnumerable<Candidate> Candidates(CompletionRequest request, CancellationToken cancellation)
    {
        SnapshotQuery query = GroupCompleter.IdentityQuery(request);
        int cut = request.Word.LastIndexOf('/');
        if (cut > 0 && Group(request.Word[..cut]) is var (ns, group))
        {
            string front = request.Word[..(cut + 1)];
            SnapshotQuery one = query with { Namespace = ns.IsRoot ? query.Namespace : ns, Recurse = false, Types = [group.Type], Ids = [NameFilter.Literal(group.Id)] };
            return BackupTimeCompleter.NewestFirst(request, one, cancellation)
                .Select(snapshot => new Candidate(front + DisplayText.Time(snapshot.BackupTime), BackupTimeCompleter.Describe(snapshot)));
        }

        return BackupIdCompleter.Groups(request, query, cancellation).Select(found => new Candidate(
            (GroupCompleter.IsNamespaceTyped(request) ? found.ToString() : $"{found.BackupType}/{found.BackupId}") + "/", BackupIdCompleter.Describe(found)));
    }

    private static (BackupNamespace Namespace, GroupPath Group)? Group(string text)
    {
        try
        {
            (BackupNamespace ns, string local) = NamespacePrefix.Split(text, 2, Core.PbsErrorId.GroupPathInvalid, "group");
            return GroupPath.TryParse(local, out GroupPath group) ? (ns, group) : null;
        }
        catch (Core.PbsArgumentException)
        {
            return null;
        }
    }
}
