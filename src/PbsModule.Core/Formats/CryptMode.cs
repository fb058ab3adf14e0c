namespace PbsModule.Core.Formats;

/// <summary>How a file of a snapshot is protected by a key. Source: manifest member <c>crypt-mode</c>.</summary>
public enum CryptMode
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>Encrypted and authenticated.</summary>
    Encrypt,

    /// <summary>Plain, but listed in a signed manifest.</summary>
    SignOnly,
}
