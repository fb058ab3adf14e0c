using System.Diagnostics;
using PbsModule.Core.Errors;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Storage.Garbage;

/// <summary>
/// Marks the chunks of every index of a store, although groups, namespaces and snapshots may be renamed, added and
/// removed while it does.
/// </summary>
/// <remarks>
/// <para>
/// One walk proves nothing: a folder that is renamed from a place not yet visited to a visited one is not seen, and one
/// that moves back and forth is not seen by any number of walks. So the store is walked until two walks in a row saw
/// the same, and every index they saw is marked by then. The same means: at each path the same folder (device and
/// inode) with the same time of its last change, which each walk reads after it has listed the folder.
/// </para>
/// <para>
/// Take any moment between two such walks. Adding, removing or renaming an entry, also by exchanging two names or
/// moving something away and back, changes the time of the folder that holds it, and the walks are so far apart that
/// the change cannot fall into the same tick of the clock. So no folder changed from the time it was listed first to
/// the time it was listed last. Its entries at that moment are the listed ones, hence, from the root down, the tree at
/// that moment is the one that was seen, and so are its indexes. They are marked: the files themselves, by identity,
/// not what their paths led to. Whatever is renamed after that moment takes its mark along. An index that is created
/// after it refers to chunks that were touched or written after the collection began, as the lock protocol of PBS
/// demands of every writer.
/// </para>
/// <para>
/// The folder of a snapshot counts like any other, although a note or the state of a verification that is written there
/// changes its time and moves no index. Going by its index files instead would not do: an index file that is renamed
/// from the folder of one snapshot to that of another before the second is listed, and back before the first is, is in
/// neither list of either walk, and nothing of the files that are listed shows it. Only the time of the folders does.
/// So two walks that are to agree follow each other at once, which leaves the least time for a note to be written
/// between them, and the long pauses come between such pairs.
/// </para>
/// <para>
/// This holds where the file system has stable inode numbers, changes the time of a folder with its content, and where
/// the clock is not set back (which is checked separately). Where the walks never come to agree, nothing may be
/// removed.
/// </para>
/// </remarks>
/// <param name="store">The store.</param>
/// <param name="mark">Marks the indexes.</param>
/// <param name="report">Told of the progress.</param>
internal sealed class IndexMarking(Datastore store, IndexMark mark, IGarbageReport report)
{
    /// <summary>
    /// Fifteen pairs: enough for a store that is busy for some minutes, and for one in which notes and states are
    /// written all the time. A walk takes little beside the marking, and what is given up has to be marked again.
    /// </summary>
    public const int DefaultWalks = 30;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private string? _change;

    /// <summary>
    /// Full path of the list in which a server writes indexes before it moves them; null where there is none.
    /// </summary>
    public string? MoveJournal { get; init; }

    /// <summary>Walks after which it is given up.</summary>
    public int Walks { get; init; } = DefaultWalks;

    /// <summary>Called after each index of the first walk, with how many are done and how many there are.</summary>
    public Action<int, int>? OnRead { get; init; }

    /// <summary>Waits between two walks; null for the clock's time.</summary>
    public Action<TimeSpan, CancellationToken>? Pause { get; init; }

    /// <summary>Marks all indexes.</summary>
    /// <returns>The store as the last walk saw it; null if it changed during each of them.</returns>
    /// <exception cref="PbsException">Something cannot be looked at, read, or touched.</exception>
    public IndexFileList? Run(CancellationToken cancellation)
    {
        IndexFileList? before = null;
        long begun = 0;
        for (int walk = 1; ; walk++)
        {
            IndexFileList now = new IndexFileWalk(store, report.Log).Run(cancellation);
            long ended = Stopwatch.GetTimestamp();
            bool isSame = before is not null && now.IsSameAs(before, out _change);
            bool isMarked = before is null ? MarkAll(now, cancellation) : MarkOthers(now, before, cancellation);
            if (walk == 1) begun = mark.Files;
            isMarked &= MarkMoved(cancellation);
            if ((isSame && isMarked) || walk == Walks)
            {
                TellMoved(mark.Files - begun);
                return isSame && isMarked ? now : null;
            }

            Wait(PauseAfter(walk, now.Granule - Stopwatch.GetElapsedTime(ended)), cancellation);
            before = now;
        }
    }

