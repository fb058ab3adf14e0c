namespace PbsModule.Core.Formats;

/// <summary>The protection of a file of a snapshot or of a blob. Source: pbs-api-types <c>CryptMode</c>.</summary>
public enum CryptMode
{
    /// <summary>Neither encrypted nor signed: <c>none</c>.</summary>
    None,

    /// <summary>Encrypted and authenticated: <c>encrypt</c>.</summary>
    Encrypt,

    /// <summary>Not encrypted, but the manifest is signed: <c>sign-only</c>.</summary>
    SignOnly,
}

/// <summary>Converts <see cref="CryptMode"/> to and from the words in manifests and responses.</summary>
public static class CryptModeText
{
    public static string ToText(this CryptMode mode) => mode switch
    {
        CryptMode.None => "none",
        CryptMode.Encrypt => "encrypt",
        CryptMode.SignOnly => "sign-only",
        _ => throw new ArgumentOutOfRangeException(nameof(mode)),
    };

    public static bool TryParse(ReadOnlySpan<char> text, out CryptMode mode)
    {
        (mode, bool known) = text switch
        {
            "none" => (CryptMode.None, true),
            "encrypt" => (CryptMode.Encrypt, true),
            "sign-only" => (CryptMode.SignOnly, true),
            _ => (CryptMode.None, false),
        };
        return known;
    }
}
