using PbsModule.Core.Configuration;
using PbsModule.Core.Configuration.Files;
using PbsModule.Core.Errors;
using PbsModule.Core.Formats.Identity;

namespace PbsModule.Core.Access.Users;

/// <summary>What user.cfg says: users and tokens. root@pam is there even if the file does not name it.</summary>
public sealed class UserRegistry
{
    private readonly Dictionary<string, UserEntry> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TokenEntry> _tokens = new(StringComparer.Ordinal);

    private UserRegistry(string digest) => Digest = digest;

    /// <summary>SHA-256 of the file, lower-case hex.</summary>
    public string Digest { get; }

    /// <inheritdoc cref="SectionConfig.Unknown"/>
    public IReadOnlyList<string> Unknown { get; private init; } = [];

    /// <summary>In the order of the file; root@pam last if the file does not name it.</summary>
    public IReadOnlyList<UserEntry> Users { get; private set; } = [];

    /// <summary>In the order of the file, also those whose user is gone.</summary>
    public IReadOnlyList<TokenEntry> Tokens { get; private set; } = [];

    /// <summary>Reads the file as PBS 3.2.4 does, which refuses what it does not know.</summary>
    /// <exception cref="PbsFormatException">The file breaks the grammar or the schema.</exception>
    public static UserRegistry Parse(ConfigurationText text) =>
        Of(text, SectionConfig.Parse(UserSchema.File, text.Path, text.Text));

    /// <summary>Reads a file that may be of a newer release: what is not known is left out of account.</summary>
    /// <exception cref="PbsFormatException">
    /// The file breaks the grammar, or a known property its schema.
    /// </exception>
    public static UserRegistry Read(ConfigurationText text) => Of(text, SectionConfig.Read(UserSchema.File, text));

    private static UserRegistry Of(ConfigurationText text, SectionConfig config)
    {
        var registry = new UserRegistry(text.Digest) { Unknown = config.Unknown };
        registry.Tokens = [.. config.Sections.Where(section => section.Type == "token").Select(Token)];
        foreach (TokenEntry token in registry.Tokens) registry._tokens.Add(token.TokenId, token);
        ILookup<string, TokenEntry> tokensOf = registry.Tokens.ToLookup(token => token.UserId, StringComparer.Ordinal);
        var users = config.Sections.Where(section => section.Type == "user").Select(section =>
            User(section, tokensOf)).ToList();
        foreach (UserEntry user in users) registry._users.Add(user.UserId, user);
        string root = Userid.Root.Text;
        var superuser = new UserEntry(root) { Comment = "Superuser", Tokens = InOrder(tokensOf[root]) };
        if (registry._users.TryAdd(root, superuser)) users.Add(superuser);
        registry.Users = users;
        return registry;
    }

    /// <summary>Null if there is no such user.</summary>
    public UserEntry? FindUser(Userid user) => _users.GetValueOrDefault(user.Text);

    /// <summary>Null if there is no such token.</summary>
    public TokenEntry? FindToken(Authid token) => _tokens.GetValueOrDefault(token.ToString());

    /// <summary>Whether a user, or a token, is listed at all.</summary>
    public bool Contains(Authid authid) =>
        authid.IsToken ? FindToken(authid) is not null : FindUser(authid.User) is not null;

    /// <summary>
    /// Whether somebody may log in and become an owner: enabled and not expired; a token needs an active user, too.
    /// Privileges do not depend on it.
    /// </summary>
    public bool IsActive(Authid authid, DateTimeOffset now) =>
        FindUser(authid.User) is { } user && user.IsActive(now)
        && (!authid.IsToken || (FindToken(authid) is { } token && token.IsActive(now)));

    private static UserEntry User(ConfigSection section, ILookup<string, TokenEntry> tokensOf) => new(section.Id)
    {
        Comment = section.Text("comment"),
        Enable = section.Flag("enable") ?? true,
        Expire = section.Number("expire") ?? 0,
        FirstName = section.Text("firstname"),
        LastName = section.Text("lastname"),
        Email = section.Text("email"),
        Tokens = InOrder(tokensOf[section.Id]),
    };

    private static TokenEntry Token(ConfigSection section) => new(section.Id)
    {
        Comment = section.Text("comment"),
        Enable = section.Flag("enable") ?? true,
        Expire = section.Number("expire") ?? 0,
    };

    private static TokenEntry[] InOrder(IEnumerable<TokenEntry> tokens) =>
        [.. tokens.OrderBy(token => token.TokenName, StringComparer.Ordinal)];
}
