using System.Security.Cryptography;
using System.Text;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access.Secrets;

/// <summary>
/// Proves an identity by its secret, against the configuration's own files: tokens by token.shadow, users of realm pbs
/// by shadow.json. Never writes: PBS itself replaces hashes of old methods when their owner logs in. Secrets appear in
/// no message.
/// </summary>
public sealed class Authenticator(AccessConfiguration access, TimeProvider? time = null)
{
    /// <summary>The realm whose passwords the configuration holds.</summary>
    private const string OwnRealm = "pbs";

    /// <summary>How long an answer takes that says no, counted from the question.</summary>
    public static readonly TimeSpan FailureTime = TimeSpan.FromSeconds(3);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <summary>
    /// Returns if the secret is right and the identity active; says no only after <see cref="FailureTime"/>.
    /// </summary>
    /// <param name="authid">Who somebody says he is.</param>
    /// <param name="secret">The password, or the secret of the token.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="PbsPermissionException"><c>authentication failed - {reason}</c></exception>
    /// <exception cref="PbsStorageException">The account may not read the secrets.</exception>
    /// <exception cref="PbsFormatException">A file is damaged.</exception>
    /// <exception cref="PbsPlatformException">libcrypt is not on this machine.</exception>
    /// <exception cref="OperationCanceledException">Cancelled while waiting.</exception>
    public void Demand(Authid authid, ReadOnlySpan<char> secret, CancellationToken cancellation = default)
    {
        long start = _time.GetTimestamp();
        if (Refusal(authid, secret) is not { } reason) return;
        TimeSpan left = FailureTime - _time.GetElapsedTime(start);
        if (left > TimeSpan.Zero) Task.Delay(left, _time, cancellation).GetAwaiter().GetResult();
        throw new PbsPermissionException(
            PbsErrorId.AuthenticationFailed,
            $"authentication failed - {reason}",
            authid.ToString());
    }

    private string? Refusal(Authid authid, ReadOnlySpan<char> secret)
    {
        if (!access.Load().IsActive(authid))
        {
            return authid.IsToken ? "user account or token disabled or expired." : "user account disabled or expired.";
        }

        byte[] bytes = GC.AllocateArray<byte>(Encoding.UTF8.GetByteCount(secret), pinned: true);
        try
        {
            Encoding.UTF8.GetBytes(secret, bytes);
            if (authid.IsToken) return TokenShadow.Parse(Read(TokenShadow.FileName)).Check(authid, bytes);
            return authid.User.Realm == OwnRealm
                ? PasswordShadow.Parse(Read(PasswordShadow.FileName)).Check(authid.User, bytes)
                : $"the passwords of realm '{authid.User.Realm}' are not in the configuration; only tokens and users "
                    + $"of realm '{OwnRealm}' can be checked";
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private ConfigurationText Read(string fileName) =>
        ConfigurationReader.Read(access.Root, access.Root.PathOf(fileName));
}
