using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Walk;

/// <summary>The snapshot folders of groups, ascending by time. For one thread at a time.</summary>
internal sealed class SnapshotTimes
{
    private readonly EntryList _entries = new();
    private readonly List<TimeFolder> _times = [];

    /// <param name="group">Open group.</param>
    /// <param name="problems">Receives what is wrong; null when nothing is.</param>
    public TimeFolder[] Read(GroupFolder group, out List<ListingProblem>? problems)
    {
        problems = null;
        int error = group.Folder.List(_entries);
        if (error != 0)
        {
            if (WalkProblem.Unreadable(error, group.FullPath) is { } problem) problems = [problem];
            return [];
        }

        _times.Clear();
        bool mapped = false;
        for (int i = 0; i < _entries.Count; i++)
        {
            EntryKind kind = _entries.Kind(i);
            if (kind is not (EntryKind.Folder or EntryKind.Link)) continue;
            if (TimeFolder.TryParse(_entries.Name(i), out TimeFolder time, out string? refusal)
                && refusal is null
                && kind == EntryKind.Folder)
            {
                _times.Add(time);
                mapped |= time.IsMapped;
            }
            else
            {
                (problems ??= []).Add(Explain(group, i, kind, refusal));
            }
        }

        WarnOfCopy(problems);
        _times.Sort();
        if (mapped) DropDuplicates(group, ref problems);
        return [.. _times];
    }

    private ListingProblem Explain(GroupFolder group, int index, EntryKind kind, string? refusal)
    {
        string path = Path.Combine(group.FullPath, _entries.Text(index, out _));
        if (refusal is not null)
        {
            return new ListingProblem(
                PbsErrorId.BackupTimeInvalid,
                $"{PathText.Quote(path)} is passed over - {refusal}",
                path,
                ListingProblemKind.Warning);
        }

        bool isTime = TimeFolder.TryParse(_entries.Name(index), out _, out _);
        return isTime && kind == EntryKind.Link
            ? WalkProblem.Link(path, "snapshot")
            : WalkProblem.Foreign(path, "snapshot");
    }

    /// <summary>
    /// A copy that put another character for each ':' leaves groups that look empty: that must not pass in silence.
    /// Once a group is enough.
    /// </summary>
    private static void WarnOfCopy(List<ListingProblem>? problems)
    {
        int at = problems?.FindIndex(problem =>
            problem.ErrorId == PbsErrorId.ForeignName && TimeFolder.IsMangled(Path.GetFileName(problem.Target))) ?? -1;
        if (at < 0) return;
        string path = problems![at].Target;
        problems[at] = new ListingProblem(PbsErrorId.ForeignName,
            $"{PathText.Quote(path)} looks like a snapshot whose ':' a copy has replaced; it is passed over. Copy "
                + "again with what keeps ':', or rename such folders in a copy",
            path,
            ListingProblemKind.Warning);
    }

    /// <summary>
    /// One time in two spellings: a copy went wrong half-way. PBS's own spelling sorts first and stays.
    /// </summary>
    private void DropDuplicates(GroupFolder group, ref List<ListingProblem>? problems)
    {
        for (int i = _times.Count - 1; i > 0; i--)
        {
            if (_times[i].Time != _times[i - 1].Time) continue;
            string path = Path.Combine(group.FullPath, _times[i].ToString());
            (problems ??= []).Add(new ListingProblem(PbsErrorId.ForeignName,
                $"{PathText.Quote(path)} is passed over: the group has a folder of that time already",
                path,
                ListingProblemKind.Warning));
            _times.RemoveAt(i);
        }
    }
}
