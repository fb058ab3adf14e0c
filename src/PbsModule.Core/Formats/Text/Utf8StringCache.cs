using System.Buffers.Binary;
using System.Text;

namespace PbsModule.Core.Formats.Text;

/// <summary>
/// Gives the same string for the same bytes again, where few different ones come thousands of times. Of fixed size and
/// for one thread; a newcomer takes the place of whoever had its slot.
/// </summary>
internal sealed class Utf8StringCache
{
    private const int SlotBits = 9;
    private const int LongestText = 256;
    private const ulong Mixer = 0x9E3779B97F4A7C15;

    private readonly string?[] _slots = new string?[1 << SlotBits];

    /// <summary>The text of ASCII bytes from the cache; new for all others, and for long ones.</summary>
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

    /// <summary>Remembers a text that is exactly these bytes.</summary>
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
