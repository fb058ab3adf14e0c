namespace PbsModule.Core.Access.Users;

/// <summary>A user of user.cfg.</summary>
/// <param name="UserId"><c>name@realm</c>.</param>
public sealed record UserEntry(string UserId)
{
    public string? Comment { get; init; }

    /// <summary>False bars the user, and all his tokens, from logging in.</summary>
    public bool Enable { get; init; } = true;

    /// <summary>Unix seconds from which on the account is expired; 0 for never.</summary>
    public long Expire { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? Email { get; init; }

    /// <summary>By name.</summary>
    public IReadOnlyList<TokenEntry> Tokens { get; init; } = [];

    public bool IsActive(DateTimeOffset now) => Activity.IsActive(Enable, Expire, now);
}

/// <summary>A token of user.cfg.</summary>
/// <param name="TokenId"><c>name@realm!token</c>.</param>
public sealed record TokenEntry(string TokenId)
{
    /// <summary>The user it belongs to; there need not be such a user.</summary>
    public string UserId => TokenId[..TokenId.LastIndexOf('!')];

    /// <summary>The token's own name.</summary>
    public string TokenName => TokenId[(TokenId.LastIndexOf('!') + 1)..];

    public string? Comment { get; init; }

    public bool Enable { get; init; } = true;

    /// <summary>Unix seconds from which on the token is expired; 0 for never.</summary>
    public long Expire { get; init; }

    /// <summary>Of the token alone; it can act only while its user is active, too.</summary>
    public bool IsActive(DateTimeOffset now) => Activity.IsActive(Enable, Expire, now);
}

/// <summary>When an account may be used.</summary>
internal static class Activity
{
    public static bool IsActive(bool enable, long expire, DateTimeOffset now) =>
        enable && (expire == 0 || expire > now.ToUnixTimeSeconds());
}
