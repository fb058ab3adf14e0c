using System.Buffers;
using System.Buffers.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// Reads a JSON text that is expected to have exactly the layout that PBS prints, without parsing tokens. Each method
/// finds exactly the expected text or returns false. Strings are ASCII. For everything else, the caller uses a complete
/// parser.
/// </summary>
internal ref struct PrintedJson(ReadOnlySpan<byte> text)
{
    private const string Ascii =
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>The bytes that need no escape in a string.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Ascii));

    private ReadOnlySpan<byte> _rest = text;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Reads exactly these bytes.</summary>
    public bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected)) return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>
    /// Reads a string without escapes, including the closing quote. The opening quote has already been read.
    /// </summary>
    public bool TakeText(out ReadOnlySpan<byte> text) => TakePlain(out text) && Take("\""u8);

    /// <summary>
    /// Reads the bytes of a string up to the next quote, escape or other special byte. There may be none.
    /// </summary>
    public bool TakePlain(out ReadOnlySpan<byte> text)
    {
        int end = _rest.IndexOfAnyExcept(Plain);
        text = end < 0 ? default : _rest[..end];
        if (end >= 0) _rest = _rest[end..];
        return end >= 0;
    }

    /// <summary>
    /// Skips the rest of a string, including its closing quote. Returns false at an escape that is a number.
    /// </summary>
    public bool SkipText()
    {
        while (TakePlain(out _))
        {
            if (Take("\""u8)) return true;
            if (_rest.Length < 2 || _rest[0] != (byte)'\\' || "\"\\/bfnrt"u8.IndexOf(_rest[1]) < 0) return false;
            _rest = _rest[2..];
        }

        return false;
    }

    /// <summary>Reads an integer without a sign.</summary>
    public bool TakeNumber(out ulong number)
    {
        if (!Utf8Parser.TryParse(_rest, out number, out int length) || (length > 1 && _rest[0] == (byte)'0'))
        {
            return false;
        }

        _rest = _rest[length..];
        return true;
    }
}
