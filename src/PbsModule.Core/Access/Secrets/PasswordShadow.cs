using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Formats.Json;

namespace PbsModule.Core.Access.Secrets;

/// <summary>shadow.json: hashes of the passwords of realm pbs, by user name without realm.</summary>
internal sealed class PasswordShadow
{
    public const string FileName = "shadow.json";

    private readonly JsonObject _hashes;

    private PasswordShadow(JsonObject hashes) => _hashes = hashes;

    /// <exception cref="PbsFormatException">The file is no JSON.</exception>
    public static PasswordShadow Parse(ConfigurationText text) =>
        new(ShadowText.Parse(text).AsObject() ?? JsonObject.Empty);

    /// <summary>Null if this is the user's password, else PBS's words.</summary>
    public string? Check(Userid user, ReadOnlySpan<byte> password) =>
        _hashes[user.Name].AsString() is { } hash ? SecretHash.Check(password, hash) : "no password set";
}
