using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Catalogs;
using PbsModule.Core.Formats.Pxar;
using PbsModule.Core.Formats.Text;
using PbsModule.Core.Interop;
using PbsModule.Core.Interop.Files;
using PbsModule.Core.Interop.Restore;
using PbsModule.Core.Storage.Content;

namespace PbsModule.Core.Storage.Restore;

/// <summary>
/// Restores the entries of an archive, or a part of them, into a folder, at the paths they have in the archive. Nothing
/// outside of that folder is touched, whatever the archive says: each step goes through an open folder, by one name,
/// and follows no link. One entry that cannot be had costs no other. For one run, on one thread. Source: pbs-client
/// <c>pxar/extract.rs</c>.
/// </summary>
internal sealed class TreeRestore
{
    /// <summary>Deeper directories are refused: each takes a handle.</summary>
    private const int DepthLimit = 1024;

    private readonly ArchiveReader _archive;
    private readonly RestoreOptions _options;
    private readonly IRestoreListener _listener;
    private readonly CancellationToken _cancellation;
    private readonly EntryWriter _writer;
    private readonly Stack<RestoredFolder> _open = [];
    private readonly Dictionary<long, RestoredFile> _files = [];
    private readonly HashSet<long> _kept = [];
    private readonly RestoredFolder _root;

    /// <param name="archive">The archive.</param>
    /// <param name="target">Where to.</param>
    /// <param name="isNew">Whether the target was made for this: then it gets what the archive's root has.</param>
    /// <param name="options">How.</param>
    /// <param name="listener">Told how it goes.</param>
    /// <param name="cancellation">Ends it.</param>
    public TreeRestore(
        ArchiveReader archive,
        TargetFolder target,
        bool isNew,
        RestoreOptions options,
        IRestoreListener listener,
        CancellationToken cancellation)
    {
        _archive = archive;
        _options = options;
        _listener = listener;
        _cancellation = cancellation;
        _writer = new EntryWriter(archive, options, Counts, listener, cancellation);
        _root = new RestoredFolder(null, archive.Pxar.Root, options.Selection.IncludesAll)
        {
            Target = target,
            GetsMetadata = isNew && !archive.Pxar.Root.IsUnread,
        };
    }

    public RestoreCounts Counts { get; } = new();

    /// <summary>Restores everything that is selected.</summary>
    /// <exception cref="PbsException">Nothing can be written any more.</exception>
    public void RunAll()
    {
        if (_options.Selection.IsEverything) _archive.ReadAhead();
        Restore(_root);
    }

    /// <summary>
    /// Restores some entries, directories with all that is in them, and the directories above them: each once, however
    /// often and in whatever order it is named, and no directory is left before all that is wanted of it is there.
    /// </summary>
    /// <param name="paths">The entries.</param>
    /// <param name="missing">What is told of one that is not there.</param>
    /// <exception cref="PbsException">Nothing can be written any more.</exception>
    public void Run(IEnumerable<RestoredPath> paths, Func<RestoredPath, PbsException> missing)
    {
        RestoredPath? last = null;
        bool isWhole = false;
        try
        {
            _open.Push(_root);
            foreach (RestoredPath path in paths.Order())
            {
                if (path.Names.Count == 0)
                {
                    _open.Clear();
                    RunAll();
                    return;
                }

                _cancellation.ThrowIfCancellationRequested();
                int common = last?.CommonWith(path) ?? 0;
                if (last is not null && common == last.Names.Count && (isWhole || common == path.Names.Count)) continue;
                last = path;
                isWhole = Restore(path, missing);
            }

            while (_open.Count > 0) RestoreRest();
        }
        finally
        {
            CloseAll();
        }
    }

    /// <summary>Restores one entry from where the last one has left off; true where it is a directory.</summary>
    private bool Restore(RestoredPath path, Func<RestoredPath, PbsException> missing)
    {
        try
        {
            while (!_open.Peek().IsAbove(path)) Leave(_open.Pop());
            while (true)
            {
                RestoredFolder parent = _open.Peek();
                int level = _open.Count;
                if (!parent.Entry.IsDirectory
                    || _archive.Pxar.Find(parent.Entry, path.Names[level - 1]) is not { } entry) throw missing(path);
                if (level == path.Names.Count)
                {
                    Visit(parent, entry);
                    while (_open.Count > level) RestoreRest();
                    return entry.IsDirectory;
                }

                RequireDepth(() => parent.PathOf(entry));
                if (_options.Selection.Excludes(parent.PathOf(entry))) return false;
                _open.Push(new RestoredFolder(
                    parent,
                    entry,
                    parent.IsIncluded || _options.Selection.Includes(parent.PathOf(entry))));
            }
        }
        catch (PbsException e) when (!EntryWriter.IsFatal(e))
        {
            Fail(path.Text, e);
            return false;
        }
    }

