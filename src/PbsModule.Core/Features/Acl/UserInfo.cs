using PbsModule.Core.Access.Users;
using PbsModule.Core.Features.Listing;
using PbsModule.Core.Formats.Names;

namespace PbsModule.Core.Features.Acl;

/// <summary>A user of the configuration. Its text is its identity. Source: pbs-api-types User.</summary>
public sealed class UserInfo
{
    internal UserInfo(UserEntry user, bool isActive)
    {
        AuthId = user.UserId;
        Enabled = user.Enable;
        Expire = Moment(user.Expire);
        IsActive = isActive;
        FirstName = user.FirstName;
        LastName = user.LastName;
        Email = user.Email;
        Comment = user.Comment;
        Tokens = new NameList(user.Tokens.Select(token => token.TokenId));
    }

    /// <summary><c>name@realm</c>.</summary>
    public string AuthId { get; }

    public bool Enabled { get; }

    /// <summary>Expiry of the account, UTC; null for never.</summary>
    public DateTimeOffset? Expire { get; }

    /// <summary>Whether it could log in now: enabled and not expired.</summary>
    public bool IsActive { get; }

    public string? FirstName { get; }

    public string? LastName { get; }

    public string? Email { get; }

    public string? Comment { get; }

    /// <summary>Names of its tokens, in order.</summary>
    public NameList Tokens { get; }

    public override string ToString() => AuthId;

    /// <summary>
    /// Converts Unix seconds; null for 0, which means never. Times beyond the calendar become its last one.
    /// </summary>
    internal static DateTimeOffset? Moment(long seconds) =>
        seconds == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(seconds, 0, BackupTime.MaxSeconds));
}
