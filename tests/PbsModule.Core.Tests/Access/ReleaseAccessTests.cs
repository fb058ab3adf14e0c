using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Access.Users;
using PbsModule.Core.Configuration;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Tests;

/// <summary>
/// Paths, roles and privileges by release. Source of the expected values: pbs-api-types 1.0.18 (acl.rs), and the
/// changelogs of 3.2.11, 4.0.9 and 4.1.9.
/// </summary>
public class ReleaseAccessTests
{
    private static readonly ServerRelease Old = new(3, 2, 4);
    private static readonly Authid Alice = Authid.Parse("alice@pbs");

    [Theory]
    [InlineData("Admin", ulong.MaxValue)]
    [InlineData("Audit", 0x9UL)]
    [InlineData("NoAccess", 0UL)]
    [InlineData("DatastoreAdmin", 0x3E8UL)]
    [InlineData("DatastoreReader", 0xC8UL)]
    [InlineData("DatastoreBackup", 0x100UL)]
    [InlineData("DatastorePowerUser", 0x300UL)]
    [InlineData("DatastoreAudit", 0x8UL)]
    [InlineData("RemoteAudit", 0x800UL)]
    [InlineData("RemoteAdmin", 0x3800UL)]
    [InlineData("RemoteSyncOperator", 0x2800UL)]
    [InlineData("RemoteSyncPushOperator", 0x4800UL)]
    [InlineData("RemoteDatastorePowerUser", 0x14800UL)]
    [InlineData("RemoteDatastoreAdmin", 0x1C800UL)]
    [InlineData("TapeAudit", 0x40000UL)]
    [InlineData("TapeAdmin", 0x3C0000UL)]
    [InlineData("TapeOperator", 0x340000UL)]
    [InlineData("TapeReader", 0x240000UL)]
    public void Roles_have_the_privileges_of_4_2(string name, ulong mask)
    {
        // The place of a privilege in PBS's order is its bit there.
        string[] order = [.. PrivilegeName.All];
        ulong named = PrivilegeName.Of(Role.Parse(name).Privileges).Aggregate(0UL, (bits, privilege) => bits | (1UL << Array.IndexOf(order, privilege)));
        Assert.Equal(mask & ((1UL << order.Length) - 1), named);
    }

    [Fact]
    public void A_server_has_the_roles_and_privileges_of_its_release()
    {
        Assert.Equal(18, Access("", ServerRelease.Newest).Roles.Count());
        Assert.Equal(15, Access("", new ServerRelease(3, 2, 10)).Roles.Count());
        Assert.Equal(23, PrivilegeName.Of(PrivilegeName.In(new ServerRelease(3, 2, 11))).Count);
        Assert.Equal(20, PrivilegeName.Of(PrivilegeName.In(Old)).Count);
        Assert.Equal(18, Access("", null).Roles.Count());
        Assert.Equal("Syncronisation Opertator", Role.Parse("RemoteSyncOperator").DescriptionIn(Old));
        Assert.Equal("Synchronization Operator", Role.Parse("RemoteSyncOperator").DescriptionIn(ServerRelease.Newest));
    }

    [Theory]
    [InlineData("/remote/r/s/a", "3.2.10", false)]
    [InlineData("/remote/r/s/a", "3.2.11", true)]
    [InlineData("/remote/r/s/1/2/3/4/5/6/7", "4.2.0", true)]
    [InlineData("/remote/r/s/1/2/3/4/5/6/7/8", "4.2.0", false)]
    [InlineData("/system/s3-endpoint", "4.0.8", false)]
    [InlineData("/system/s3-endpoint", "4.0.9", true)]
    [InlineData("/system/s3-endpoint/minio", "4.0.9", true)]
    [InlineData("/system/s3-endpoint/minio/x", "4.2.0", false)]
    [InlineData("/system/encryption-keys", "4.1.8", false)]
    [InlineData("/system/encryption-keys/key-1", "4.1.9", true)]
    [InlineData("/system/encryption-keys/key-1/x", "4.2.0", false)]
    [InlineData("/system/s3-endpoints", "4.2.0", false)]
    [InlineData("/datastore/s/1/2/3/4/5/6/7", "3.2.4", true)]
    public void Paths_are_allowed_by_release(string path, string release, bool isAllowed) =>
        Assert.Equal(isAllowed ? null : $"invalid acl path '{path}'.", AclPath.Parse(path).Refusal(ServerRelease.Parse(release)));