    private void Restore(RestoredFolder folder)
    {
        try
        {
            folder.Children = _archive.Pxar.Children(folder.Entry).GetEnumerator();
            _open.Push(folder);
            while (_open.Count > 0) RestoreRest();
        }
        finally
        {
            CloseAll();
        }
    }

    /// <summary>Takes the next entry of the innermost directory, or leaves it.</summary>
    private void RestoreRest()
    {
        _cancellation.ThrowIfCancellationRequested();
        RestoredFolder folder = _open.Peek();
        if (folder.Children is null || !folder.Children.MoveNext())
        {
            Leave(_open.Pop());
            return;
        }

        PxarChild child = folder.Children.Current;
        if (child.Error is not null) Fail(folder.PathText, child.Error);
        if (child.LeftOut > 0) _listener.LeaveOut(folder.PathText, child.LeftOut);
        if (child.Entry is not null) Visit(folder, child.Entry);
    }

    private void Visit(RestoredFolder parent, PxarEntry entry)
    {
        string? path = null;
        Func<string> pathOf = () => path ??= parent.PathOf(entry);
        bool isIncluded = parent.IsIncluded;
        if (!_options.Selection.IsEverything)
        {
            if (_options.Selection.Excludes(pathOf())) return;
            isIncluded |= _options.Selection.Includes(pathOf());
        }

        if (!isIncluded && !entry.IsDirectory) return;
        try
        {
            if (entry.IsDirectory) Enter(parent, entry, isIncluded, pathOf);
            else if (EnsureTarget(parent)) Write(parent, entry, pathOf);
            if (isIncluded) _listener.Done(pathOf());
        }
        catch (PbsException e) when (!EntryWriter.IsFatal(e))
        {
            Fail(pathOf(), e);
        }
    }

    private void Enter(RestoredFolder parent, PxarEntry entry, bool isIncluded, Func<string> path)
    {
        RequireDepth(path);
        var folder = new RestoredFolder(parent, entry, isIncluded);
        if (isIncluded && !EnsureTarget(folder)) return;
        folder.Children = _archive.Pxar.Children(entry).GetEnumerator();
        _open.Push(folder);
    }

    private void RequireDepth(Func<string> path)
    {
        if (_open.Count >= DepthLimit) throw new PbsFormatException(
            PbsErrorId.ArchiveInvalid,
            $"\"{path()}\": directories are more than {DepthLimit} levels deep");
    }

    private void Write(RestoredFolder parent, PxarEntry entry, Func<string> path)
    {
        TargetFolder target = parent.Target!;
        CheckName(parent, entry, path);
        if (_options.Existing == ExistingEntries.Keep && target.Look(entry.Name.Span, out _) == 0)
        {
            Counts.Kept++;
            _kept.Add(entry.Position);
            return;
        }

        switch (entry.Type)
        {
            case CatalogEntryType.File:
                _files[entry.Position] = new RestoredFile(
                    _writer.WriteFile(target, entry.Name.Span, entry, path),
                    null);
                break;
            case CatalogEntryType.SymbolicLink:
                _writer.WriteSymbolicLink(target, entry, path);
                break;
            case CatalogEntryType.HardLink:
                WriteHardLink(parent, entry, path);
                break;
            default:
                _writer.WriteNode(target, entry, path);
                break;
        }
    }

    /// <summary>
    /// Another name of a file that was restored; where that is not there, or cannot have one, a file with the same
    /// content.
    /// </summary>
    private void WriteHardLink(RestoredFolder parent, PxarEntry link, Func<string> path)
    {
        PxarEntry file = _archive.Pxar.FollowHardLink(link);
        bool isThere = _files.TryGetValue(file.Position, out RestoredFile restored);
        if (isThere && TryLink(
            parent,
            link,
            restored.OtherPath ?? Names(link.LinkTarget.Span),
            restored.Identity,
            path)) return;
        ulong identity = _writer.WriteFile(parent.Target!, link.Name.Span, file, path);
        if (isThere) _listener.Miss(path(), RestoredTrait.HardLink, "it became a file of its own");
        else if (_kept.Contains(file.Position)) _listener.Miss(
            path(),
            RestoredTrait.HardLink,
            "it became a file of its own, for what it was one with was there and stayed");
        _files[file.Position] = new RestoredFile(identity, parent.NamesOf(link));
    }

