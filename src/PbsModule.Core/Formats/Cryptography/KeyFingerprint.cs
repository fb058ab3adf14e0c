namespace PbsModule.Core.Formats.Cryptography;

/// <summary>
/// Identifies a key without revealing it: SHA-256 over a constant and the id key. The text form is 32 pairs of
/// lower-case hex digits joined by ':'. Source: pbs-tools <c>crypt_config.rs</c>.
/// </summary>
public readonly record struct KeyFingerprint(Digest Value)
{
    private const int ShortBytes = 8;
    private const int TextPerByte = 3;

    /// <summary>The first 8 bytes in the same notation, as PBS displays keys.</summary>
    public string ShortText => ToString()[..((ShortBytes * TextPerByte) - 1)];

    /// <summary>Reads 64 hex digits of either case. Colons are ignored at any place, as in PBS.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out KeyFingerprint fingerprint)
    {
        Span<char> digits = stackalloc char[Digest.TextLength];
        int count = 0;
        fingerprint = default;
        foreach (char c in text)
        {
            if (c == ':') continue;
            if (count == digits.Length) return false;
            digits[count++] = c;
        }

        if (!Digest.TryParse(digits[..count], out Digest value)) return false;
        fingerprint = new KeyFingerprint(value);
        return true;
    }

    public override string ToString() => string.Create((Digest.Size * TextPerByte) - 1, Value, static (text, value) =>
    {
        ReadOnlySpan<byte> bytes = value.Bytes;
        for (int i = 0; i < bytes.Length; i++)
        {
            if (i > 0) text[(i * TextPerByte) - 1] = ':';
            Convert.TryToHexStringLower(bytes.Slice(i, 1), text[(i * TextPerByte)..], out _);
        }
    });
}
