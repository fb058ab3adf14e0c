using System.Text;
using System.Text.Unicode;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The entries of one folder, without <c>.</c> and <c>..</c>. Names are kept as bytes and converted to text only on
/// request. A caller reuses the object for the next folder.
/// </summary>
internal sealed class EntryList
{
    /// <summary>
    /// The least buffer space for one system call. It holds a snapshot folder many times over. A large folder makes the
    /// buffer grow.
    /// </summary>
    private const int Chunk = 8 << 10;

    private byte[] _data = new byte[Chunk];
    private Entry[] _entries = new Entry[64];
    private int _used;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Name(int index) => _data.AsSpan(_entries[index].Offset, _entries[index].Length);

    public EntryKind Kind(int index) => _entries[index].Kind;

    /// <summary>Returns the name of an entry as text.</summary>
    /// <param name="index">The index of the entry, starting at 0.</param>
    /// <param name="isText">False if the name is not UTF-8. The text is then suitable only for display.</param>
    public string Text(int index, out bool isText)
    {
        isText = Utf8.IsValid(Name(index));
        return Encoding.UTF8.GetString(Name(index));
    }

    public void Clear()
    {
        Count = 0;
        _used = 0;
    }

    public void Add(string name, EntryKind kind)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        Reserve(length);
        Encoding.UTF8.GetBytes(name, _data.AsSpan(_used));
        AddAt(_used, length, kind);
        _used += length;
    }

    /// <summary>
    /// Returns free space for the next batch of records. <see cref="Take"/> then claims the part that was written.
    /// </summary>
    internal Span<byte> Room()
    {
        Reserve(Chunk);
        return _data.AsSpan(_used);
    }

    /// <summary>
    /// Claims the bytes that were written into <see cref="Room"/> and returns their offset in <see cref="Data"/>.
    /// </summary>
    internal int Take(int length)
    {
        int start = _used;
        _used += length;
        return start;
    }

    internal ReadOnlySpan<byte> Data => _data;

    /// <summary>Adds an entry whose name is in <see cref="Data"/>.</summary>
    internal void AddAt(int offset, int length, EntryKind kind)
    {
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        _entries[Count++] = new Entry(offset, length, kind);
    }

    private void Reserve(int length)
    {
        if (_data.Length - _used < length) Array.Resize(ref _data, Math.Max(_data.Length * 2, _used + length));
    }

    private readonly record struct Entry(int Offset, int Length, EntryKind Kind);
}