    private bool TryLink(RestoredFolder parent, PxarEntry link, byte[][] names, ulong identity, Func<string> path)
    {
        List<TargetFolder> opened = [];
        try
        {
            TargetFolder from = _root.Target!;
            foreach (byte[] name in names[..^1])
            {
                if (from.OpenFolder(name, out TargetFolder? next) != 0) return false;
                opened.Add(from = next!);
            }

            // That it is the one we wrote, and not what somebody else has there, its number tells.
            return from.Look(names[^1], out TargetStatus status) == 0 && status.Kind == EntryKind.File
                && status.Identity == identity
                && _writer.TryWriteHardLink(parent.Target!, link, from, names[^1], path);
        }
        finally
        {
            foreach (TargetFolder folder in opened) folder.Dispose();
        }
    }

    /// <summary>
    /// Makes sure that a directory and those above it are there; false where one of them was refused.
    /// </summary>
    private bool EnsureTarget(RestoredFolder folder)
    {
        if (folder.Target is not null) return true;
        if (folder.IsRefused || !EnsureTarget(folder.Parent!)) return false;
        try
        {
            Func<string> path = () => folder.PathText;
            CheckName(folder.Parent!, folder.Entry, path);
            TargetFolder parent = folder.Parent!.Target!;
            int error = parent.CreateFolder(folder.Entry.Name.Span);
            bool isNew = error == 0;
            if (error == OsError.EEXIST && _options.Existing != ExistingEntries.Refuse) error = 0;
            _writer.Demand(error, path);
            if (!isNew) DemandAllowed(folder.PathText);
            _writer.Demand(parent.OpenFolder(folder.Entry.Name.Span, out TargetFolder? target), path);
            folder.Target = target;
            folder.GetsMetadata = isNew || _options.Existing == ExistingEntries.Replace;
            if (isNew) Counts.Directories++;
            return true;
        }
        catch (PbsException e) when (!EntryWriter.IsFatal(e))
        {
            folder.IsRefused = true;
            Fail(folder.PathText, e);
            return false;
        }
    }

    /// <summary>Whoever restores into folders that are there may come across a datastore in one of them.</summary>
    private void DemandAllowed(string path)
    {
        string place = _options.Destination + path.Replace('/', Path.DirectorySeparatorChar);
        if (_options.RefuseFolder(place) is { } reason) throw OutputGuard.Refusal(place, reason);
    }

    private static void CheckName(RestoredFolder parent, PxarEntry entry, Func<string> path)
    {
        string? reason = parent.Target!.Refuse(entry.Name.Span);
        if (reason is null && !parent.TryTakeName(entry)) reason = "the directory has that name already";
        if (reason is not null) throw new PbsFormatException(
            PbsErrorId.ArchiveNameRefused,
            $"\"{path()}\" is refused: {reason}");
    }

    private void Leave(RestoredFolder folder)
    {
        if (folder.Target is null) return;
        if (folder.GetsMetadata)
        {
            _writer.Metadata.ApplyBeforeContent(folder.Target, folder.Entry, () => folder.PathText);
            _writer.Metadata.Apply(folder.Target, folder.Entry, () => folder.PathText);
            _writer.Metadata.ApplyAtTheEnd(folder.Target, folder.Entry, () => folder.PathText);
        }

        if (folder != _root) folder.Target.Dispose();
    }

    private void CloseAll()
    {
        // Folders that were under way get at least what they are to have.
        while (_open.TryPop(out RestoredFolder? folder)) Leave(folder);
    }

    private void Fail(string path, PbsException error) => _listener.Fail(path, error);

    private static byte[][] Names(ReadOnlySpan<byte> path)
    {
        List<byte[]> names = [];
        foreach (Range part in path.Split((byte)'/')) names.Add(path[part].ToArray());
        return [.. names];
    }

    private readonly record struct RestoredFile(ulong Identity, byte[][]? OtherPath);
}
