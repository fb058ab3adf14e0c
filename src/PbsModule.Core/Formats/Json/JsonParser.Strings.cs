using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PbsModule.Core.Formats.Json;

internal ref partial struct JsonParser
{
    private static readonly SearchValues<byte> StringStop =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(i => (byte)i)]);

    /// <summary>Reads the rest of a string after its opening quote, including the closing quote.</summary>
    private string ReadString()
    {
        int start = _at;
        if (MoveToStop() == (byte)'"') return Decode(_text[start.._at++]);

        _unescaped ??= new ArrayBufferWriter<byte>();
        _unescaped.ResetWrittenCount();
        while (true)
        {
            _unescaped.Write(_text[start.._at]);
            if (_text[_at++] == (byte)'"') return Decode(_unescaped.WrittenSpan);
            ReadEscape();
            start = _at;
            MoveToStop();
        }
    }

    /// <summary>Moves to the next quote or backslash and returns it.</summary>
    private byte MoveToStop()
    {
        int length = _text[_at..].IndexOfAny(StringStop);
        if (length < 0)
        {
            _at = _text.Length;
            throw ErrorBefore("EOF while parsing a string");
        }

        _at += length;
        if (_text[_at] >= 0x20) return _text[_at];
        _at++;
        throw ErrorBefore("control character (\\u0000-\\u001F) found while parsing a string");
    }

    private readonly string Decode(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty) return "";
        if (utf8.Length <= LongestShared && _shared is not null && _shared.TryGet(utf8, out string? known))
        {
            return known;
        }

        if (Utf8.IsValid(utf8))
        {
            string text = Encoding.UTF8.GetString(utf8);
            if (utf8.Length <= LongestShared) _shared?.Add(utf8, text);
            return text;
        }

        // The reported position is after the closing quote.
        throw Error("invalid unicode code point", _at);
    }

    private void ReadEscape()
    {
        byte escape = NextInString();
        int plain = "\"\\/bfnrt"u8.IndexOf(escape);
        if (plain >= 0) Append("\"\\/\b\f\n\r\t"u8[plain]);
        else if (escape == (byte)'u') AppendCodePoint();
        else throw ErrorBefore("invalid escape");
    }

    private void AppendCodePoint()
    {
        int unit = ReadHexDigits();
        if (unit is >= 0xDC00 and <= 0xDFFF) throw ErrorBefore("lone leading surrogate in hex escape");
        if (unit is >= 0xD800 and <= 0xDBFF)
        {
            if (NextInString() != (byte)'\\' || NextInString() != (byte)'u')
            {
                throw ErrorBefore("unexpected end of hex escape");
            }

            int low = ReadHexDigits();
            if (low is < 0xDC00 or > 0xDFFF) throw ErrorBefore("lone leading surrogate in hex escape");
            unit = char.ConvertToUtf32((char)unit, (char)low);
        }

        _unescaped!.Advance(new Rune(unit).EncodeToUtf8(_unescaped.GetSpan(4)));
    }

    private int ReadHexDigits()
    {
        const int count = 4;
        if (_text.Length - _at < count)
        {
            _at = _text.Length;
            throw ErrorBefore("EOF while parsing a string");
        }

        int value = 0;
        for (int i = 0; i < count; i++)
        {
            byte digit = _text[_at++];
            if (!char.IsAsciiHexDigit((char)digit)) throw ErrorBefore("invalid escape");
            value = (value << 4) | (char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return value;
    }

    private byte NextInString() => _at < _text.Length ? _text[_at++] : throw ErrorBefore("EOF while parsing a string");

    private readonly void Append(byte unescaped)
    {
        _unescaped!.GetSpan(1)[0] = unescaped;
        _unescaped.Advance(1);
    }
}
