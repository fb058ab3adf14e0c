using System.Text;
using PbsModule.Core.Interop.Files;

namespace PbsModule.Core.Tests;

/// <summary>What is done with a path, for <see cref="FaultyFolders"/>.</summary>
internal enum FolderCall
{
    Open,
    List,
    ReadFile,
    Kind,
    Status,
    Identity,
    Stamp,
}

/// <summary>Reads folders as always, but fails where a test wants it to.</summary>
/// <param name="fault">Error number for a call on a full path; 0 lets it pass.</param>
internal sealed class FaultyFolders(Func<FolderCall, string, int> fault) : FolderAccess
{
    /// <summary>Full paths of which listings do not tell what they are, as where a file system does not and asking fails.</summary>
    public Func<string, bool> IsUntold { get; init; } = static _ => false;

    /// <summary>Full paths where something is mounted.</summary>
    public Func<string, bool> IsMounted { get; init; } = static _ => false;

    /// <summary>Whether names lead to entries that are spelled otherwise, as on a file system that does not tell upper from lower case.</summary>
    public bool IgnoresCase { get; init; }

    public override int Open(string path, out Folder? folder)
    {
        folder = null;
        int error = fault(FolderCall.Open, path);
        if (error == 0) error = Default.Open(path, out folder);
        if (error == 0) folder = new FaultyFolder(folder!, path, fault, IsUntold, IsMounted, IgnoresCase);
        return error;
    }

    private sealed class FaultyFolder(
        Folder inner,
        string path,
        Func<FolderCall, string, int> fault,
        Func<string, bool> isUntold,
        Func<string, bool> isMounted,
        bool ignoresCase) : Folder
    {
        private Folder _inner = inner;
        private string _path = path;

        public override int Descriptor => _inner.Descriptor;

        public override int OpenFolder(ReadOnlySpan<byte> name, ref Folder? child)
        {
            string childPath = PathOf(name);
            var used = (FaultyFolder?)child;
            Folder? opened = used?._inner;
            int error = fault(FolderCall.Open, childPath);
            if (error == 0) error = _inner.OpenFolder(Met(name), ref opened);
            if (error != 0) return error;
            if (used is null) child = new FaultyFolder(opened!, childPath, fault, isUntold, isMounted, ignoresCase);
            else (used._inner, used._path) = (opened!, childPath);
            return 0;
        }

        public override int List(EntryList entries)
        {
            int error = fault(FolderCall.List, _path);
            if (error == 0) error = _inner.List(entries);
            if (error != 0) return error;
            (string Name, EntryKind Kind)[] all = [.. Enumerable.Range(0, entries.Count).Select(i => (entries.Text(i, out _), entries.Kind(i)))];
            if (!all.Any(entry => isUntold(Path.Combine(_path, entry.Name)))) return 0;
            entries.Clear();
            foreach ((string name, EntryKind kind) in all) entries.Add(name, isUntold(Path.Combine(_path, name)) ? EntryKind.Other : kind);
            return 0;
        }

        public override int ReadFile(ReadOnlySpan<byte> name, FileContent content, int limit, bool once = false)
        {
            content.Clear();
            int error = fault(FolderCall.ReadFile, PathOf(name));
            return error != 0 ? error : _inner.ReadFile(name, content, limit, once);
        }

        public override int KindOf(ReadOnlySpan<byte> name, out EntryKind kind)
        {
            kind = EntryKind.Other;
            int error = fault(FolderCall.Kind, PathOf(name));
            return error != 0 ? error : _inner.KindOf(Met(name), out kind);
        }

        public override int IdentityOf(ReadOnlySpan<byte> name, out FileIdentity identity)
        {
            identity = default;
            int error = fault(FolderCall.Identity, PathOf(name));
            return error != 0 ? error : _inner.IdentityOf(Met(name), out identity);
        }

        public override int StampOf(out FolderStamp stamp)
        {
            stamp = default;
            int error = fault(FolderCall.Stamp, _path);
            return error != 0 ? error : _inner.StampOf(out stamp);
        }

        public override int StatusOf(ReadOnlySpan<byte> name, out EntryStatus status)
        {
            status = default;
            int error = fault(FolderCall.Status, PathOf(name));
            return error != 0 ? error : _inner.StatusOf(name, out status);
        }

        public override bool IsMountPoint(ReadOnlySpan<byte> name) =>
            isMounted(name.SequenceEqual("."u8) ? _path : PathOf(name)) || _inner.IsMountPoint(name);

        public override int InodeOf(ReadOnlySpan<byte> name, out ulong inode) => _inner.InodeOf(Met(name), out inode);

        public override void Close() => _inner.Close();

        /// <summary>The name of the entry that a name leads to.</summary>
        private ReadOnlySpan<byte> Met(ReadOnlySpan<byte> name)
        {
            var entries = new EntryList();
            if (!ignoresCase || _inner.List(entries) != 0) return name;
            string text = Encoding.UTF8.GetString(name);
            string[] all = [.. Enumerable.Range(0, entries.Count).Select(i => entries.Text(i, out _))];
            return Encoding.UTF8.GetBytes(all.FirstOrDefault(entry => entry.Equals(text, StringComparison.OrdinalIgnoreCase), text));
        }

        private string PathOf(ReadOnlySpan<byte> name) => Path.Combine(_path, Encoding.UTF8.GetString(name));
    }
}