    /// <summary>
    /// How long to wait after a walk: within a pair until a change gives a folder another time, and between pairs
    /// longer and longer, since what goes on may come to its end.
    /// </summary>
    private static TimeSpan PauseAfter(int walk, TimeSpan granule)
    {
        if (int.IsOddInteger(walk)) return granule;
        TimeSpan backOff = FirstPause * Math.Pow(2, (walk / 2) - 1);
        return TimeSpan.FromTicks(Math.Max(Math.Min(backOff.Ticks, LongestPause.Ticks), granule.Ticks));
    }

    /// <summary>The refusal to remove anything of a store whose walks never agreed.</summary>
    public PbsConflictException Refusal() =>
        new(
            PbsErrorId.StoreKeepsChanging,
            $"folders of store '{store.Name}' changed each of the {Walks} times that its indexes were looked for, the "
                + $"last time {PathText.Quote(_change ?? store.Path)}: an index may have been missed, and its chunks "
                + "would be removed",
            store.Path)
        {
            RecommendedAction =
                "Run it again when no backup, prune job, verification, move or synchronisation works on the datastore.",
        };

    private bool MarkAll(IndexFileList files, CancellationToken cancellation)
    {
        bool areMarked = true;
        int strange = 0;
        for (int i = 0; i < files.Count; i++)
        {
            string path = files.PathOf(i);
            FileIdentity? marked = mark.Mark(path, again: true, cancellation);
            if (marked is null) report.Log($"ignoring vanished file: {PathText.Quote(path)}");
            else if (files.IsStrange(i)) strange++;
            areMarked &= Note(files, i, marked);
            OnRead?.Invoke(i + 1, files.Count);
            report.Progress($"marking: {i + 1} of {files.Count} index files", i + 1, files.Count);
        }

        if (strange > 0 && OnRead is not null)
        {
            report.Log($"found (and marked) {strange} index files outside of expected directory scheme");
        }

        return areMarked;
    }

    /// <summary>Marks what a later walk found, unless it is known to be marked.</summary>
    private bool MarkOthers(IndexFileList files, IndexFileList before, CancellationToken cancellation)
    {
        bool areMarked = true;
        files.TakeMarks(before);
        for (int i = 0; i < files.Count; i++)
        {
            if (!files.IsMarked(i)) areMarked &= Note(files, i, mark.Mark(files.PathOf(i), again: false, cancellation));
        }

        return areMarked;
    }

    /// <summary>Notes that a file was marked, if it is the one that the walk saw.</summary>
    private static bool Note(IndexFileList files, int index, FileIdentity? marked)
    {
        if (marked != files.IdentityOf(index)) return false;
        files.SetMarked(index);
        return true;
    }

    /// <summary>
    /// Marks what a server says that it moves, whether a walk has seen it or not. What is not there now was moved on,
    /// or is not there yet: a later walk sees the change.
    /// </summary>
    /// <returns>False if something new was marked.</returns>
    private bool MarkMoved(CancellationToken cancellation)
    {
        if (MoveJournal is null) return true;
        long before = mark.Files;
        foreach (string path in MovedIndexes.Read(MoveJournal)) mark.Mark(path, again: false, cancellation);
        return mark.Files == before;
    }

    private void TellMoved(long count)
    {
        if (count > 0) report.Log($"found (and marked) {count} index files that were moved meanwhile");
    }

    private void Wait(TimeSpan time, CancellationToken cancellation)
    {
        if (time <= TimeSpan.Zero) return;
        if (Pause is not null) Pause(time, cancellation);
        else cancellation.WaitHandle.WaitOne(time);
        cancellation.ThrowIfCancellationRequested();
    }
}
