using System.Buffers.Binary;
using System.Globalization;
using PbsModule.Core.Errors;

namespace PbsModule.Core.Formats.Pxar;

/// <summary>The header of an item, whose bounds have been checked.</summary>
/// <param name="Type">The type of the item.</param>
/// <param name="Start">The offset of the header.</param>
/// <param name="Size">The number of bytes after the header.</param>
internal readonly record struct PxarItem(PxarType Type, long Start, long Size)
{
    public long Content => Start + PxarSize.Header;

    public long End => Content + Size;

    /// <summary>Reads the header at an offset.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="start">The offset of the header.</param>
    /// <param name="limit">The largest offset at which the item may end.</param>
    /// <exception cref="PbsFormatException">There is no header, or the item exceeds its bounds.</exception>
    public static PxarItem Read(IByteSource source, long start, long limit)
    {
        if (start < 0 || limit - start < PxarSize.Header) throw Invalid("unexpected end of archive", start);
        Span<byte> header = stackalloc byte[PxarSize.Header];
        source.Read(start, header);
        var type = (PxarType)BinaryPrimitives.ReadUInt64LittleEndian(header);
        ulong size = BinaryPrimitives.ReadUInt64LittleEndian(header[sizeof(ulong)..]);
        if (size < PxarSize.Header) throw Invalid($"invalid header {Named(type)} - too small ({size})", start);
        if (size > (ulong)(limit - start))
        {
            throw Invalid(
                $"item {Named(type)} of {size} bytes reaches beyond the {limit - start} that are left for it",
                start);
        }

        return new PxarItem(type, start, (long)size - PxarSize.Header);
    }

    /// <summary>
    /// Reads the type of the item at an offset. Returns false if there is not enough space for a header.
    /// </summary>
    public static bool TryPeek(IByteSource source, long start, long limit, out PxarType type)
    {
        type = default;
        if (limit - start < PxarSize.Header) return false;
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        source.Read(start, bytes);
        type = (PxarType)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        return true;
    }

    /// <summary>Reads the content of an item that has a fixed size.</summary>
    /// <exception cref="PbsFormatException">The size is wrong: <c>bad {what} size: {n} (expected {m})</c>.</exception>
    public void ReadExactly(IByteSource source, Span<byte> content)
    {
        if (Size != content.Length) throw Invalid($"bad {Named(Type)} size: {Size} (expected {content.Length})", Start);
        source.Read(Content, content);
    }

    /// <summary>Reads the content of an item whose size has a limit.</summary>
    /// <exception cref="PbsFormatException">
    /// The size exceeds the limit: <c>invalid content size ({n} &gt; {max}) of entry with {…}</c>.
    /// </exception>
    public byte[] ReadUpTo(IByteSource source, int most)
    {
        if (Size > most) throw Invalid($"invalid content size ({Size} > {most}) of entry with {Named(Type)}", Start);
        byte[] content = GC.AllocateUninitializedArray<byte>((int)Size);
        source.Read(Content, content);
        return content;
    }

    /// <summary>Reads a text that ends with a NUL and contains no other NUL.</summary>
    /// <param name="source">The archive.</param>
    /// <param name="what">The name of the text in messages.</param>
    /// <param name="most">The largest number of bytes before the NUL.</param>
    /// <exception cref="PbsFormatException">
    /// The text is too long, has no NUL at its end, or contains another NUL.
    /// </exception>
    public byte[] ReadText(IByteSource source, string what, int most)
    {
        byte[] text = ReadUpTo(source, most + 1);
        if (text is not [.., 0]) throw Invalid($"invalid {what} (missing terminating zero)", Start);
        return CheckedText(text.AsSpan(..^1), what, Start);
    }

    public static byte[] CheckedText(ReadOnlySpan<byte> text, string what, long at) =>
        text.Contains((byte)0) ? throw Invalid($"invalid {what} (zero in the middle)", at) : text.ToArray();

    public PbsFormatException Unexpected(string where) => Invalid($"unexpected item {Named(Type)} {where}", Start);

    public static PbsFormatException Invalid(string reason, long offset) =>
        new(PbsErrorId.ArchiveInvalid, reason, offset);

    private static string Named(PxarType type) =>
        Enum.IsDefined(type) ? type.ToString() : ((ulong)type).ToString("x16", CultureInfo.InvariantCulture);
}
