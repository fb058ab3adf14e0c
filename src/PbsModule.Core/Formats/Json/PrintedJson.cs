using System.Buffers;
using System.Buffers.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// Goes through a JSON text that is expected to be laid out as PBS prints it, without looking for tokens: each step
/// either finds exactly what it asks for, or says false. Strings are ASCII; what is rarer is left to a real reader.
/// </summary>
internal ref struct PrintedJson(ReadOnlySpan<byte> text)
{
    private const string Ascii =
        " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~";

    /// <summary>What stands for itself in a string.</summary>
    private static readonly SearchValues<byte> Plain = SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(Ascii));

    private ReadOnlySpan<byte> _rest = text;

    public readonly bool IsAtEnd => _rest.IsEmpty;

    /// <summary>Takes exactly these bytes.</summary>
    public bool Take(ReadOnlySpan<byte> expected)
    {
        if (!_rest.StartsWith(expected)) return false;
        _rest = _rest[expected.Length..];
        return true;
    }

    /// <summary>
    /// Takes a string without escapes up to and with its closing quote; the opening one was taken before.
    /// </summary>
    public bool TakeText(out ReadOnlySpan<byte> text) => TakePlain(out text) && Take("\""u8);

    /// <summary>Takes bytes of a string that stand for themselves; there may be none.</summary>
    public bool TakePlain(out ReadOnlySpan<byte> text)
    {
        int end = _rest.IndexOfAnyExcept(Plain);
        text = end < 0 ? default : _rest[..end];
        if (end >= 0) _rest = _rest[end..];
        return end >= 0;
    }

    /// <summary>Skips the rest of a string with its closing quote; false at escapes by number.</summary>
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

    /// <summary>Takes a whole number without a sign.</summary>
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
