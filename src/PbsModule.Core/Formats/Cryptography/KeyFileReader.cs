using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Names;
using PbsModule.Core.Formats.Text;

namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Reads the JSON of a <see cref="KeyFile"/> token by token, because a document model would keep copies of the key.
/// Unknown members are skipped. Duplicate, missing and invalid members are errors, as in PBS.
/// </summary>
internal ref struct KeyFileReader
{
    private const string Unable = "unable to parse key file - ";
    private const string TwiceReason = "a member stands there twice";

    private Utf8JsonReader _json;
    private byte[]? _data;
    private KeyDerivation? _derivation;
    private DateTimeOffset? _created;
    private DateTimeOffset? _modified;
    private KeyFingerprint? _fingerprint;
    private string? _hint;

    private KeyFileReader(ReadOnlySpan<byte> text) => _json = new Utf8JsonReader(text);

    /// <exception cref="PbsFormatException">The text is not valid. The error contains the offset.</exception>
    public static KeyFile Read(ReadOnlySpan<byte> text)
    {
        KeyFileReader reader = new(text);
        KeyFile? file = null;
        try
        {
            return file = reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException comes from strings that are not valid UTF-8 or contain half a surrogate pair.
            throw new PbsFormatException(
                PbsErrorId.KeyFileInvalid,
                Unable + "not valid JSON",
                reader._json.TokenStartIndex,
                null,
                e);
        }
        finally
        {
            if (file is null) CryptographicOperations.ZeroMemory(reader._data);
        }
    }

    private KeyFile Read()
    {
        Expect(_json.Read() && _json.TokenType == JsonTokenType.StartObject, "not an object");
        HashSet<string> seen = [];
        while (Next() is { } name)
        {
            Expect(seen.Add(name), TwiceReason);
            switch (name)
            {
                case "kdf": _derivation = ReadDerivation(); break;
                case "created": _created = ReadTime(); break;
                case "modified": _modified = ReadTime(); break;
                case "data": _data = ReadBytes(); break;
                case "fingerprint": _fingerprint = ReadFingerprint(); break;
                case "hint": _hint = ReadOptionalText(); break;
                default: _json.Skip(); break;
            }
        }

        Expect(!_json.Read(), "text behind the object");
        return new KeyFile(_data ?? throw Missing("data"))
        {
            Derivation = _derivation,
            Created = _created ?? throw Missing("created"),
            Modified = _modified ?? throw Missing("modified"),
            Fingerprint = _fingerprint,
            Hint = _hint,
        };
    }

    /// <summary>
    /// Returns the name of the next member and reads its value as the current token. Returns null at the end of the
    /// object.
    /// </summary>
    private string? Next()
    {
        if (!_json.Read() || _json.TokenType != JsonTokenType.PropertyName) return null;
        string name = _json.GetString()!;
        _json.Read();
        return name;
    }

    private KeyDerivation? ReadDerivation()
    {
        if (_json.TokenType == JsonTokenType.Null) return null;
        Expect(_json.TokenType == JsonTokenType.StartObject, "'kdf' is neither null nor an object");
        string? kind = Next();
        Expect(kind is "Scrypt" or "PBKDF2", "unknown key derivation");
        Expect(_json.TokenType == JsonTokenType.StartObject, "the parameters of 'kdf' are not an object");
        Dictionary<string, long> numbers = [];
        byte[]? salt = null;
        while (Next() is { } name)
        {
            switch (name)
            {
                case "n" or "r" or "p" or "iter":
                    Expect(numbers.TryAdd(name, ReadNumber()), TwiceReason);
                    break;
                case "salt":
                    Expect(salt is null, TwiceReason);
                    salt = ReadBytes();
                    break;
                default:
                    _json.Skip();
                    break;
            }
        }

        Expect(Next() is null, "more than one key derivation");
        if (salt is null) throw Missing("salt");
        return kind == "Scrypt"
            ? new ScryptDerivation(Parameter(numbers, "n"), Parameter(numbers, "r"), Parameter(numbers, "p"), salt)
            : new Pbkdf2Derivation(Parameter(numbers, "iter"), salt);
    }

    private static long Parameter(Dictionary<string, long> numbers, string name) =>
        numbers.TryGetValue(name, out long value) ? value : throw Missing(name);

    private readonly long ReadNumber() =>
        _json.TokenType == JsonTokenType.Number && _json.TryGetInt64(out long value)
            ? value
            : throw Invalid("a parameter of 'kdf' is no integer");

    private readonly DateTimeOffset ReadTime() =>
        _json.TokenType == JsonTokenType.String
            && Rfc3339.TryParse(_json.GetString(), out long seconds)
            && seconds <= BackupTime.MaxSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : throw Invalid("a time is not RFC 3339");

    private readonly KeyFingerprint? ReadFingerprint()
    {
        if (ReadOptionalText() is not { } text) return null;
        return KeyFingerprint.TryParse(text, out KeyFingerprint fingerprint)
            ? fingerprint
            : throw Invalid("the fingerprint is not 32 bytes in hex");
    }

    private readonly string? ReadOptionalText()
    {
        if (_json.TokenType == JsonTokenType.Null) return null;
        Expect(_json.TokenType == JsonTokenType.String, "a member is no text");
        return _json.GetString();
    }

    private readonly byte[] ReadBytes()
    {
        Expect(_json.TokenType == JsonTokenType.String, "a member is no text");
        byte[] text = GC.AllocateArray<byte>(_json.ValueSpan.Length, pinned: true);
        try
        {
            int length = _json.CopyString(text);
            Expect(
                Base64.DecodeFromUtf8InPlace(text.AsSpan(0, length), out int decoded) == OperationStatus.Done,
                "a member is not base64");
            byte[] bytes = GC.AllocateArray<byte>(decoded, pinned: true);
            text.AsSpan(0, decoded).CopyTo(bytes);
            return bytes;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    private readonly void Expect(bool condition, string reason)
    {
        if (!condition) throw Invalid(reason);
    }

    private readonly PbsFormatException Invalid(string reason) =>
        new(PbsErrorId.KeyFileInvalid, Unable + reason, _json.TokenStartIndex);

    private static PbsFormatException Missing(string member) =>
        new(PbsErrorId.KeyFileInvalid, $"{Unable}missing member '{member}'");
}
