using System.Buffers;
using System.Runtime.InteropServices;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Json;

/// <summary>
/// Parses JSON. Accepts exactly the texts that serde_json accepts, and reports errors with the same messages and
/// positions, because PBS's logs show them ("expected value at line 1 column 1"). The nesting depth and the number of
/// values are limited. Time and memory are linear in the length of the text.
/// </summary>
internal ref partial struct JsonParser
{
    /// <summary>The largest nesting depth of arrays and objects.</summary>
    public const int MostNested = 127;

    /// <summary>
    /// The largest number of values in a text. A few kilobytes of zstd can expand to a text of 128 MiB, and that to
    /// many gigabytes of values. Files that PBS writes are far below the limit.
    /// </summary>
    public const int MostValues = 1 << 22;

    /// <summary>The expected number of members in all open objects together. More are possible.</summary>
    private const int UsualMembers = 16;

    /// <summary>
    /// The largest length in bytes of a name or text that probably occurs again in the next text. Digests are longer.
    /// </summary>
    private const int LongestShared = 32;

    private readonly ReadOnlySpan<byte> _text;
    private readonly string _errorId;
    private readonly string? _context;
    private readonly Utf8StringCache? _shared;
    private readonly List<JsonValue> _items = [];
    private readonly List<KeyValuePair<string, JsonValue>> _members = new(UsualMembers);
    private ArrayBufferWriter<byte>? _unescaped;
    private int _at;
    private int _depthLeft = MostNested;

    private JsonParser(ReadOnlySpan<byte> text, string errorId, string? context, Utf8StringCache? shared)
    {
        _text = text;
        _errorId = errorId;
        _context = context;
        _shared = shared;
    }

    public static JsonValue Parse(ReadOnlySpan<byte> text, string errorId, string? context, Utf8StringCache? shared)
    {
        var parser = new JsonParser(text, errorId, context, shared);
        if (MayHoldTooMany(text)) throw parser.ErrorAtNext("too many values");
        JsonValue value = parser.ReadValue();
        parser.SkipBlanks();
        return parser._at == text.Length ? value : throw parser.ErrorAtNext("trailing characters");
    }

    /// <summary>
    /// Whether a text contains more separators and opening brackets than <see cref="MostValues"/>. Those in strings are
    /// counted too.
    /// </summary>
    public static bool MayHoldTooMany(ReadOnlySpan<byte> text) =>
        text.Length > MostValues && text.Count((byte)',') + text.Count((byte)'[') + text.Count((byte)'{') > MostValues;

    private JsonValue ReadValue()
    {
        SkipBlanks();
        if (_at == _text.Length) throw ErrorAtNext("EOF while parsing a value");
        switch (_text[_at])
        {
            case (byte)'n': ReadWord("null"u8); return JsonValue.Null;
            case (byte)'t': ReadWord("true"u8); return JsonValue.From(true);
            case (byte)'f': ReadWord("false"u8); return JsonValue.From(false);
            case (byte)'-' or (>= (byte)'0' and <= (byte)'9'): return ReadNumber();
            case (byte)'"':
                _at++;
                return JsonValue.FromValid(ReadString());
            case (byte)'[' or (byte)'{': return ReadNested();
            default: throw ErrorAtNext("expected value");
        }
    }

    private JsonValue ReadNested()
    {
        if (_depthLeft-- == 0) throw ErrorAtNext("recursion limit exceeded");
        JsonValue value = _text[_at++] == (byte)'[' ? ReadArray() : ReadObject();
        _depthLeft++;
        return value;
    }

    private JsonValue ReadArray()
    {
        int start = _items.Count;
        while (MoveToNext((byte)']', _items.Count == start, "a list", "expected `,` or `]`")) _items.Add(ReadValue());
        JsonValue[] items = CollectionsMarshal.AsSpan(_items)[start..].ToArray();
        _items.RemoveRange(start, items.Length);
        return JsonValue.FromItems(items);
    }

    private JsonValue ReadObject()
    {
        int start = _members.Count;
        while (MoveToNext((byte)'}', _members.Count == start, "an object", "expected `,` or `}`"))
        {
            if (_text[_at] != (byte)'"') throw ErrorAtNext("key must be a string");
            _at++;
            string name = ReadString();
            SkipBlanks();
            if (_at == _text.Length) throw ErrorAtNext("EOF while parsing an object");
            if (_text[_at] != (byte)':') throw ErrorAtNext("expected `:`");
            _at++;
            _members.Add(KeyValuePair.Create(name, ReadValue()));
        }

        JsonObject members = JsonObject.From(CollectionsMarshal.AsSpan(_members)[start..]);
        _members.RemoveRange(start, _members.Count - start);
        return JsonValue.From(members);
    }

    /// <summary>Moves to the next element of an array or object. Returns false after its end.</summary>
    private bool MoveToNext(byte close, bool first, string container, string expected)
    {
        SkipBlanks();
        if (_at == _text.Length) throw ErrorAtNext($"EOF while parsing {container}");
        if (_text[_at] == close)
        {
            _at++;
            return false;
        }

        if (first) return true;
        if (_text[_at] != (byte)',') throw ErrorAtNext(expected);
        _at++;
        SkipBlanks();
        if (_at == _text.Length) throw ErrorAtNext("EOF while parsing a value");
        return _text[_at] != close ? true : throw ErrorAtNext("trailing comma");
    }

    private void ReadWord(ReadOnlySpan<byte> word)
    {
        foreach (byte expected in word)
        {
            if (_at == _text.Length) throw ErrorBefore("EOF while parsing a value");
            if (_text[_at++] != expected) throw ErrorBefore("expected ident");
        }
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length && _text[_at] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r') _at++;
    }

    /// <summary>Creates an error about the next byte.</summary>
    private readonly PbsFormatException ErrorAtNext(string reason) => Error(reason, Math.Min(_text.Length, _at + 1));

    /// <summary>Creates an error about the last byte that was read.</summary>
    private readonly PbsFormatException ErrorBefore(string reason) => Error(reason, _at);

    private readonly PbsFormatException Error(string reason, int end)
    {
        ReadOnlySpan<byte> before = _text[..end];
        int line = 1 + before.Count((byte)'\n');
        int column = end - 1 - before.LastIndexOf((byte)'\n');
        string message = $"{reason} at line {line} column {column}";
        bool tooShort = reason.StartsWith("EOF", StringComparison.Ordinal);
        return new PbsFormatException(_errorId, _context is null
            ? message
            : $"{_context} - {message}", tooShort ? _text.Length : end - 1);
    }
}
