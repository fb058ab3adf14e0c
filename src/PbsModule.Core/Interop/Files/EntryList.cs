using System.Text;
using System.Text.Unicode;

namespace PbsModule.Core.Interop.Files;

/// <summary>
/// The entries of one folder, without <c>.</c> and <c>..</c>, as bytes: names are texts only where somebody wants one.
/// Meant to be used again for the next folder.
/// </summary>
internal sealed class EntryList
{
    /// <summary>
    /// Room the system gets for one call, at least: a snapshot folder fits many times over, and a large folder makes
    /// the buffer grow.
    /// </summary>
    private const int Chunk = 8 << 10;

    private byte[] _data = new byte[Chunk];
    private Entry[] _entries = new Entry[64];
    private int _used;

    public int Count { get; private set; }

    public ReadOnlySpan<byte> Name(int index) => _data.AsSpan(_entries[index].Offset, _entries[index].Length);

    public EntryKind Kind(int index) => _entries[index].Kind;

    /// <summary>The name as text.</summary>
    /// <param name="index">Which entry.</param>
    /// <param name="isText">False where it is no UTF-8; then the text only serves to be shown.</param>
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

    /// <summary>Free room for the next batch of records, which <see cref="Take"/> then claims.</summary>
    internal Span<byte> Room()
    {
        Reserve(Chunk);
        return _data.AsSpan(_used);
    }

    /// <summary>Claims what was written into <see cref="Room"/>; returns where it starts.</summary>
    internal int Take(int length)
    {
        int start = _used;
        _used += length;
        return start;
    }

    internal ReadOnlySpan<byte> Data => _data;

    /// <summary>Adds a name that lies in <see cref="Data"/>.</summary>
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
