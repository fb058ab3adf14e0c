using System.Buffers.Binary;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Returns the same string for the same bytes, for texts that occur thousands of times with few different values. It
/// has a fixed size: a new text replaces the one in its slot. Not thread-safe.
/// </summary>
internal sealed class Utf8StringCache
{
    private const int SlotBits = 9;
    private const int LongestText = 256;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private readonly string?[] _slots = new string?[1 << SlotBits];

    /// <summary>
    /// Returns the text of bytes. ASCII bytes that are not too long come from the cache. All others give a new string.
    /// </summary>
    /// <param name="utf8">Valid UTF-8.</param>
    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (TryGet(utf8, out string? known)) return known;
        string text = Encoding.UTF8.GetString(utf8);
        Add(utf8, text);
        return text;
    }

    public bool TryGet(ReadOnlySpan<byte> utf8, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text)
    {
        text = _slots[SlotOf(utf8)];
        return text is not null && Ascii.Equals(utf8, text);
    }

    /// <summary>Stores a text that consists of exactly these bytes.</summary>
    public void Add(ReadOnlySpan<byte> utf8, string text)
    {
        if (utf8.Length <= LongestText) _slots[SlotOf(utf8)] = text;
    }

    private static int SlotOf(ReadOnlySpan<byte> utf8)
    {
        ulong hash = (ulong)utf8.Length;
        while (utf8.Length >= sizeof(ulong))
        {
            hash = (hash ^ BinaryPrimitives.ReadUInt64LittleEndian(utf8)) * Mixer;
            hash ^= hash >> 32;
            utf8 = utf8[sizeof(ulong)..];
        }

        foreach (byte b in utf8) hash = (hash ^ b) * Mixer;
        return (int)(hash >> (64 - SlotBits));
    }
}
