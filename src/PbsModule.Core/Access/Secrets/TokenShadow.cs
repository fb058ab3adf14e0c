using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Json;

namespace PbsModule.Core.Access.Secrets;

/// <summary>token.shadow: hashes of the secrets of tokens.</summary>
internal sealed class TokenShadow
{
    public const string FileName = "token.shadow";

    private readonly JsonObject _hashes;

    private TokenShadow(JsonObject hashes) => _hashes = hashes;

    /// <exception cref="PbsFormatException">The file is no object of token ids and hashes.</exception>
    public static TokenShadow Parse(ConfigurationText text)
    {
        JsonValue value = ShadowText.Parse(text);
        if (value.IsNull) return new TokenShadow(JsonObject.Empty);
        JsonObject? hashes = value.AsObject();
        bool isValid = hashes is not null;
        foreach (KeyValuePair<string, JsonValue> member in hashes is null ? [] : hashes.Members)
        {
            isValid &= Authid.TryParse(member.Key, out _, out _) && member.Value.AsString() is not null;
        }

        return isValid
            ? new TokenShadow(hashes!)
            : throw new PbsFormatException(
                PbsErrorId.ConfigurationInvalid,
                $"unable to parse '{text.Path}'",
                file: text.Path);
    }

    /// <summary>Null if this is the secret of the token, else PBS's words.</summary>
    public string? Check(Authid token, ReadOnlySpan<byte> secret)
    {
        if (!token.IsToken) return "not an API token ID";
        return _hashes[token.ToString()].AsString() is { } hash ? SecretHash.Check(secret, hash) : "invalid API token";
    }
}
