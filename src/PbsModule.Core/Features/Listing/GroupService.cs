using System.Text;
using System.Text.Unicode;
using PbsModule.Core.Configuration;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Gate;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Storage;
using PbsModule.Core.Storage.Snapshots;
using PbsModule.Core.Storage.Walk;

namespace PbsModule.Core.Features.Listing;

/// <summary>Lists backup groups.</summary>
public sealed class GroupService
{
    private readonly ServiceScope _scope;

    internal GroupService(ServiceScope scope) => _scope = scope;

    /// <summary>Returns groups by namespace, type, id. Source: PBS GET groups.</summary>
    /// <exception cref="PbsNotFoundException">The namespace does not exist.</exception>
    /// <exception cref="PbsException">Access to the store is refused.</exception>
    public IEnumerable<GroupInfo> List(
        DatastoreContext store,
        GroupQuery query,
        Action<ListingProblem> onProblem,
        CancellationToken cancellation)
    {
        AccessGrant grant = _scope.Gate.EnterBelow(Entries.ListGroups, store, query.Namespace, query.DepthOr(0));
        using var summary = new GroupSummary();
        foreach (WalkStep<GroupFolder> step in new GroupSelection(grant, query).Run(cancellation))
        {
            if (step.Problem is not null) onProblem(step.Problem);
            if (step.Item is null) continue;
            using GroupFolder group = step.Item;
            GroupInfo? info = summary.Read(group, store, query, onProblem);
            if (info is not null && query.HasComment(info.Comment)) yield return info;
        }
    }

    /// <summary>Reads a group's data for listings.</summary>
    internal sealed class GroupSummary : IDisposable
    {
        private const int LongestNotes = 16 << 20;

        private static readonly ServerRelease EmptyGroups = new(4, 0, 17);

        private readonly SnapshotTimes _times = new();
        private readonly SnapshotReader _snapshots = new();
        private readonly FileContent _notes = new();

        /// <summary>Returns null for an empty group, if the server does not list those.</summary>
        public GroupInfo? Read(
            GroupFolder group,
            DatastoreContext store,
            GroupQuery query,
            Action<ListingProblem> onProblem)
        {
            TimeFolder[] times = _times.Read(group, out List<ListingProblem>? problems);
            foreach (ListingProblem problem in problems ?? []) onProblem(problem);
            if (times.Length == 0 && !query.Force && !(store.Connection.Release >= EmptyGroups)) return null;
            (DateTimeOffset? last, FileNameList files) = Last(group, times, onProblem);
            return new GroupInfo(new GroupIdentity(store, group.Namespace, group.Path))
            {
                BackupCount = times.Length,
                LastBackup = last,
                Files = files,
                Owner = group.Owner?.ToString(),
                Comment = Comment(group),
                Problem = group.OwnerError,
            };
        }

        public void Dispose() => _snapshots.Dispose();

        /// <summary>
        /// Returns the newest finished snapshot, or the newest if none is finished. PBS takes snapshots in directory
        /// order, so that an unfinished one can win.
        /// </summary>
        private (DateTimeOffset?, FileNameList) Last(
            GroupFolder group,
            TimeFolder[] times,
            Action<ListingProblem> onProblem)
        {
            (DateTimeOffset?, FileNameList) newest = (null, FileNameList.Empty);
            for (int i = times.Length - 1; i >= 0; i--)
            {
                bool exists = _snapshots.TryRead(group, times[i], manifest: false, out SnapshotRecord record);
                foreach (ListingProblem problem in _snapshots.Problems) onProblem(problem);
                if (!exists || (!record.Finished && newest.Item1 is not null)) continue;
                newest = (DateTimeOffset.FromUnixTimeSeconds(record.Time), new FileNameList(_snapshots.FileNames()));
                if (record.Finished) break;
            }

            return newest;
        }

        private string? Comment(GroupFolder group)
        {
            if (group.Folder.ReadFile("notes"u8, _notes, LongestNotes) != 0) return null;
            ReadOnlySpan<byte> line = _notes.Bytes;
            int end = line.IndexOf((byte)'\n');
            if (end >= 0) line = line[..end];
            if (!Utf8.IsValid(line)) return null;
            string comment = Encoding.UTF8.GetString(line).Trim();
            return comment.Length == 0 ? null : comment;
        }
    }
}
