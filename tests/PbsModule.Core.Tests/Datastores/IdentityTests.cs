using System.Diagnostics;
using PbsModule.Core.Datastores;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;
using PbsModule.Core.Interop;

namespace PbsModule.Core.Tests;

/// <summary>Who may say who he is, and how it is proven.</summary>
public sealed class IdentityTests : IDisposable
{
    private const string Password = "correct horse battery staple";
    private const string TokenSecret = "a2863a7f-26d0-4de3-aed0-63d285ef3430";

    private readonly ServerFolder _server = new();

    public IdentityTests()
    {
        _server.Register();
        _server.Write("user.cfg", "user: alice@pbs\n\ntoken: alice@pbs!t-1\n\nuser: carol@pbs\n\tenable false\n\nuser: dave@pbs\n\texpire 1\n");
        foreach (string file in (string[])["shadow.json", "token.shadow"]) _server.Write(file, File.ReadAllText(Corpus.PathOf($"config/{file}")));
    }

    public void Dispose() => _server.Dispose();

    [Fact]
    public void Without_a_claim_the_owner_of_the_configuration_is_the_superuser()
    {
        Connection connection = Connection.Local(_server.Options);
        Assert.Equal(("root@pam", false, true), (connection.AuthId.ToString(), connection.IsProven, connection.IsActive));
    }

    [Fact]
    public void Who_does_not_own_the_configuration_acts_for_nobody()
    {
        if (!OperatingSystem.IsLinux()) Skip.Because("accounts are compared on Linux only");
        if (Environment.UserName == "root") Skip.Because("root acts for everybody");
        if (!Directory.Exists("/etc/ssl")) Skip.Because("there is no folder of root's here to take for a configuration");
        Assert.StartsWith("only root and the account that owns", Assert.Throws<PbsPermissionException>(() => Connection.Local(_server.Options with { ConfigRoot = "/etc/ssl" })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0u, 1000u, true)]
    [InlineData(1000u, 1000u, true)]
    [InlineData(1001u, 1000u, false)]
    [InlineData(1001u, 0u, false)]
    public void Root_and_the_owner_may_act_on_a_configuration(uint account, uint owner, bool allowed)
    {
        if (allowed) LocalAccount.DemandControl("/x", account, owner);
        else Assert.Equal(PbsErrorId.PermissionDenied, Assert.Throws<PbsPermissionException>(() => LocalAccount.DemandControl("/x", account, owner)).ErrorId);
    }

    [Theory]
    [InlineData("alice@pbs", Password)]
    [InlineData("alice@pbs!t-1", TokenSecret)]
    public void A_secret_proves_an_identity(string authid, string secret)
    {
        NeedsLibcrypt();
        Connection connection = Connection.Proven(Options(authid), secret, TestContext.Current.CancellationToken);
        Assert.Equal((authid, true), (connection.AuthId.ToString(), connection.IsProven));
    }

    [Theory]
    [InlineData("alice@pbs", TokenSecret, "invalid credentials")]
    [InlineData("alice@pbs!t-1", Password, "invalid credentials")]
    [InlineData("carol@pbs", "pässwörd-☃ 密码", "user account disabled or expired.")]
    [InlineData("dave@pbs", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "user account disabled or expired.")]
    [InlineData("nobody@pbs", Password, "user account disabled or expired.")]
    public void A_wrong_one_takes_its_time_and_is_not_repeated(string authid, string secret, string reason)
    {
        NeedsLibcrypt();
        var watch = Stopwatch.StartNew();
        var refused = Assert.Throws<PbsPermissionException>(() => Connection.Proven(Options(authid), secret, TestContext.Current.CancellationToken));
        Assert.Equal((PbsErrorId.AuthenticationFailed, $"authentication failed - {reason}"), (refused.ErrorId, refused.Message));
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(2));
        Assert.DoesNotContain(secret, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_without_an_identity_proves_nothing() =>
        Assert.Throws<PbsArgumentException>(() => Connection.Proven(_server.Options, Password, TestContext.Current.CancellationToken));

    [Fact]
    public void A_claim_of_somebody_who_could_not_log_in_is_told()
    {
        Assert.False(Connection.Local(Options("carol@pbs")).IsActive);
        Assert.False(Connection.Local(Options("nobody@pbs")).IsActive);
        Assert.True(Connection.Local(Options("alice@pbs!t-1")).IsActive);
    }

    private static void NeedsLibcrypt()
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

    private ConnectionOptions Options(string authid) => _server.Options with { AuthId = Authid.Parse(authid) };
}
