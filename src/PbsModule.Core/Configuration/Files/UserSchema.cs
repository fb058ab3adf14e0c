using PbsModule.Core.Configuration.Schema;

namespace PbsModule.Core.Configuration.Files;

/// <summary>user.cfg: users and their tokens.</summary>
public static class UserSchema
{
    private static readonly StringSchema Name = new(2, 64, StringForm.SingleLine);

    private static readonly IntegerSchema Expire = new(0);

    public static SectionConfigSchema File { get; } = new("user.cfg", ".user.lck",
        new SectionType("user", "userid", CommonSchema.UserIdentity, new PropertyTable(
            new("comment", CommonSchema.Comment),
            new("enable", BooleanSchema.Instance),
            new("expire", Expire),
            new("firstname", Name),
            new("lastname", Name),
            new("email", Name))),
        new SectionType("token", "tokenid", CommonSchema.TokenIdentity, new PropertyTable(
            new("comment", CommonSchema.Comment),
            new("enable", BooleanSchema.Instance),
            new("expire", Expire))));
}
