using PbsModule.Core.Access;
using PbsModule.Core.Access.Acl;
using PbsModule.Core.Access.Roles;
using PbsModule.Core.Configuration;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.LockProbe;

/// <summary>Grants, one update after the other, as another session would.</summary>
internal static class Grants
{
    /// <summary>Grants Audit on /datastore/{prefix}{n} for n from 0, to root@pam's token x.</summary>
    public static void Add(string root, string prefix, int count)
    {
        var access = new AccessConfiguration(new ConfigurationRoot(root));
        for (int i = 0; i < count; i++)
        {
            access.Update([new AclChange(AclPath.Parse($"/datastore/{prefix}{i}"), Role.Parse("Audit"), Authid.Parse("root@pam!x"))], Authid.Root);
        }
    }
}