    [Fact]
    public void The_new_roles_grant_what_push_synchronization_needs()
    {
        AccessControl access = Access("acl:1:/remote/r/s:alice@pbs:RemoteDatastorePowerUser\n", null);
        Assert.Equal(
            ["Remote.Audit", "Remote.DatastoreBackup", "Remote.DatastorePrune"],
            access.Explain(Alice, AclPath.Parse("/remote/r/s/ns")).Privileges.Select(privilege => privilege.Privilege));
        Assert.True(access.IsAllowed(Alice, AclPath.Parse("/remote/r/s/ns"), Privileges.RemoteDatastoreBackup));
        Assert.False(access.IsAllowed(Alice, AclPath.Parse("/remote/r/s/ns"), Privileges.RemoteDatastoreModify));
        Assert.False(access.IsAllowed(Alice, AclPath.Parse("/remote/r"), Privileges.RemoteDatastoreBackup));
        Assert.Equal(
            "missing permissions 'Remote.DatastoreBackup&Remote.DatastoreModify' on '/remote/r/s'",
            Assert.Throws<PbsPermissionException>(() => access.Demand(Alice, AclPath.Parse("/remote/r/s"), Privileges.RemoteDatastoreModify | Privileges.RemoteDatastoreBackup)).Message);
    }

    [Fact]
    public void The_superuser_has_the_privileges_that_the_release_has()
    {
        Assert.Equal(20, Access("", Old).Explain(Authid.Root, AclPath.Root).Privileges.Count);
        Assert.Equal(23, Access("", null).Explain(Authid.Root, AclPath.Root).Privileges.Count);
    }

    [Fact]
    public void No_role_is_written_that_the_server_could_not_read()
    {
        var change = new AclChange(AclPath.Root, Role.Parse("RemoteDatastoreAdmin"), Alice);
        var error = Assert.Throws<PbsArgumentException>(() => Access("", Old).CheckEntryChange(change));
        Assert.Equal(PbsErrorId.RoleUnknown, error.ErrorId);
        Assert.Equal("role 'RemoteDatastoreAdmin' needs PBS 3.2.11, and the server has 3.2.4: it could not read its access control list any more", error.Message);
        Access("", Old).CheckEntryChange(change with { Delete = true });
        Access("", new ServerRelease(3, 2, 11)).CheckEntryChange(change);
        Access("", null).CheckEntryChange(change);
    }

    [Fact]
    public void A_role_that_the_server_may_not_know_is_reported()
    {
        AclChange[] changes = [new(AclPath.Root, Role.Parse("Audit"), Alice), new(AclPath.Root, Role.Parse("RemoteDatastoreAdmin"), Alice)];
        Assert.Equal("RemoteDatastoreAdmin", Access("", null).Unproven(changes)?.Name);
        Assert.Null(Access("", null).Unproven(changes[..1]));
        Assert.Null(Access("", null).Unproven([changes[1] with { Delete = true }]));
        Assert.Null(Access("", ServerRelease.Newest).Unproven(changes));
        Assert.Null(Access("acl:1:/remote/r:alice@pbs:RemoteSyncPushOperator\n", null).Unproven(changes));
    }

    private static AccessControl Access(string acl, ServerRelease? release) =>
        new(AclTree.ParseData(acl), UserRegistry.Parse(ConfigurationText.Decode("user.cfg", "user: alice@pbs\n"u8.ToArray())), TimeProvider.System, release);
}
