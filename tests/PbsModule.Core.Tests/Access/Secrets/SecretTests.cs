using System.Text;
using System.Text.Json;
using PbsModule.Core.Access;
using PbsModule.Core.Access.Secrets;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Secrets against what a real PBS accepts (golden config/crypt.json, token-shadow.json, shadow-checks.json).</summary>
public sealed class SecretTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SecretTests()
    {
        try
        {
            LibCrypt.Hash("x"u8, "$5$abc");
        }
        catch (PbsPlatformException e)
        {
            Skip.Because(e.Message);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Phrases_are_hashed_as_PBS_hashes_them()
    {
        using JsonDocument document = Corpus.Json("config/crypt.json");
        foreach (JsonElement item in document.RootElement.GetProperty("crypt").EnumerateArray())
        {
            string password = item.GetProperty("password").GetString()!;
            if (item.TryGetProperty("hash", out JsonElement hash)) Assert.Null(SecretHash.Check(Encoding.UTF8.GetBytes(password), hash.GetString()!));
            else Assert.Equal(item.GetProperty("error").GetString(), SecretHash.Check(Encoding.UTF8.GetBytes(password), item.GetProperty("salt").GetString()!));
            Conformance.Agrees(Conformance.Access, $"phrase {item}");
        }
    }

    [Fact]
    public void Secrets_are_held_against_their_hashes_as_PBS_does()
    {
        using JsonDocument document = Corpus.Json("config/crypt.json");
        foreach (JsonElement item in document.RootElement.GetProperty("verify").EnumerateArray())
        {
            string hash = item.GetProperty("hash").GetString()!;
            string? reason = SecretHash.Check(Encoding.UTF8.GetBytes(item.GetProperty("password").GetString()!), hash);
            Assert.True(item.GetProperty("result").GetString() == (reason ?? "ok"), $"{hash}: {reason}");
            Conformance.Agrees(Conformance.Access, $"secret {item}");
        }
    }

    [Fact]
    public void Tokens_prove_themselves_as_to_PBS()
    {
        using JsonDocument document = Corpus.Json("config/token-shadow.json");
        TokenShadow shadow = TokenShadow.Parse(Text(TokenShadow.FileName, Corpus.Bytes("config/token.shadow")));
        foreach (JsonElement item in document.RootElement.GetProperty("verify").EnumerateArray())
        {
            string? reason = shadow.Check(Authid.Parse(item.GetProperty("tokenid").GetString()!), Encoding.UTF8.GetBytes(item.GetProperty("secret").GetString()!));
            Assert.Equal(item.GetProperty("result").GetString(), reason ?? "ok");
            Conformance.Agrees(Conformance.Access, $"token {item}");
        }
    }

    [Fact]
    public void Damaged_token_files_are_told_as_PBS_tells_them()
    {
        using JsonDocument document = Corpus.Json("config/token-shadow.json");
        foreach (JsonElement item in document.RootElement.GetProperty("broken-files").EnumerateArray())
        {
            string? result;
            try
            {
                TokenShadow shadow = TokenShadow.Parse(Text(TokenShadow.FileName, Encoding.UTF8.GetBytes(item.GetProperty("file").GetString()!)));
                result = shadow.Check(Authid.Parse("a@pbs!t"), "x"u8);
            }
            catch (PbsFormatException e)
            {
                result = e.Message;
            }

            Assert.Equal(item.GetProperty("result").GetString(), result);
        }
    }

    [Fact]
    public void Users_prove_themselves_as_to_PBS()
    {
        using JsonDocument document = Corpus.Json("config/shadow-checks.json");
        PasswordShadow shadow = PasswordShadow.Parse(Text(PasswordShadow.FileName, Corpus.Bytes("config/shadow.json")));
        foreach (JsonElement item in document.RootElement.GetProperty("verify").EnumerateArray())
        {
            string? reason = shadow.Check(Userid.Parse(item.GetProperty("userid").GetString()!), Encoding.UTF8.GetBytes(item.GetProperty("password").GetString()!));
            Assert.Equal(item.GetProperty("result").GetString(), reason ?? "ok");
            Conformance.Agrees(Conformance.Access, $"user {item}");
        }

        Assert.Equal("no password set", shadow.Check(Userid.Parse("ghost@pbs"), "x"u8));
    }

    [Theory]
    [InlineData("alice@pbs", "correct horse battery staple", null)]
    [InlineData("alice@pbs", "wrong-secret", "invalid credentials")]
    [InlineData("alice@pbs!t-1", "a2863a7f-26d0-4de3-aed0-63d285ef3430", null)]
    [InlineData("alice@pbs!t-1", "wrong-secret", "invalid credentials")]
    [InlineData("alice@pbs!A.b_c", "bdc2ae99-03e0-4abe-ac6f-28ce10645d51", "user account or token disabled or expired.")]
    [InlineData("carol@pbs", "wrong-secret", "user account disabled or expired.")]
    [InlineData("nobody@pbs", "wrong-secret", "user account disabled or expired.")]
    [InlineData("legacy6@pbs", "old-sha512-password", null)]
    [InlineData("root@pam!x", "c21b6092-f51e-4975-a0af-c7b34d1fe09f", null)]
    [InlineData("root@pam", "wrong-secret", "the passwords of realm 'pam' are not in the configuration; only tokens and users of realm 'pbs' can be checked")]
    public void An_identity_is_proved_and_a_no_takes_its_time(string authid, string secret, string? reason)
    {
        SteppedTime time = Prepare(out Authenticator authenticator);
        if (reason is null)
        {
            authenticator.Demand(Authid.Parse(authid), secret, TestContext.Current.CancellationToken);
            Assert.Equal(TimeSpan.Zero, time.Passed);
            return;
        }

        var error = Assert.Throws<PbsPermissionException>(() => authenticator.Demand(Authid.Parse(authid), secret, TestContext.Current.CancellationToken));
        Assert.Equal((PbsErrorId.AuthenticationFailed, $"authentication failed - {reason}"), (error.ErrorId, error.Message));
        Assert.DoesNotContain(secret, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(Authenticator.FailureTime, time.Passed);
    }

    [Fact]
    public void Waiting_for_a_no_can_be_cancelled()
    {
        Prepare(out Authenticator _);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var authenticator = new Authenticator(new AccessConfiguration(new ConfigurationRoot(_folder.Root)));
        Assert.ThrowsAny<OperationCanceledException>(() => authenticator.Demand(Authid.Parse("nobody@pbs"), "x", cancelled.Token));
    }

    [Fact]
    public void Mutated_secret_files_are_read_or_refused() => MutationFuzz.Run(
        [Corpus.Bytes("config/token.shadow"), Corpus.Bytes("config/shadow.json")],
        bytes =>
        {
            TokenShadow.Parse(Text(TokenShadow.FileName, bytes)).Check(Authid.Parse("nobody@pbs!t"), "x"u8);
            PasswordShadow.Parse(Text(PasswordShadow.FileName, bytes)).Check(Userid.Parse("nobody@pbs"), "x"u8);
        });

    private static ConfigurationText Text(string name, byte[] bytes) => ConfigurationText.Decode("{ROOT}/" + name, bytes);

    private SteppedTime Prepare(out Authenticator authenticator)
    {
        File.WriteAllBytes(_folder["token.shadow"], Corpus.Bytes("config/token.shadow"));
        File.WriteAllBytes(_folder["shadow.json"], Corpus.Bytes("config/shadow.json"));
        File.WriteAllText(_folder["user.cfg"],
            "user: alice@pbs\n\nuser: carol@pbs\n\tenable false\n\nuser: legacy6@pbs\n\ntoken: alice@pbs!t-1\n\ntoken: alice@pbs!A.b_c\n\texpire 1700000000\n\ntoken: root@pam!x\n");
        var time = new SteppedTime();
        authenticator = new Authenticator(new AccessConfiguration(new ConfigurationRoot(_folder.Root), time), time);
        return time;
    }
}
